import { createHash } from 'node:crypto'

export const BITCOIN_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
export const RIPPLE_ALPHABET = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz'

/** Longest text that is decoded: the work grows with its square. */
const LENGTH_MAX = 64

/** The bytes that a base58 text stands for; undefined if it holds other characters. */
export function fromBase58(text: string, alphabet: string): Uint8Array | undefined {
  if (text.length > LENGTH_MAX) return undefined
  const bytes: number[] = []
  for (const character of text) {
    let carry = alphabet.indexOf(character)
    if (carry < 0) return undefined
    for (let i = 0; i < bytes.length; i++) {
      carry += (bytes[i] ?? 0) * 58
      bytes[i] = carry & 0xff
      carry >>= 8
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 0xff)
  }
  for (let i = 0; i < text.length && text[i] === alphabet[0]; i++) bytes.push(0)
  return Uint8Array.from(bytes.toReversed())
}

/** The version byte of a base58check text (Bitcoin's addresses, 25 bytes); undefined if its checksum is wrong. */
export function base58CheckVersion(text: string, alphabet = BITCOIN_ALPHABET): number | undefined {
  const bytes = fromBase58(text, alphabet)
  if (bytes?.length !== 25) return undefined
  const once = createHash('sha256').update(bytes.subarray(0, 21)).digest()
  const twice = createHash('sha256').update(once).digest()
  for (let i = 0; i < 4; i++) if (twice[i] !== bytes[21 + i]) return undefined
  return bytes[0]
}
