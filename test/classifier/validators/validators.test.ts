import { expect, test } from 'vitest'
import { countryOfNumber } from '../../../src/classifier/validators/calling-codes.ts'
import { hasIssuer } from '../../../src/classifier/validators/card-issuer.ts'
import { entropyBits } from '../../../src/classifier/validators/entropy.ts'
import { IBAN_LENGTHS } from '../../../src/classifier/validators/iban-lengths.ts'
import { isLuhn } from '../../../src/classifier/validators/luhn.ts'
import { isMod97 } from '../../../src/classifier/validators/mod97.ts'
import { isPlaceholder } from '../../../src/classifier/validators/placeholder.ts'
import { isSsn } from '../../../src/classifier/validators/us-ssn.ts'

const digitsOf = (text: string) => Array.from(text, Number)

test.each([
  ['4111111111111111', true],
  ['4111111111111112', false],
  ['378282246310005', true],
  ['79927398713', true],
  ['79927398710', false],
  ['0', true],
])('Luhn of %s is %s', (digits, expected) => {
  expect(isLuhn(digitsOf(digits), 0, digits.length)).toBe(expected)
})

test('Luhn looks only at the part it is told to', () => {
  expect(isLuhn(digitsOf('994111111111111111'), 2, 16)).toBe(true)
})

test.each([
  ['Visa of 16', '4111111111111111', true],
  ['Visa of 13', '4222222222222', true],
  ['Visa of 14', '41111111111111', false],
  ['Mastercard 5', '5555555555554444', true],
  ['Mastercard 2', '2223003122003222', true],
  ['just under Mastercard 2', '2220993122003222', false],
  ['American Express', '378282246310005', true],
  ['American Express too long', '3782822463100050', false],
  ['Discover', '6011111111111117', true],
  ['Diners Club', '30569309025904', true],
  ['JCB', '3530111333300000', true],
  ['UnionPay of 19', '6200000000000000000', true],
  ['Maestro of 12', '675900000000', true],
  ['Mir', '2200123456789010', true],
  ['nobody', '9111111111111111', false],
  ['nobody, zero', '0111111111111111', false],
])('%s: %s', (_name, digits, expected) => {
  expect(hasIssuer(digitsOf(digits), 0, digits.length)).toBe(expected)
})

test.each([
  ['DE89370400440532013000', true],
  ['DE89370400440532013001', false],
  ['GB82WEST12345698765432', true],
  ['GB82WEST12345698765423', false],
  ['NO9386011117947', true],
  ['MT84MALT011000012345MTLCAST001S', true],
])('MOD 97-10 of %s is %s', (code, expected) => {
  expect(isMod97(code)).toBe(expected)
  expect(IBAN_LENGTHS[code.slice(0, 2)]).toBe(code.length)
})

test.each([
  [536, 22, 1234, true],
  [0, 22, 1234, false],
  [666, 22, 1234, false],
  [900, 22, 1234, false],
  [536, 0, 1234, false],
  [536, 22, 0, false],
  [78, 5, 1120, false],
  [219, 9, 9999, false],
])('%i-%i-%i may have been issued: %s', (area, group, serial, expected) => {
  expect(isSsn(area, group, serial)).toBe(expected)
})

test.each([
  ['493012345', 'DE'],
  ['14155552671', 'US'],
  ['14165552671', 'CA'],
  ['442079460958', 'GB'],
  ['35312345678', 'IE'],
  ['999123456', undefined],
  ['', undefined],
])('the number %s is of %s', (digits, expected) => {
  expect(countryOfNumber(digits)).toBe(expected)
})

test('entropy is counted per character', () => {
  expect(entropyBits('')).toBe(0)
  expect(entropyBits('aaaa')).toBe(0)
  expect(entropyBits('abcd')).toBe(2)
})

test.each([
  ['your-api-key-goes', true],
  ['xxxxxxxxxxxxxxxx', true],
  ['${SECRET}', true],
  ['<password>', true],
  ['aaaaaaaabbbb', true],
  ['9f8a7b6c5d4e3f2a', false],
  ['Tr0ub4dor&3', false],
])('%s stands for a credential: %s', (value, expected) => {
  expect(isPlaceholder(value)).toBe(expected)
})
