const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** What the checksum comes to: BIP 173, and BIP 350 for later witness versions. */
const BECH32 = 1
const BECH32M = 0x2bc830a3
/** BIP 173: a text is at most 90 characters long. */
const LENGTH_MAX = 90

/** True if the text, in small letters, is bech32 or bech32m with a right checksum. */
export function isBech32(text: string): boolean {
  const separator = text.lastIndexOf('1')
  if (separator < 1 || text.length - separator < 7 || text.length > LENGTH_MAX) return false
  const values: number[] = []
  for (let i = 0; i < separator; i++) values.push(text.charCodeAt(i) >> 5)
  values.push(0)
  for (let i = 0; i < separator; i++) values.push(text.charCodeAt(i) & 31)
  for (let i = separator + 1; i < text.length; i++) {
    const value = ALPHABET.indexOf(text.charAt(i))
    if (value < 0) return false
    values.push(value)
  }
  const sum = polymod(values)
  return sum === BECH32 || sum === BECH32M
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [i, factor] of GENERATOR.entries()) if ((top >> i) & 1) sum ^= factor
  }
  return sum
}
