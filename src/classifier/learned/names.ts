import { mix } from './hash.ts'

/** Which lists a word stands in; they share one filter. */
export const FIRST_NAME = 1
export const SURNAME = 2
/** A word that is usually written small: `Will`, `Mark` and `Hope` begin sentences, too. */
export const COMMON = 4

/** Bits that each word sets in the filter. */
const HASHES = 5

/**
 * A Bloom filter over several lists (B. H. Bloom, 1970): says "maybe" of a few words that stand in none, never "no" of
 * one that does. `bits` has a power of two of bytes.
 */
export class NameFilter {
  readonly #bits: Uint8Array
  readonly #mask: number

  constructor(bits: Uint8Array) {
    this.#bits = bits
    this.#mask = bits.length * 8 - 1
  }

  /** The lists that the word with this hash may stand in. */
  lists(hash: number): number {
    return (
      (this.has(FIRST_NAME, hash) ? FIRST_NAME : 0) |
      (this.has(SURNAME, hash) ? SURNAME : 0) |
      (this.has(COMMON, hash) ? COMMON : 0)
    )
  }

  add(list: number, hash: number): void {
    for (let turn = 0; turn < HASHES; turn++) {
      const bit = mix(list, hash, turn) & this.#mask
      this.#bits[bit >> 3] = (this.#bits[bit >> 3] ?? 0) | (1 << (bit & 7))
    }
  }

  /** Whether the word with this hash may stand in one list. */
  has(list: number, hash: number): boolean {
    for (let turn = 0; turn < HASHES; turn++) {
      const bit = mix(list, hash, turn) & this.#mask
      if (((this.#bits[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false
    }
    return true
  }
}
