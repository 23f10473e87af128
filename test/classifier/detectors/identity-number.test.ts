import { expect, test } from 'vitest'
import { classify } from '../../../src/classifier/classify.ts'
import type { FindingKind } from '../../../src/domain/finding.ts'
import { certain, classifyText, envelope, found, key, number, string } from '../texts.ts'

const KINDS: readonly FindingKind[] = [
  'national_id',
  'passport',
  'driver_license',
  'bank_account',
  'vehicle',
  'device',
]
const ids = (text: string) => found(text, ...KINDS)

test.each([
  ['English', 'her National Insurance number: AB 12 34 56 C.', ['national_id: AB 12 34 56 C']],
  ['German', 'Meine Steuer-ID ist 86 095 742 719', ['national_id: 86 095 742 719']],
  ['German, insured', 'Krankenkasse KVNR: A123456780', ['national_id: A123456780']],
  ['French', 'sécurité sociale : 2 55 08 14 168 025 38', ['national_id: 2 55 08 14 168 025 38']],
  ['Spanish', 'con DNI 12345678-Z y', ['national_id: 12345678-Z']],
  ['Italian', 'Codice Fiscale RSSMRA85T10A562S', ['national_id: RSSMRA85T10A562S']],
  ['Dutch', 'BSN 111222333', ['national_id: 111222333']],
  ['Portuguese', 'o NIF é 123 456 789', ['national_id: 123 456 789']],
  ['Brazilian', 'CPF: 111.444.777-35', ['national_id: 111.444.777-35']],
  ['Polish', 'PESEL 44051401359', ['national_id: 44051401359']],
  ['Swedish', 'personnummer 811228-9874', ['national_id: 811228-9874']],
  ['Russian', 'ИНН 500100732259', ['national_id: 500100732259']],
  ['Japanese', 'マイナンバーは123456789018です', ['national_id: 123456789018']],
  ['Chinese', '身份证号码：11010519491231002X', ['national_id: 11010519491231002X']],
  ['Arabic', 'رقم الهوية 1012345672', ['national_id: 1012345672']],
  ['Korean', '주민등록번호 900101-1234568', ['national_id: 900101-1234568']],
  ['Turkish', 'TC Kimlik No: 10000000146', ['national_id: 10000000146']],
  ['in front of its name', '44051401359 is my PESEL', ['national_id: 44051401359']],
  ['in a table', '| NI Number | AB123456C |', ['national_id: AB123456C']],
  ['under a heading', 'pesel;city\n44051401359;Warszawa', ['national_id: 44051401359']],
  ['of no known country', 'national ID number 12-3456-78', ['national_id: 12-3456-78']],
])('a national number behind its name, %s', (_name, text, expected) => {
  expect(ids(text)).toEqual(expected)
})

test.each([
  ['a wrong check digit a sentence later', 'PESEL is checked. The sum was 44051401358', []],
  ['a number of another length', 'PESEL 440514013', []],
  ['an order', 'the national ID card costs 20; order number 12345678', []],
  ['a name far away', `PESEL ${'word '.repeat(20)}44051401359`, []],
  ['no name', 'total 44051401359 rows', []],
  ['part of a longer token', 'PESEL x44051401359y', []],
  ['a UUID behind a name', 'serial number urn:uuid:09f55116-97e1-49cf-b3b8-44d0207e7730', []],
  ['part of a UUID', 'DNI 550e8400-e29b-41d4-a716-446655440000', []],
])('no national number: %s', (_name, text, expected) => {
  expect(ids(text)).toEqual(expected)
})

test('a slip in a number right behind its name does not hide it', () => {
  const [finding] = certain(classifyText('PESEL: 44051401358'))
  expect(finding).toMatchObject({ kind: 'national_id', jurisdictions: ['PL'] })
  expect(finding?.confidence).toBeLessThan(0.6)
})

test.each([
  ['Italian', 'write RSSMRA85T10A562S here'],
  ['Mexican', 'write BOXW310820HNERXN09 here'],
  ['Finnish', 'write 131052-308T here'],
  ['Brazilian', 'write 111.444.777-35 here'],
  ['Swiss', 'write 756.9217.0769.85 here'],
  ['Chinese', 'write 11010519491231002X here'],
  ['Belgian', 'write 85.07.30-033.28 here'],
  ['Singaporean', 'write S1234567D here'],
])('what is written like nothing else needs no name: %s', (_name, text) => {
  expect(ids(text)).toHaveLength(1)
})

test.each([
  ['Italian', 'write RSSMRA85T10A562T here'],
  ['Brazilian', 'write 111.444.777-36 here'],
  ['Finnish', 'write 131052-308U here'],
  ['a stock number', 'replacement SKU 912-70-1234'],
])('and its check digit must be right: %s', (_name, text) => {
  expect(ids(text)).toEqual([])
})

test.each([
  ['44051401359', 'national_id'],
  ['3100600445635', 'national_id'],
  ['C01X00T41', 'passport'],
  ['JONES710153J99EF', 'driver_license'],
])('a text that is nothing but %s may be a %s, and raises nothing', (text, kind) => {
  const { findings, label } = classifyText(text)
  expect(findings.filter((finding) => finding.kind === kind)).not.toEqual([])
  if (certain({ findings, label, unscanned: [] }).length === 0) expect(label.level).toBe('public')
})

test.each(['1234567890', '11111111', '12345678', '1700000000', 'hello world'])(
  'a text that is nothing but %s is nothing',
  (text) => {
    expect(classifyText(text).findings.filter(({ kind }) => KINDS.includes(kind))).toEqual([])
  },
)

test.each([
  ['a string', key('pesel'), string('44051401359'), 'national_id'],
  ['a number', key('accountNumber'), number('12345678'), 'bank_account'],
  ['in camel case', key('passportNumber'), string('A12803456'), 'passport'],
  ['of two words', key('postalCode'), string('SW1A 1AA'), 'address'],
  ['of an age', key('age'), number('45'), 'age'],
  ['in snake case', key('driver_license'), string('D1234567'), 'driver_license'],
])('the key of a JSON member names its value: %s', (_name, name, value, kind) => {
  const findings = certain(classify(envelope(name, value)))
  expect(findings.map((finding) => finding.kind)).toContain(kind)
})

test.each([
  ['American passport', 'my passport is A12803456', ['passport: A12803456']],
  ['German passport', 'Reisepass C01X00T41', ['passport: C01X00T41']],
  ['passport in Chinese', '护照号码 E12345678', ['passport: E12345678']],
  ['British licence', 'driving licence MORGA753116SM9IJ', ['driver_license: MORGA753116SM9IJ']],
  ['American licence', "driver's license number is D1234567", ['driver_license: D1234567']],
  ['German licence', 'Führerschein B072RRE2I55', ['driver_license: B072RRE2I55']],
  ['a software licence', 'under the MIT license 20230101', []],
])('documents: %s', (_name, text, expected) => {
  expect(ids(text)).toEqual(expected)
})

test.each([
  ['a letter and counted digits', 'A12345678', []],
  ['counted digits', '123456789', []],
  ['counted digits under their name', 'my SSN is 123456789', ['us_ssn']],
  ['counted digits that pass a check', '12345678Z', ['national_id']],
  ['one letter and digits', 'C7203481', []],
  ['an Italian identity card', 'CA12845AA', ['national_id']],
  ['a licence of Florida', 'G544061739120', ['driver_license']],
])('a text that is nothing but %s', (_name, text, expected) => {
  const kinds = classifyText(text).findings.map(({ kind }) => kind)
  expect([...new Set(kinds)]).toEqual(expected)
})

test.each([
  ['American', 'routing number 021000021', ['bank_account: 021000021']],
  [
    'British',
    'sort code 12-34-56, account number 12345678',
    ['bank_account: 12-34-56', 'bank_account: 12345678'],
  ],
  ['Australian', 'BSB 062-000', ['bank_account: 062-000']],
  ['Mexican', 'CLABE 032180000118359719', ['bank_account: 032180000118359719']],
  ['Indian', 'IFSC HDFC0001234', ['bank_account: HDFC0001234']],
  ['Japanese', '口座番号 1234567', ['bank_account: 1234567']],
  ['BIC', 'BIC: DEUTDEFF500', ['bank_account: DEUTDEFF500']],
  ['no account', 'the account was closed in 20231231', []],
])('bank accounts: %s', (_name, text, expected) => {
  expect(ids(text)).toEqual(expected)
})

test.each([
  ['VIN', 'VIN 1HGBH41JXMN109186', ['vehicle: 1HGBH41JXMN109186']],
  ['British plate', 'car reg AB51 ABC', ['vehicle: AB51 ABC']],
  ['French plate', 'immatriculation AB-123-CD', ['vehicle: AB-123-CD']],
  ['IMEI', 'IMEI 490154203237518', ['device: 490154203237518']],
  ['plates of a machine', 'two plates 50B and 50C', []],
])('vehicles and devices: %s', (_name, text, expected) => {
  expect(ids(text)).toEqual(expected)
})

test.each([
  ['PESEL 44051401359', 'restricted', ['government-id', 'pii'], ['PL']],
  ['passport A12803456', 'restricted', ['government-id', 'pii'], ['US']],
  ['routing number 021000021', 'confidential', ['bank', 'pii'], ['US']],
  ['VIN 1HGBH41JXMN109186', 'confidential', ['pii'], []],
  ['national ID number 12345678', 'restricted', ['government-id', 'pii'], []],
])('%s is %s', (text, level, categories, jurisdictions) => {
  expect(classifyText(text).label).toMatchObject({ level, categories, jurisdictions })
})
