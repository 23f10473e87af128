import { HASH_START, hashStep, mix } from './hash.ts'
import { KINDS, LETTER, SMALL } from './letters.ts'
import { COMMON, FIRST_NAME, type NameFilter } from './names.ts'
import {
  ALL_CAPITALS,
  BEGINS_CAPITAL,
  IS_CODE,
  IS_HANDLE,
  IS_WORD,
  WORDS_MAX,
  type Sentence,
} from './words.ts'

/** What a word is part of. */
export const TAGS = ['none', 'person', 'location', 'organization'] as const
export const NONE = 0
export const PERSON = 1
/** From this probability on a word is taken for a person's; whether the find counts, its confidence says. */
export const PERSON_MIN = 0.15
const TAG_COUNT = TAGS.length

/** Rows of the table of weights, one weight for each tag. */
export const TABLE_BITS = 17
const ROW_MASK = (1 << TABLE_BITS) - 1

/** Features of one word; see `features`. */
export const FEATURE_COUNT = 32

/** Before and behind the sentence. */
const BORDER = { before: 1, behind: 2 } as const

/** Weights as whole numbers; `scale` turns a sum of them into a logit. */
export type TaggerModel = {
  readonly weights: Int8Array
  readonly scale: number
  readonly names: NameFilter
}

/**
 * Finds persons, places and organisations in a sentence, word by word from left to right: a multinomial logistic
 * regression over hashed features of the word, its neighbours and the tags given so far. Words that are neither
 * capitalised nor names nor after an entity are not looked at.
 */
export class Tagger {
  /** Of the sentence tagged last: the tag of each word, and its logit against all others. */
  readonly tags = new Uint8Array(WORDS_MAX)
  readonly logits = new Float64Array(WORDS_MAX)
  /** Rows of the features of the word looked at last. */
  readonly rows = new Int32Array(FEATURE_COUNT)
  readonly hashes = new Int32Array(FEATURE_COUNT)
  readonly #model: TaggerModel
  readonly #lists = new Uint8Array(WORDS_MAX)
  readonly #scores = new Float64Array(TAG_COUNT)
  #isCapitals = false
  #isCode = 0

  constructor(model: TaggerModel) {
    this.#model = model
  }

  /** Looks up names, and how the sentence is written. True if there is anything to tag. */
  prepare(sentence: Sentence): boolean {
    const { names } = this.#model
    let capitals = 0
    let words = 0
    let isAny = false
    for (let at = 0; at < sentence.count; at++) {
      const flags = sentence.flags[at] ?? 0
      this.#lists[at] = 0
      if ((flags & IS_WORD) === 0) continue
      words++
      if ((flags & ALL_CAPITALS) !== 0) capitals++
      const hash = sentence.hash[at] ?? 0
      // A small word matters only if it may be a first name; that spares most words most of the look-ups.
      const isLookedUp = (flags & BEGINS_CAPITAL) !== 0 || names.has(FIRST_NAME, hash)
      if (isLookedUp) this.#lists[at] = names.lists(hash)
      isAny ||= this.isCandidate(sentence, at) && !(at === 0 && this.#isOpening())
    }
    this.#isCapitals = capitals * 2 > words
    this.#isCode = Math.min(sentence.codeSigns, 7) >> 1
    return isAny
  }

  /** The first word, usually written small and no first name, has a capital for its place alone. */
  #isOpening(): boolean {
    return ((this.#lists[0] ?? 0) & (COMMON | FIRST_NAME)) === COMMON
  }

  /** Of a prepared sentence: a word that is usually written small. */
  isCommon(at: number): boolean {
    return ((this.#lists[at] ?? 0) & COMMON) !== 0
  }

  /** Whether the word may begin an entity. */
  isCandidate(sentence: Sentence, at: number): boolean {
    const flags = sentence.flags[at] ?? 0
    if ((flags & (IS_CODE | IS_HANDLE)) !== 0) return false
    if ((flags & BEGINS_CAPITAL) !== 0) return true
    return ((this.#lists[at] ?? 0) & (FIRST_NAME | COMMON)) === FIRST_NAME
  }

  /** Tags a prepared sentence. `threshold` is the probability from which on somebody is a person. */
  tag(text: string, sentence: Sentence, threshold: number): void {
    const { weights, scale } = this.#model
    let last = NONE
    let lastButOne = NONE
    for (let at = 0; at < sentence.count; at++) {
      let tag = NONE
      if (last !== NONE || this.isCandidate(sentence, at)) {
        this.features(text, sentence, at, last, lastButOne)
        const scores = this.#scores
        scores.fill(0)
        for (let feature = 0; feature < FEATURE_COUNT; feature++) {
          const row = (this.rows[feature] ?? 0) * TAG_COUNT
          for (let t = 0; t < TAG_COUNT; t++) scores[t] = (scores[t] ?? 0) + (weights[row + t] ?? 0)
        }
        tag = this.#choose(at, scale, threshold)
      }
      this.tags[at] = tag
      lastButOne = last
      last = tag
    }
  }

  #choose(at: number, scale: number, threshold: number): number {
    const scores = this.#scores
    let best = 0
    for (let t = 1; t < TAG_COUNT; t++) if ((scores[t] ?? 0) > (scores[best] ?? 0)) best = t
    const top = scores[best] ?? 0
    let sum = 0
    for (let t = 0; t < TAG_COUNT; t++) {
      const e = Math.exp(((scores[t] ?? 0) - top) * scale)
      scores[t] = e
      sum += e
    }
    const person = (scores[PERSON] ?? 0) / sum
    if (best === NONE && person >= threshold) best = PERSON
    const p = (scores[best] ?? 0) / sum
    this.logits[at] = Math.log(Math.max(p, 1e-6) / Math.max(1 - p, 1e-6))
    return best
  }

  /** Fills `rows` for the word at `at`, given the two tags before it. */
  features(text: string, sentence: Sentence, at: number, last: number, lastButOne: number): void {
    const { hash, shape, flags, start, end, count } = sentence
    const own = hash[at] ?? 0
    const ownShape = shape[at] ?? 0
    const before = at > 0 ? (hash[at - 1] ?? 0) : BORDER.before
    const behind = at + 1 < count ? (hash[at + 1] ?? 0) : BORDER.behind
    const beforeShape = at > 0 ? (shape[at - 1] ?? 0) : BORDER.before
    const behindShape = at + 1 < count ? (shape[at + 1] ?? 0) : BORDER.behind
    const beforeTwo = at > 1 ? (hash[at - 2] ?? 0) : BORDER.before
    const behindTwo = at + 2 < count ? (hash[at + 2] ?? 0) : BORDER.behind
    const kind = this.#kindOf(flags, at)
    const beforeKind = at > 0 ? this.#kindOf(flags, at - 1) : 0
    const behindKind = at + 1 < count ? this.#kindOf(flags, at + 1) : 0
    const isFirst = at === 0 ? 1 : 0
    const from = start[at] ?? 0
    const to = end[at] ?? 0
    const capitals = this.#isCapitals ? 1 : 0
    const rows = this.rows
    const set = (place: number, a: number, b: number) => {
      const h = mix(place + 1, a, b)
      this.hashes[place] = h
      rows[place] = h & ROW_MASK
    }
    set(0, own, 0)
    set(1, ownShape, capitals)
    set(2, before, 0)
    set(3, behind, 0)
    set(4, before, own)
    set(5, own, behind)
    set(6, beforeTwo, 0)
    set(7, behindTwo, 0)
    set(8, beforeShape, ownShape)
    set(9, ownShape, behindShape)
    set(10, beforeShape ^ Math.imul(behindShape, 7), ownShape)
    set(11, affix(text, Math.max(from, to - 1), to), ownShape)
    set(12, affix(text, Math.max(from, to - 2), to), 0)
    set(13, affix(text, Math.max(from, to - 3), to), 0)
    set(14, affix(text, from, Math.min(to, from + 3)), 0)
    set(15, affix(text, Math.max(from, to - 4), to), kind)
    set(16, last, 0)
    set(17, last * TAG_COUNT + lastButOne, kind)
    set(18, last, own)
    set(19, last, ownShape)
    set(20, isFirst, ownShape)
    set(21, before, behind)
    set(22, kind, capitals)
    set(23, kind, behindKind)
    set(24, kind | (beforeKind << 6), last)
    set(25, kind, isFirst === 0 ? 0 : count < 3 ? 2 : 1)
    set(26, 0, 0)
    set(27, this.#isCode, kind)
    set(28, before, kind)
    set(29, behind, kind)
    set(30, beforeTwo, before)
    set(31, kind | (beforeKind << 6), behindKind)
  }

  /** Six bits: lists, and how the word is written. */
  #kindOf(flags: Uint8Array, at: number): number {
    const own = flags[at] ?? 0
    const isCapital = (own & BEGINS_CAPITAL) !== 0 ? 1 : 0
    const rest =
      (own & IS_HANDLE) !== 0 ? 2 : (own & IS_WORD) !== 0 ? 1 : (own & IS_CODE) !== 0 ? 3 : 0
    return (this.#lists[at] ?? 0) | (isCapital << 3) | (rest << 4)
  }
}

/** Hash of the small letters from `from` to `to`. */
function affix(text: string, from: number, to: number): number {
  let hash = HASH_START
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    hash = hashStep(hash, ((KINDS[code] ?? 0) & LETTER) !== 0 ? (SMALL[code] ?? code) : code)
  }
  return hash
}
