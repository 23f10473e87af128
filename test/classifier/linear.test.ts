import { expect, test } from 'vitest'
import { LIMITS } from '../../src/classifier/classify.ts'
import { detectors } from '../../src/classifier/detectors/index.ts'
import { buildEngine } from '../../src/classifier/engine.ts'
import { Scan } from '../../src/classifier/scan.ts'
import { readingOf } from '../../src/classifier/views.ts'

const engine = buildEngine(Object.values(detectors))

/** Characters looked at for this text and its first view. */
function unitsOf(text: string): number {
  const scan = new Scan(engine, () => {}, Number.POSITIVE_INFINITY)
  scan.run(text, 'string', '')
  const { view } = readingOf(scan, undefined)
  if (view !== undefined) scan.run(view.text, 'string', '')
  return scan.units
}

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
]

test.each(ADVERSARIAL)('the work for repeats of %j grows like their length', (piece) => {
  const short = unitsOf(repeated(piece, 50_000))
  const long = unitsOf(repeated(piece, 100_000))
  expect(long).toBeLessThan(2.1 * short + 1_000)
  expect(long / 100_000).toBeLessThan(LIMITS.unitsPerCharacter / 2)
})

test('ordinary text costs little more than reading it', () => {
  const text = repeated(
    'The customer asked on Monday, at 10:30, why page 12 of the report is empty. ',
    100_000,
  )
  expect(unitsOf(text) / text.length).toBeLessThan(5)
})
