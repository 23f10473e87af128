import { isLuhn } from './luhn.ts'

/** Checks over strings of digits (and letters, where it says so). Positions count from the left. */

const digitAt = (code: string, at: number): number => code.charCodeAt(at) - 48

/** 0–9, then A = 10 to Z = 35. */
export const valueAt = (code: string, at: number): number => {
  const unit = code.charCodeAt(at)
  return unit >= 0x41 ? unit - 55 : unit - 48
}

/** Sum of digits times weights, as far as the weights go. */
export function weighted(code: string, weights: readonly number[], from = 0): number {
  let sum = 0
  for (const [i, weight] of weights.entries()) sum += digitAt(code, from + i) * weight
  return sum
}

/** The same with letters worth 10 to 35. */
export function weightedValues(code: string, weights: readonly number[]): number {
  let sum = 0
  for (const [i, weight] of weights.entries()) sum += valueAt(code, i) * weight
  return sum
}

export const lastDigit = (code: string): number => digitAt(code, code.length - 1)

export const luhn = (code: string): boolean => isLuhn(Array.from(code, Number), 0, code.length)

/** Remainder of a whole number of any length. */
export function remainder(digits: string, modulus: number): number {
  let rest = 0
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digitAt(digits, i)) % modulus
  return rest
}

/** ISO/IEC 7064 MOD 11,10, the check digit last. */
export function isMod11And10(code: string): boolean {
  let check = 5
  for (let i = 0; i < code.length; i++) {
    check = ((((check === 0 ? 10 : check) * 2) % 11) + digitAt(code, i)) % 10
  }
  return check === 1
}

/** ISO/IEC 7064 MOD 11-2, the last character a digit or X. */
export function isMod11And2(code: string): boolean {
  let check = 0
  for (let i = 0; i < code.length; i++) {
    check = (2 * check + (code[i] === 'X' ? 10 : digitAt(code, i))) % 11
  }
  return check === 1
}

/** EAN-13: weights 1 and 3 in turn (GS1 General Specifications, section 7.9). */
export const isEan13 = (code: string): boolean =>
  weighted(code, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0

const DIHEDRAL = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const PERMUTED = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** J. Verhoeff, "Error Detecting Decimal Codes" (1969), the check digit last. */
export function isVerhoeff(code: string): boolean {
  let check = 0
  for (let i = 0; i < code.length; i++) {
    const digit = digitAt(code, code.length - 1 - i)
    const permuted = Number(PERMUTED[i % 8]?.[digit] ?? 0)
    check = Number(DIHEDRAL[check]?.[permuted] ?? 0)
  }
  return check === 0
}

/** Machine-readable travel documents (ICAO Doc 9303, part 3, section 4.9): weights 7, 3, 1 over digits and letters. */
export function icaoDigit(code: string): number {
  let sum = 0
  for (let i = 0; i < code.length; i++) sum += valueAt(code, i) * ([7, 3, 1][i % 3] ?? 0)
  return sum % 10
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Month and day of some year. */
export const isDay = (month: number, day: number): boolean =>
  day >= 1 && day <= (DAYS[month - 1] ?? 0)

/** Reads `yymmdd`, `ddmmyy` and the like: where the month and the day stand, each of two digits. */
export const hasDay = (code: string, monthAt: number, dayAt: number): boolean =>
  isDay(Number(code.slice(monthAt, monthAt + 2)), Number(code.slice(dayAt, dayAt + 2)))
