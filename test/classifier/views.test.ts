import { expect, test } from 'vitest'
import { spanOf } from '../../src/classifier/view.ts'
import { unescape } from '../../src/classifier/views-escapes.ts'
import { fold } from '../../src/classifier/views-fold.ts'
import { classifyText, found } from './texts.ts'

const CARD = '4111 1111 1111 1111'

const spell = (text: string, zero: number) =>
  text.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))

test.each([
  ['zero-width spaces', Array.from(CARD).join('\u200b')],
  ['soft hyphens', Array.from(CARD).join('\u00ad')],
  ['full-width digits', spell(CARD, 0xff10)],
  ['Arabic digits', spell(CARD, 0x660)],
  ['Devanagari digits', spell(CARD, 0x966)],
  ['mathematical digits', spell(CARD, 0x1d7ce)],
  ['no-break spaces', CARD.replaceAll(' ', '\u00a0')],
  ['no-break hyphens', CARD.replaceAll(' ', '\u2011')],
  ['tag characters between', Array.from(CARD).join('\u{e0020}')],
  ['JSON escapes', CARD.replaceAll('1', String.raw`\u0031`)],
  ['JSON escapes twice over', CARD.replaceAll('1', String.raw`\\u0031`)],
  ['an escaped line break in front', String.raw`{"a":"pay\n${CARD}"}`],
])('a card number is found behind %s, with its span in the original', (_name, text) => {
  const [finding] = found(text, 'card')
  const start = text.indexOf(text.includes('pay') ? '4' : (Array.from(text)[0] ?? ''))
  const end = text.includes('pay') ? start + CARD.length : text.length
  expect(finding).toBe(`card: ${text.slice(start, end)}`)
})

test.each([
  ['an escaped at sign', String.raw`{"to":"jane\u0040acme.com"}`, String.raw`jane\u0040acme.com`],
  [
    'in JSON in JSON',
    String.raw`{"a":"{\"to\":\"jane\\u0040acme.com\"}"}`,
    String.raw`jane\\u0040acme.com`,
  ],
  [
    'in half of a JSON text',
    String.raw`{"to":"jane\u0040acme.com","cc":`,
    String.raw`jane\u0040acme.com`,
  ],
  ['a full-width at sign', 'an jane＠acme.com', 'jane＠acme.com'],
])('an e-mail address is found behind %s', (_name, text, expected) => {
  expect(found(text, 'email')).toEqual([`email: ${expected}`])
})

test('what both readings find is reported once', () => {
  const text = String.raw`{"to":"jane@acme.com","text":"a\nb"}`
  expect(classifyText(text).findings).toHaveLength(1)
})

test.each([
  ['ordinary typography', 'He said – “naïve”, she’s 30 — fine… ❤️ 👍🏽', []],
  ['Chinese', '你好，世界！（测试）', []],
  ['a path', String.raw`C:\new\table\4111`, []],
])('%s is left alone', (_name, text, expected) => {
  expect(found(text)).toEqual(expected)
})

test('a view maps every span back, also through another view', () => {
  const outer = unescape(String.raw`a\u0041\n１b`) ?? fold('')
  expect(outer.text).toBe('aA\n１b')
  expect(spanOf(outer, 1, 2)).toEqual([1, 7])
  expect(spanOf(outer, 1, 3)).toEqual([1, 9])
  expect(spanOf(outer, 4, 5)).toEqual([10, 11])
  const inner = fold(outer.text, outer)
  expect(inner.text).toBe('aA\n1b')
  expect(spanOf(inner, 3, 4)).toEqual([9, 10])
  expect(spanOf(inner, 0, 5)).toEqual([0, 11])
})

test('a replacement longer than its original maps to the whole original', () => {
  const view = fold('x\ufb03y')
  expect(view.text).toBe('xffiy')
  expect(spanOf(view, 1, 2)).toEqual([1, 2])
  expect(spanOf(view, 2, 4)).toEqual([1, 2])
  expect(spanOf(view, 4, 5)).toEqual([2, 3])
})
