import { expect, test } from 'vitest'
import {
  hasDay,
  icaoDigit,
  isEan13,
  isMod11And10,
  isMod11And2,
  isVerhoeff,
  remainder,
  weighted,
} from '../../../src/classifier/validators/check-digits.ts'

test.each([
  ['ISO 7064 MOD 11,10', isMod11And10, '69435151530', '69435151531'],
  ['ISO 7064 MOD 11-2', isMod11And2, '079X', '0791'],
  ['EAN-13', isEan13, '4006381333931', '4006381333932'],
  ['Verhoeff', isVerhoeff, '2363', '2364'],
  ['Verhoeff with two digits swapped', isVerhoeff, '234123412346', '234123412364'],
])('%s knows a right check digit', (_name, check, right, wrong) => {
  expect(check(right)).toBe(true)
  expect(check(wrong)).toBe(false)
})

// ICAO Doc 9303, part 4, appendix A: the specimen of Utopia.
test.each([
  ['L898902C3', 6],
  ['740812', 2],
  ['120415', 9],
])('the check digit of %s in a travel document is %i', (code, expected) => {
  expect(icaoDigit(code)).toBe(expected)
})

test('a remainder of a number of any length', () => {
  expect(remainder('123456789012345678901234567890', 97)).toBe(
    Number(123456789012345678901234567890n % 97n),
  )
})

test('a weighted sum goes as far as its weights', () => {
  expect(weighted('12345', [3, 2])).toBe(7)
  expect(weighted('12345', [1, 1], 3)).toBe(9)
})

test.each([
  ['991231', 2, 4, true],
  ['990230', 2, 4, false],
  ['310199', 2, 0, true],
  ['310499', 2, 0, false],
  ['001301', 2, 4, false],
  ['000100', 2, 4, false],
])('%s holds a day, with month at %i and day at %i: %s', (code, month, day, expected) => {
  expect(hasDay(code, month, day)).toBe(expected)
})
