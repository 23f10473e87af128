import { describe, expect, test } from 'vitest'
import { TRANSFORMS } from '../../scripts/eval/evasion.ts'
import { classifyText, found } from './texts.ts'

/** Numbers out of the documentation of those who issue them: nobody's. */
const IDENTIFIERS = [
  ['card', 'Please charge my card ', '4111 1111 1111 1111', ' today.'],
  ['card', 'Credit card ', '5500000000000004', ' expires soon.'],
  ['card', 'Use amex ', '378282246310005', ' for the order.'],
  ['us_ssn', 'Her social security number is ', '536-22-1234', '.'],
  ['email', 'Write to ', 'maria.gonzalez@corp-mail.net', ' today.'],
  ['email', 'Cc ', 'ops@acme.com', ' as well.'],
  ['iban', 'Pay into ', 'DE89370400440532013000', ' by Friday.'],
  ['iban', 'IBAN ', 'GB29 NWBK 6016 1331 9268 19', ' is ours.'],
] as const

describe.each(Object.entries(TRANSFORMS))('%s', (_name, write) => {
  test.each(IDENTIFIERS)('hide no %s: %s%s%s', (kind, before, value, after) => {
    const text = before + value + after
    expect(found(text, kind)).toHaveLength(1)
    expect(found(write(text, value), kind)).toHaveLength(1)
  })
})

const CARD = '4111111111111111'
const SPELLED = String.raw
const tags = (text: string): string =>
  Array.from(text, (character) =>
    String.fromCodePoint(0xe0000 + (character.codePointAt(0) ?? 0)),
  ).join('')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const lines = (text: string): string => base64(text).replaceAll(/.{64}/g, '$&\n')

/** What stands in the text for the card: the span has to be just that. */
test.each([
  ['one digit a line', Array.from(CARD).join('\n')],
  ['digits with dots', Array.from(CARD).join('.')],
  ['digits with commas', Array.from(CARD).join(', ')],
  ['pairs', CARD.replaceAll(/..(?=.)/g, '$& ')],
  ['groups of four, a line each', CARD.replaceAll(/.{4}(?=.)/g, '$&\n')],
  ['groups of four with underscores', CARD.replaceAll(/.{4}(?=.)/g, '$&_')],
  [
    'keycaps',
    Array.from(CARD, (digit) => `${digit}\ufe0f\u20e3`)
      .join('')
      .slice(0, -2),
  ],
  [
    'digits struck through',
    Array.from(CARD, (digit) => `${digit}\u0336`)
      .join('')
      .slice(0, -1),
  ],
  ['tags alone', tags(CARD)],
  ['escapes of JavaScript', Array.from(CARD, (digit) => SPELLED`\x3${digit}`).join('')],
  ['escapes with braces', Array.from(CARD, (digit) => SPELLED`\u{3${digit}}`).join('')],
  ['percent twice over', Array.from(CARD, (digit) => `%253${digit}`).join('')],
  ['hexadecimal entities', Array.from(CARD, (digit) => `&#x3${digit};`).join('')],
  [
    'full-width digits, spaced',
    Array.from(CARD, (digit) => String.fromCodePoint(0xff10 + Number(digit))).join(' '),
  ],
])('%s', (_name, written) => {
  expect(found(`card: ${written} .`, 'card')).toEqual([`card: ${written}`])
})

test.each([
  ['twice', base64(base64(`card ${CARD}`))],
  ['of the web', base64(`card ${CARD} >>>???`).replaceAll('+', '-').replaceAll('/', '_')],
  ['in lines', lines(`${'Nothing to see here. '.repeat(6)}card ${CARD}, and so on and so forth.`)],
  ['behind a folder', `/files/${base64(`card ${CARD}`)}`],
  ['in a data URL', `data:text/plain;base64,${base64(`card ${CARD}`)}`],
  [
    'behind bytes that are no text',
    Buffer.concat([
      Buffer.from([0, 1, 2, 3, 250, 251]),
      Buffer.from(`my card ${CARD} is it`),
    ]).toString('base64'),
  ],
])('base64 %s', (_name, text) => {
  expect(found(text, 'card')).toHaveLength(1)
})

test('base64 maps to the digits that hold it, whatever stands before', () => {
  for (const before of ['', 'a', 'ab', 'abc', 'é', 'aé', '日']) {
    const text = base64(`${before} jane@acme.com `)
    const [finding = ''] = found(text, 'email')
    const start = text.indexOf(finding.replace('email: ', ''))
    const bytes = Buffer.from(`${before} jane@acme.com `)
    const from = bytes.indexOf('jane')
    expect([start, start + finding.length - 7]).toEqual([
      Math.floor((from * 4) / 3),
      Math.ceil(((from + 'jane@acme.com'.length) * 4) / 3),
    ])
  }
})

describe('what is not hidden is left alone', () => {
  test.each([
    ['a matrix', '1 0 1 1 0\n0 1 1 0 1\n1 1 0 0 1'],
    ['a list of digits', 'a = [4, 5, 3, 2, 0, 1, 5, 1, 1, 2, 8, 3, 0, 3, 6, 7]'],
    ['a list of pairs', 'const SHIFTS = [25, 43, 62, 18, 39, 61, 20, 44]'],
    ['a version', '4.1.2.0.3.1.0.4.2'],
    ['years', '2019\n2020\n2021\n2022'],
    ['ports', '5432 6379 8080 9200'],
    ['a Russian sentence', 'Это обычный текст про API-ключи и СССР в 1991 году, дом 12, к. 3.'],
    ['a Greek sentence', 'Αυτό είναι ένα απλό κείμενο για το API και το HTTP.'],
    ['a query', '/search?q=a%20b%2Fc&lang=de&amp;page=2'],
    [
      'hashes',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 da39a3ee5e6b4b0d3255bfef95601890afd80709',
    ],
    [
      'an integrity',
      'sha512-AzW2JnJGRbGFuYEnrMfWqFyPzWHBzUqGMG5hP0mBGQCE4JMGEpA4MZr6zbJGA5fQ2hyGVjF9PUDyvvJBbA3sDg==',
    ],
    ['flags', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 🇩🇪 👩‍👩‍👧'],
    [
      'identifiers',
      'getElementByIdAndClassName createUserWithEmailAndPassword src/classifier/detectors/secret-formats',
    ],
  ])('%s', (_name, text) => {
    expect(found(text)).toEqual([])
  })
})

test('what decodes a third time is not read, and that is said', () => {
  const once = 'nothing to see in here, really nothing'
  expect(classifyText(base64(base64(once))).label.scan).toBe('complete')
  expect(classifyText(base64(base64(base64(once)))).unscanned).toEqual([
    { path: '/0', reason: 'encoded' },
  ])
})
