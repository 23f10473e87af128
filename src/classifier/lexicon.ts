/** A word that means something wherever one begins. */
export type Entry = {
  /** Lower case unless `exact`. A space stands for one space, hyphen, underscore or line break. */
  readonly text: string
  /** Case matters, and the word may go on: a prefix of a token. */
  readonly exact: boolean
  /** Its third character, lower-cased, for a quick no; 0 if that may be several. */
  readonly third: number
  /** Ids of contexts that it is a sign of. */
  readonly contexts: readonly number[]
  /** Positions of detectors that want to look. */
  readonly detectors: readonly number[]
}

/** Entries by their first two characters, so that an ordinary word costs one look-up. */
export type Lexicon = {
  /** Bucket number by folded first and second character; 0 for none. */
  readonly index: Uint16Array
  readonly buckets: readonly (readonly Entry[])[]
}

/** a–z (either case) to 1–26 and everything else somewhere in 0–31: full comparison follows. */
export const slotOf = (first: number, second: number): number =>
  ((first & 31) << 5) | (second >= 0x41 && second < 0x7b ? second & 31 : 0)

export function buildLexicon(entries: readonly Omit<Entry, 'third'>[]): Lexicon {
  const index = new Uint16Array(1024)
  const buckets: Entry[][] = [[]]
  for (const entry of entries) {
    const slot = slotOf(entry.text.charCodeAt(0), entry.text.charCodeAt(1))
    const bucket = index[slot] || buckets.length
    index[slot] = bucket
    const third = entry.text.charCodeAt(2)
    ;(buckets[bucket] ??= []).push({
      ...entry,
      third: /[a-z]/i.test(entry.text.charAt(2)) ? third | 0x20 : 0,
    })
  }
  return { index, buckets }
}

/** Where the entry ends if it stands at `at`; -1 if it doesn't. */
export function matchEntry(text: string, at: number, entry: Entry): number {
  const { text: word, exact } = entry
  if (exact) return text.startsWith(word, at) ? at + word.length : -1
  for (let i = 0; i < word.length; i++) {
    const wanted = word.charCodeAt(i)
    const code = text.charCodeAt(at + i)
    if (wanted === 0x20) {
      if (code !== 0x20 && code !== 0x2d && code !== 0x5f && code !== 0x0a) return -1
    } else if (code !== wanted && (code < 0x41 || code > 0x5a || (code | 0x20) !== wanted))
      return -1
  }
  const end = at + word.length
  return goesOn(text.charCodeAt(end - 1), text.charCodeAt(end)) ? -1 : end
}

/** The word runs on after its match; a capital after a small letter begins the next one (`phoneNumber`). */
function goesOn(last: number, next: number): boolean {
  if (next >= 0x61 && next <= 0x7a) return true
  if (next >= 0x41 && next <= 0x5a) return last >= 0x41 && last <= 0x5a
  return next >= 0xc0 && next <= 0x52f
}
