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
const LOCATION = 2
const ORGANIZATION = 3
/** From this probability on a word is taken for a person's; whether the find counts, its confidence says. */
export const PERSON_MIN = 0.15
const TAG_COUNT = TAGS.length

/** Rows of the table of weights, one weight for each tag. */
export const TABLE_BITS = 17
export const ROW_MASK = (1 << TABLE_BITS) - 1

/** A logit as unlikely as this is left at that. */
const FAR = -4

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
  /** Hashes of the features of the word looked at last; the low bits say which row each has. */
  readonly hashes = new Int32Array(FEATURE_COUNT)
  readonly #model: TaggerModel
  readonly #lists = new Uint8Array(WORDS_MAX)
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
    let last = NONE
    let lastButOne = NONE
    for (let at = 0; at < sentence.count; at++) {
      let tag = NONE
      if (last !== NONE || this.isCandidate(sentence, at)) {
        this.features(text, sentence, at, last, lastButOne)
        tag = this.#choose(at, threshold)
      }
      this.tags[at] = tag
      lastButOne = last
      last = tag
    }
  }

  /** The likeliest tag by the features in `hashes`. Four sums in variables: twice as fast as an array of them. */
  #choose(at: number, threshold: number): number {
    const { weights, scale } = this.#model
    const { hashes } = this
    let none = 0
    let person = 0
    let location = 0
    let organization = 0
    for (let feature = 0; feature < FEATURE_COUNT; feature++) {
      const row = ((hashes[feature] ?? 0) & ROW_MASK) * TAG_COUNT
      none += weights[row] ?? 0
      person += weights[row + 1] ?? 0
      location += weights[row + 2] ?? 0
      organization += weights[row + 3] ?? 0
    }
    const top = Math.max(none, person, location, organization)
    // None of an entity's tags comes near: nobody asks how sure that is.
    if (none === top && (Math.max(person, location, organization) - top) * scale < FAR) {
      this.logits[at] = -FAR
      return NONE
    }
    const nobody = Math.exp((none - top) * scale)
    const somebody = Math.exp((person - top) * scale)
    const somewhere = Math.exp((location - top) * scale)
    const something = Math.exp((organization - top) * scale)
    const total = nobody + somebody + somewhere + something
    const isPerson = none === top ? somebody / total >= threshold : person === top
    const other = location === top ? LOCATION : ORGANIZATION
    const best = isPerson ? PERSON : none === top ? NONE : other
    const probability = (isPerson ? somebody : 1) / total
    this.logits[at] = Math.log(Math.max(probability, 1e-6) / Math.max(1 - probability, 1e-6))
    return best
  }

  /** Fills `hashes` for the word at `at`, given the two tags before it. */
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
    const { hashes } = this
    hashes[0] = mix(1, own, 0)
    hashes[1] = mix(2, ownShape, capitals)
    hashes[2] = mix(3, before, 0)
    hashes[3] = mix(4, behind, 0)
    hashes[4] = mix(5, before, own)
    hashes[5] = mix(6, own, behind)
    hashes[6] = mix(7, beforeTwo, 0)
    hashes[7] = mix(8, behindTwo, 0)
    hashes[8] = mix(9, beforeShape, ownShape)
    hashes[9] = mix(10, ownShape, behindShape)
    hashes[10] = mix(11, beforeShape ^ Math.imul(behindShape, 7), ownShape)
    hashes[11] = mix(12, affix(text, Math.max(from, to - 1), to), ownShape)
    hashes[12] = mix(13, affix(text, Math.max(from, to - 2), to), 0)
    hashes[13] = mix(14, affix(text, Math.max(from, to - 3), to), 0)
    hashes[14] = mix(15, affix(text, from, Math.min(to, from + 3)), 0)
    hashes[15] = mix(16, affix(text, Math.max(from, to - 4), to), kind)
    hashes[16] = mix(17, last, 0)
    hashes[17] = mix(18, last * TAG_COUNT + lastButOne, kind)
    hashes[18] = mix(19, last, own)
    hashes[19] = mix(20, last, ownShape)
    hashes[20] = mix(21, isFirst, ownShape)
    hashes[21] = mix(22, before, behind)
    hashes[22] = mix(23, kind, capitals)
    hashes[23] = mix(24, kind, behindKind)
    hashes[24] = mix(25, kind | (beforeKind << 6), last)
    hashes[25] = mix(26, kind, isFirst === 0 ? 0 : count < 3 ? 2 : 1)
    hashes[26] = mix(27, 0, 0)
    hashes[27] = mix(28, this.#isCode, kind)
    hashes[28] = mix(29, before, kind)
    hashes[29] = mix(30, behind, kind)
    hashes[30] = mix(31, beforeTwo, before)
    hashes[31] = mix(32, kind | (beforeKind << 6), behindKind)
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
