/** FNV-1a, 32 bits (draft-eastlake-fnv). Hashes of words are built up character by character with `hashStep`. */
export const HASH_START = 0x811c9dc5
const FNV_PRIME = 0x01000193
export const hashStep = (hash: number, code: number): number => Math.imul(hash ^ code, FNV_PRIME)

/** Mixes a kind of feature with two values into 32 bits that are all well spread (the finalizer of MurmurHash3). */
export function mix(kind: number, a: number, b: number): number {
  let x = Math.imul(a ^ Math.imul(kind, 0x9e3779b1), 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x ^ b, 0xc2b2ae35)
  x ^= x >>> 16
  x = Math.imul(x, 0x27d4eb2f)
  return x ^ (x >>> 15)
}
