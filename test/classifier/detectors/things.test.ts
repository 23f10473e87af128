import { expect, test } from 'vitest'
import { classify } from '../../../src/classifier/classify.ts'
import { certain, classifyText, envelope, found, key, string } from '../texts.ts'

const ETHEREUM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'

test.each([
  ['Bitcoin', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', true],
  ['Bitcoin with a wrong end', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb', false],
  ['Bitcoin, SegWit', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', true],
  ['Bitcoin, SegWit with a wrong end', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp', false],
  ['TRON', 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8', true],
  ['XRP', 'rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH', true],
  ['Ethereum', ETHEREUM, true],
  ['Ethereum with a wrong case', ETHEREUM.replace('Aed', 'aed'), false],
  ['Ethereum in small letters alone', ETHEREUM.toLowerCase(), false],
  ['Ethereum in small letters', `wallet ${ETHEREUM.toLowerCase()}`, true],
  ['nobody', `wallet 0x${'0'.repeat(40)}`, false],
  ['a hash', '3f786850e387550fdab836ed7e6dc881de23001b', false],
])('a wallet of %s', (_name, text, expected) => {
  expect(found(text, 'crypto')).toHaveLength(expected ? 1 : 0)
})

test.each([
  ['with colons', 'link 00:1b:44:11:3a:b7 up', ['device: 00:1b:44:11:3a:b7']],
  ['with hyphens', 'MAC address: 00-1B-44-11-3A-B7', ['device: 00-1B-44-11-3A-B7']],
  ['of all devices', 'to ff:ff:ff:ff:ff:ff', []],
  ['of a group', 'to 01:00:5e:00:00:fb', []],
  ['a fingerprint', '00:1b:44:11:3a:b7:12:34:56:78:9a', []],
  ['a time', '12:30:45', []],
])('a hardware address %s', (_name, text, expected) => {
  expect(found(text, 'device')).toEqual(expected)
})

test.each([
  ['a field', 'Age: 45', ['age: 45']],
  ['a person', 'She is 34 years old', ['age: 34 years old']],
  ['a patient', 'a 65 year old male', ['age: 65 year old']],
  ['in Spanish', 'paciente de 45 años', ['age: 45 años']],
  ['in Chinese', '患者45岁', ['age: 45岁']],
  ['in Japanese', '年齢：34', ['age: 34']],
  ['in Arabic', 'عمره 34', ['age: 34']],
  ['a child in general', 'explain it to a 5 year old', []],
  ['a firm', 'a 20 year old company', []],
  ['of a cache', 'maxAge: 60', []],
  ['a ratio', 'age: 1.5', []],
])('an age: %s', (_name, text, expected) => {
  expect(found(text, 'age')).toEqual(expected)
})

test.each([
  ['German', 'geboren am 3.5.1977, Patient'],
  ['a pronoun', 'She was born on 5/18/1956.'],
  ['Chinese', '出生日期：1985年3月4日'],
  ['Japanese', '生年月日 1985/03/04'],
  ['Arabic', 'تاريخ الميلاد: 04/03/1985'],
  ['Polish', 'data urodzenia: 12.03.1980'],
])('a birth date, %s', (_name, text) => {
  expect(found(text, 'date')).toHaveLength(1)
})

const kindsUnder = (name: string) =>
  certain(classify(envelope(key(name), string('1985-03-04')))).map(({ kind }) => kind)

test('the key of a JSON member makes a date one of birth', () => {
  expect(kindsUnder('dateOfBirth')).toEqual(['date'])
  expect(kindsUnder('date_of_birth')).toEqual(['date'])
  expect(kindsUnder('created')).toEqual([])
})

test('an age alone is internal', () => {
  expect(classifyText('Age: 45').label.level).toBe('internal')
})
