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

/** Entries by the gap and the symbols that they begin with, so that an ordinary word costs one look-up. */
export type Lexicon = {
  /** Number of the bucket where some entry may begin, else 0; indexed by `hashOf` the gap and three symbols. */
  readonly bucketOf: Uint16Array
  /** Number of the node where some entry may go on, else 0; indexed by bucket and fourth symbol (`slotOf`). */
  readonly nodeOf: Uint16Array
  readonly nodes: readonly Node[]
}
type Node = {
  /** A bit for each symbol that may come fifth and sixth. */
  readonly fifths: number
  readonly sixths: number
  readonly entries: readonly Bucketed[]
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

const symbolAt = (text: string, at: number): number =>
  at < text.length ? symbolOf(text.charCodeAt(at)) : 0

const slotOf = (bucket: number, fourth: number): number => (bucket << SYMBOL_BITS) | fourth

const ANY = -1
/** Bits of the symbols that may stand at one place of a word: any where it has ended. */
const bitsAt = (word: string, place: number): number =>
  place < word.length ? 1 << symbolOf(word.charCodeAt(place)) : ANY

export function buildLexicon(entries: readonly Entry[]): Lexicon {
  const bucketOf = new Uint16Array(1 << HASH_BITS)
  const buckets: Bucketed[][] = [[]]
  for (const entry of entries) {
    const window = windowOf(entry.text)
    const hash = hashOf(window)
    const bucket = bucketOf[hash] || buckets.length
    bucketOf[hash] = bucket
    ;(buckets[bucket] ??= []).push({ window, entry })
  }
  const nodeOf = new Uint16Array(buckets.length << SYMBOL_BITS)
  const nodes: Node[] = [{ fifths: 0, sixths: 0, entries: [] }]
  for (const [bucket, all] of buckets.entries()) {
    for (let fourth = 0; fourth <= SYMBOL_MASK; fourth++) {
      const some = all.filter(({ entry }) => ((bitsAt(entry.text, 3) >> fourth) & 1) === 1)
      if (some.length === 0) continue
      nodeOf[slotOf(bucket, fourth)] = nodes.length
      nodes.push({
        fifths: some.reduce((bits, { entry }) => bits | bitsAt(entry.text, 4), 0),
        sixths: some.reduce((bits, { entry }) => bits | bitsAt(entry.text, 5), 0),
        entries: some,
      })
    }
  }
  return { bucketOf, nodeOf, nodes }
}

const NOTHING: readonly Bucketed[] = []

/** The entries that may stand at `at`, where a gap and three symbols make this window. */
export function entriesAt(lexicon: Lexicon, text: string, at: number, window: number) {
  const bucket = lexicon.bucketOf[hashOf(window)] ?? 0
  const node = lexicon.nodes[lexicon.nodeOf[slotOf(bucket, symbolAt(text, at + 3))] ?? 0]
  if (node === undefined) return NOTHING
  const { fifths, sixths, entries } = node
  const isLikely = (fifths >> symbolAt(text, at + 4)) & (sixths >> symbolAt(text, at + 5)) & 1
  return isLikely === 1 ? entries : NOTHING
}

/** Where the entry ends if it stands at `at`; -1 if it doesn't. */
export function matchEntry(text: string, at: number, entry: Entry): number {
  const { text: word, exact } = entry
  const end = at + word.length
  if (end > text.length) return -1
  if (exact) return text.startsWith(word, at) ? end : -1
  // Words that begin alike mostly end otherwise.
  const lastWanted = word.charCodeAt(word.length - 1)
  if (
    lastWanted > 0x20 &&
    lastWanted < 0x80 &&
    (text.charCodeAt(end - 1) | 0x20) !== (lastWanted | 0x20)
  )
    return -1
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
