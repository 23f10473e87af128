import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS, measure } from '../../src/classifier/classify.ts'
import { envelope, number, string } from './texts.ts'

const limits = { ...LIMITS, unitsMax: Number.POSITIVE_INFINITY, unitsPerCharacter: 1_000 }

/** Characters looked at for these texts, in all the ways that they are read. */
const unitsOf = (...texts: readonly string[]): number =>
  measure(envelope(...texts.map(string)), [], { limits }).units

const repeated = (piece: string, length: number) =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length)

const PEM = ['-----BE', 'GIN '].join('')

/** Repeats that make detectors stop as often, and look as far, as they can. */
const ADVERSARIAL = [
  'a.',
  '1',
  '[',
  '{"a":',
  '@',
  'a@',
  'a@a.',
  'a.a.a.a@',
  '12 34-',
  '1 ',
  '1-',
  '1.',
  '(1',
  '+1 ',
  '+1',
  '4111 ',
  '4111-1111-',
  'AKIA',
  'AKIA ',
  PEM,
  `${PEM}PRIVATE KEY-----`,
  `${PEM}PRIVATE KEY-----ab `,
  'key=',
  'key=abcdefgh1 ',
  'password: ',
  'password is ',
  'password for a ',
  'token:a',
  ':',
  'a:',
  'a:b:',
  '://',
  'x://a:',
  '://a:b@',
  'eyJ',
  'eyJ-',
  'eyJa.',
  'eyJabcdefghij.eyJ',
  'sk-',
  'sk-ant-',
  'pypi-AgE-',
  'xoxb-',
  'DE89 ',
  'DE11 22',
  'Dear Ab ',
  'Mr Abc ',
  'Name: Ab Cd ',
  'born ',
  'dob 1.1.',
  'patient: ',
  'diagnosis ',
  '1 mg ',
  'phone 1',
  'my ',
  'my asthmas ',
  'I have ',
  'I have no cancer ',
  'my son ',
  'my son researches cancer ',
  'Mr Ab ',
  'pt, 5, ',
  'Patient Ab Cd ',
  'patient is 5 y/o ',
  '5 yo m ',
  'he takes ',
  'he takes no insulin ',
  'A B born 1.1.99 ',
  'this is confidential ',
  'CONFIDENTIAL ',
  '\\n',
  '\\',
  '\\u0041',
  '\u200b',
  'a\u200b',
  '\uff11',
  '1\u2013',
  '\ud800',
  'aA',
  'A',
  'pesel 1 ',
  'tax id 12345678901 ',
  'imei 1 2 3 4 5 6 7 8 9 0 ',
  'passport A-1-A-1-',
  '身1',
  '身12345678 ',
  '1 Aa Bb Cc Dd Ee ',
  'address 1 A B C D ',
  'calle a b c d e 1 ',
  'Aaaaaaaaaaaaaaaaaaaaaastr. 1 ',
  'calle s/n ',
  'apt 1 ',
  '00:11:',
  'mac 00-',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed ',
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb ',
  'age 1 ',
  '1 years old ',
  'a1b2c3d4 ',
  // Views: what decodes, folds, collapses, and what only seems to.
  '%41',
  '%',
  '%25',
  '&#65;',
  '&',
  '&commat;',
  '\\x41',
  '\\u{41}',
  'QUJD',
  'QUJDREVGR0hJSktM ',
  'QUJDREVGR0hJSktM\n',
  'AAAA/',
  'ab-',
  'H4sI',
  '3431',
  '0x',
  '1\n',
  '1,',
  '11 ',
  '4 1 1 1 ',
  '4111\n',
  'a @ ',
  'a b ',
  '\u0430',
  'a\u0430 ',
  'a\u0430',
  '\u0410\u041211 ',
  '\u{e0041}',
  '\u0336',
  '1\ufe0f\u20e3',
  'a\u2010',
]

/** Views are read on top of the text, and views of them. */
const UNITS_MAX = LIMITS.unitsPerCharacter

test.each(ADVERSARIAL)('the work for repeats of %j grows like their length', (piece) => {
  const short = unitsOf(repeated(piece, 20_000))
  const long = unitsOf(repeated(piece, 40_000))
  expect(long).toBeLessThan(2.1 * short + 2_000)
  expect(long / 40_000).toBeLessThan(UNITS_MAX)
})

test('so does that for all of them, one after the other, over a megabyte', () => {
  const text = ADVERSARIAL.map((piece) => repeated(piece, 1_000_000 / ADVERSARIAL.length)).join(
    '\n',
  )
  expect(text.length).toBeGreaterThan(990_000)
  expect(unitsOf(text) / text.length).toBeLessThan(UNITS_MAX / 2)
}, 60_000)

test('and for pieces mixed at random', () => {
  const pieces = fc.array(fc.constantFrom(...ADVERSARIAL), { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(pieces, (mixed) => {
      const piece = mixed.join('')
      const short = unitsOf(repeated(piece, 5_000))
      const long = unitsOf(repeated(piece, 40_000))
      // Eight times the text: what is linear takes eight times the work, what is quadratic 64 times. Some readings set in only from a
      // certain length on, so a little more is allowed.
      expect(long).toBeLessThan(12 * short + 4_000)
      expect(long / 40_000).toBeLessThan(UNITS_MAX)
    }),
    { numRuns: 200 },
  )
}, 60_000)

test.each([
  ['figures', '7'],
  ['four figures', '4111'],
  ['short tokens', 'a1'],
  ['pieces of addresses', 'a@b'],
  ['long tokens', 'aB3'.repeat(10)],
  ['groups', '4111 1111'],
])('many small leaves with %s cost no more than one long text may', (_name, text) => {
  const texts = Array.from({ length: 5_000 }, () => text)
  const length = 5_000 * text.length
  expect(unitsOf(...texts) / length).toBeLessThan(UNITS_MAX)
  const numbers = envelope(...texts.filter((one) => /^\d+$/.test(one)).map(number))
  expect(measure(numbers, [], { limits }).units / length).toBeLessThan(UNITS_MAX)
})

test('ordinary text costs little more than reading it', () => {
  const text = repeated(
    'The customer asked on Monday, at 10:30, why page 12 of the report is empty. ',
    100_000,
  )
  expect(unitsOf(text) / text.length).toBeLessThan(5)
})
