import { entropyBits } from './entropy.ts'
import { isWordy } from './placeholder.ts'

/** Bits per character. Random base62 of 20 characters has about 4, random hex of 32 about 3.6, English under 3. */
const ENTROPY_MIN_BITS = 3
const HEX_ENTROPY_MIN_BITS = 2.8

const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i

export const isUuid = (value: string): boolean => UUID.test(value)
export const isHex = (value: string): boolean => /^[0-9a-fA-F]{8,256}$/.test(value)

/** True if nobody would write the value by hand: digits among letters, many different characters, no words. */
export function isRandom(value: string): boolean {
  const digits = digitCount(value)
  if (digits === value.length) return false
  if (isHex(value)) return digits > 2 && entropyBits(value) >= HEX_ENTROPY_MIN_BITS
  if (digits < (value.length < 32 ? 2 : 1) || isWordy(value)) return false
  return entropyBits(value) >= ENTROPY_MIN_BITS
}

export function digitCount(value: string): number {
  let count = 0
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) count++
  }
  return count
}
