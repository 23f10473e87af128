import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPseudonyms } from '../../src/classifier/pseudonyms.ts'
import { insideJson, openRestorer, restoreText } from '../../src/classifier/restore.ts'

const pseudonyms = createPseudonyms('key of a conversation')
const EMAIL = pseudonyms.placeholderOf('email', 'anna@example.org')
const PERSON = pseudonyms.placeholderOf('person', 'Anna "Ann" Schmidt')
const ACCOUNT = pseudonyms.placeholderOf('bank_account', '12-34-56 12345678')
const { values } = pseudonyms
const bare = (placeholder: string): string => placeholder.slice(1, -1)

test('the same value is called the same in every turn, however it is written, and differently elsewhere', () => {
  const later = createPseudonyms('key of a conversation')
  expect(later.placeholderOf('email', 'ANNA@example.org')).toBe(EMAIL)
  expect(later.placeholderOf('bank_account', '123456 1234 5678')).toBe(ACCOUNT)
  expect(later.placeholderOf('email', 'anne@example.org')).not.toBe(EMAIL)
  expect(createPseudonyms('another key').placeholderOf('email', 'anna@example.org')).not.toBe(EMAIL)
  expect(EMAIL).toMatch(/^\[EMAIL_[B-DF-HJ-NP-TV-XZ]{5}\]$/)
})

test('what the conversation holds already is not given as a placeholder', () => {
  const other = createPseudonyms('key of a conversation', (placeholder) => placeholder === EMAIL)
  expect(other.placeholderOf('email', 'anna@example.org')).toMatch(/^\[EMAIL_[A-Z]{6}\]$/)
})

/** What a model may write, and what the client shall read. */
const WRITTEN: readonly (readonly [string, string])[] = [
  [`Write to ${EMAIL}.`, 'Write to anna@example.org.'],
  [`${EMAIL}${EMAIL}`, 'anna@example.organna@example.org'],
  [`**${EMAIL}** and _${PERSON}_`, '**anna@example.org** and _Anna "Ann" Schmidt_'],
  [EMAIL.toLowerCase(), 'anna@example.org'],
  [`Dear ${bare(PERSON)},`, 'Dear Anna "Ann" Schmidt,'],
  [EMAIL.replace('_', String.raw`\_`), 'anna@example.org'],
  [`\\${EMAIL.replace(']', String.raw`\]`)}`, 'anna@example.org'],
  [EMAIL.replace('_', ' '), 'anna@example.org'],
  [`[mail](${EMAIL})`, '[mail](anna@example.org)'],
  [`"${ACCOUNT}"`, '"12-34-56 12345678"'],
  [ACCOUNT.replaceAll('_', ' '), '12-34-56 12345678'],
  // Never given, or not one: stays.
  ['[EMAIL_QQQQQ]', '[EMAIL_QQQQQ]'],
  [`X${bare(EMAIL)}`, `X${bare(EMAIL)}`],
  [`${bare(EMAIL)}S`, `${bare(EMAIL)}S`],
  ['Please email me [sic] an E', 'Please email me [sic] an E'],
  ['[', '['],
  [`The end is ${EMAIL.slice(0, -1)}`, 'The end is anna@example.org'],
  [`The end is ${EMAIL.slice(0, -3)}`, `The end is ${EMAIL.slice(0, -3)}`],
]

test.each(WRITTEN)('%s', (written, read) => {
  expect(restoreText(written, values)).toBe(read)
})

test.each(WRITTEN)('%s, split anywhere once', (written, read) => {
  for (let at = 0; at <= written.length; at++) {
    const restorer = openRestorer(values)
    const parts = [
      restorer.push(written.slice(0, at)),
      restorer.push(written.slice(at)),
      restorer.end(),
    ]
    expect([at, parts.join('')]).toEqual([at, read])
  }
})

test.each(WRITTEN)('%s, one character at a time', (written, read) => {
  const restorer = openRestorer(values)
  const pieces = written.split('').map((one) => restorer.push(one))
  expect(pieces.join('') + restorer.end()).toBe(read)
})

test('any text, cut into any pieces, comes out as if it had come at once', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      EMAIL,
      PERSON,
      ACCOUNT,
      bare(EMAIL),
      EMAIL.toLowerCase(),
      '[',
      ']',
      '\\',
      '_',
      ' ',
      'EMAIL',
      'bank',
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat({ max: 12 })), (pieces, cuts) => {
      const text = pieces.join('')
      const restorer = openRestorer(values)
      let out = ''
      let from = 0
      for (const cut of cuts) {
        out += restorer.push(text.slice(from, from + cut))
        from += cut
      }
      out += restorer.push(text.slice(from)) + restorer.end()
      expect(out).toBe(restoreText(text, values))
    }),
    { numRuns: 2_000 },
  )
}, 30_000)

test('ordinary text is passed on at once, but for an end that may become a placeholder', () => {
  const restorer = openRestorer(values)
  expect(restorer.push('The weather is fine.')).toBe('The weather is fine.')
  expect(restorer.push(' It is warm')).toBe(' It is warm')
  expect(restorer.push(' [EM')).toBe(' ')
  expect(restorer.push('PTY]')).toBe('[EMPTY]')
})

test('inside a JSON string a value is written as JSON', () => {
  const json = JSON.stringify({ to: EMAIL, name: PERSON })
  const restored = restoreText(json, values, insideJson)
  expect(JSON.parse(restored)).toEqual({ to: 'anna@example.org', name: 'Anna "Ann" Schmidt' })
})

test('without values nothing is held back', () => {
  expect(openRestorer(new Map()).push('[EMAIL_')).toBe('[EMAIL_')
})
