import { SYMBOL_BITS, SYMBOL_MASK, SYMBOLS } from './characters.ts'
import type { AnchorAt } from './detector.ts'

/** A word that means something wherever one begins. */
export type Entry = {
  /** Lower case unless `exact`. A space stands for one space, hyphen, underscore or line break. */
  readonly text: string
  /** Case matters, and the word may go on: a prefix of a token. */
  readonly exact: boolean
  /** Ids of contexts that it is a sign of. */
  readonly contexts: readonly number[]
  /** Detectors that want to look. */
  readonly actions: readonly AnchorAt[]
}

/** Entries by the gap and the three symbols that they begin with, so that an ordinary word costs one look-up. */
export type Lexicon = {
  /** 1 where some entry may begin; indexed by `hashOf`. */
  readonly isKnown: Uint8Array
  /** Number of the bucket, indexed alike. */
  readonly bucketOf: Uint16Array
  readonly buckets: readonly (readonly Bucketed[])[]
  /** By bucket: a bit for each symbol that may come fourth. */
  readonly fourths: readonly number[]
}
type Bucketed = { readonly window: number; readonly entry: Entry }

/** The last four characters as symbols. */
export const WINDOW_MASK = (1 << (4 * SYMBOL_BITS)) - 1
const HASH_BITS = 16
/** Knuth's multiplicative hashing: 2^32 divided by the golden ratio. */
const HASH_FACTOR = 0x9e3779b1
const HASH_SHIFT = 32 - HASH_BITS
export const hashOf = (window: number): number => Math.imul(window, HASH_FACTOR) >>> HASH_SHIFT

/** 1–26 for a letter, 0 for what ends a word. */
export const symbolOf = (code: number): number => (SYMBOLS[code] ?? 0) & SYMBOL_MASK

/** What the scan has seen when it stands on the third character of the word, and a word began there. */
const windowOf = (word: string): number => {
  let window = 0
  for (let i = 0; i < 3; i++) {
    window = (window << SYMBOL_BITS) | (i < word.length ? symbolOf(word.charCodeAt(i)) : 0)
  }
  return window
}

export function buildLexicon(entries: readonly Entry[]): Lexicon {
  const isKnown = new Uint8Array(1 << HASH_BITS)
  const bucketOf = new Uint16Array(isKnown.length)
  const buckets: Bucketed[][] = []
  const fourths: number[] = []
  for (const entry of entries) {
    const window = windowOf(entry.text)
    const hash = hashOf(window)
    const bucket = isKnown[hash] === 1 ? (bucketOf[hash] ?? 0) : buckets.length
    isKnown[hash] = 1
    bucketOf[hash] = bucket
    ;(buckets[bucket] ??= []).push({ window, entry })
    const bit = entry.text.length > 3 ? 1 << symbolOf(entry.text.charCodeAt(3)) : -1
    fourths[bucket] = (fourths[bucket] ?? 0) | bit
  }
  return { isKnown, bucketOf, buckets, fourths }
}

/** Where the entry ends if it stands at `at`; -1 if it doesn't. */
export function matchEntry(text: string, at: number, entry: Entry): number {
  const { text: word, exact } = entry
  const end = at + word.length
  if (end > text.length) return -1
  if (exact) return text.startsWith(word, at) ? end : -1
  for (let i = 0; i < word.length; i++) {
    const wanted = word.charCodeAt(i)
    const code = text.charCodeAt(at + i)
    if (wanted === 0x20) {
      if (code !== 0x20 && code !== 0x2d && code !== 0x5f && code !== 0x0a) return -1
    } else if (code !== wanted && (code < 0x41 || code > 0x5a || (code | 0x20) !== wanted))
      return -1
  }
  return end < text.length && goesOn(text.charCodeAt(end - 1), text.charCodeAt(end)) ? -1 : end
}

/** The word runs on after its match; a capital after a small letter begins the next one (`phoneNumber`). */
function goesOn(last: number, next: number): boolean {
  if (next >= 0x61 && next <= 0x7a) return true
  if (next >= 0x41 && next <= 0x5a) return last >= 0x41 && last <= 0x5a
  return next >= 0xc0 && next <= 0x52f
}
