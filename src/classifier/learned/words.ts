import { HASH_START, hashStep } from './hash.ts'
import { CAPITAL, DIGIT, KINDS, LETTER, SMALL, SPACE } from './letters.ts'

/** Longest sentence; a longer one is read in parts. */
export const WORDS_MAX = 80

/** Flags of a word. */
export const BEGINS_CAPITAL = 1
export const ALL_CAPITALS = 2
export const IS_WORD = 4
export const IS_HANDLE = 8
/** Mixed with digits or underscores, or with a capital after a small letter: an identifier, no name. */
export const IS_CODE = 16
/** The whole of an address such as `https://…`; it is code, too. */
export const IS_URL = 32

/**
 * The words of one sentence, in parallel arrays that are filled again and again. Signs are words of their own. The
 * sentence ends at a line break, or at a full stop that is not one of an abbreviation.
 */
export class Sentence {
  count = 0
  /** Signs of programming in it, such as braces. */
  codeSigns = 0
  /** An @handle or the address of a page stands in it. */
  hasAddress = false
  readonly start = new Int32Array(WORDS_MAX)
  readonly end = new Int32Array(WORDS_MAX)
  /** Of its small letters. */
  readonly hash = new Int32Array(WORDS_MAX)
  /** Of its pattern of capitals, small letters and digits. */
  readonly shape = new Int32Array(WORDS_MAX)
  readonly flags = new Uint8Array(WORDS_MAX)

  /** Reads the sentence at `at`; answers where the next one begins. */
  read(text: string, at: number): number {
    this.count = 0
    this.codeSigns = 0
    this.hasAddress = false
    const { length } = text
    let position = at
    while (position < length && this.count < WORDS_MAX) {
      const code = text.charCodeAt(position)
      if (code === 0x0a) return position + 1
      const kind = KINDS[code] ?? 0
      if ((kind & SPACE) !== 0) {
        position++
        continue
      }
      const start = position
      if ((kind & (LETTER | DIGIT)) !== 0) position = this.#word(text, start, start)
      else if (code === 0x40 && isWordAt(text, start + 1)) {
        position = this.#word(text, start, start + 1)
      } else {
        position = this.#sign(text, start, code)
        if (isStop(code) && this.#endsSentence(text, start, position)) return position
      }
    }
    return position
  }

  /** A word from `start`, whose letters begin at `from`; an address goes on to the next space. */
  #word(text: string, start: number, from: number): number {
    const { length } = text
    let hash = HASH_START
    let shape = 17
    let last = 0
    let parts = 0
    let kinds = 0
    let capitals = 0
    let letters = 0
    let isCode = false
    let at = from
    for (; at < length; at++) {
      const code = text.charCodeAt(at)
      // Most of most texts, so it has a way of its own through this loop.
      if (code >= 0x61 && code <= 0x7a) {
        letters++
        kinds |= LETTER
        if ((last !== 2 || parts < 2) && parts < 8) {
          shape = (Math.imul(shape, 31) + 2) | 0
          parts++
        }
        last = 2
        hash = hashStep(hash, code)
        continue
      }
      const kind = KINDS[code] ?? 0
      if ((kind & (LETTER | DIGIT)) === 0) {
        if (code === 0x5f) isCode = true
        else if (!isJoint(text, at, code)) break
      }
      kinds |= kind
      const part =
        (kind & CAPITAL) !== 0 ? 1 : (kind & LETTER) !== 0 ? 2 : (kind & DIGIT) !== 0 ? 3 : code
      if ((kind & LETTER) !== 0) letters++
      if (part === 1) {
        capitals++
        if (last === 2 && at - from > 3) isCode = true
      }
      if ((part !== last || parts < 2) && parts < 8) {
        shape = (Math.imul(shape, 31) + part) | 0
        parts++
      }
      last = part
      hash = hashStep(hash, SMALL[code] ?? code)
    }
    const isHandle = from > start
    const next = at + 2 < length && !isHandle ? text.charCodeAt(at) : 0
    const isAddress =
      (next === 0x40 && isWordAt(text, at + 1)) || (next === 0x3a && text.startsWith('://', at))
    let url = 0
    if (isAddress) {
      if (next === 0x3a) url = IS_URL
      at = addressEnd(text, at)
      isCode = true
    }
    if ((kinds & DIGIT) !== 0 && (kinds & LETTER) !== 0) isCode = true
    let flags = (kinds & LETTER) !== 0 ? IS_WORD : 0
    if (isHandle) {
      flags = IS_HANDLE
      this.hasAddress = true
    } else if (isCode) {
      flags = IS_CODE | url
      this.hasAddress ||= url > 0
    } else if ((flags & IS_WORD) !== 0 && ((KINDS[text.charCodeAt(from)] ?? 0) & CAPITAL) !== 0) {
      flags |= BEGINS_CAPITAL
      if (letters > 1 && capitals === letters) flags |= ALL_CAPITALS
    }
    this.#push(start, at, hash, shape, flags)
    return at
  }

  #sign(text: string, start: number, code: number): number {
    let at = start + 1
    // A run of what is not told apart, such as another script, is one sign.
    if (code >= 0x80) {
      while (at < text.length && text.charCodeAt(at) >= 0x80 && KINDS[text.charCodeAt(at)] === 0)
        at++
    }
    if (IS_CODE_SIGN[code] === 1) this.codeSigns++
    const sign = code < 0x80 ? code : 0x80
    this.#push(start, at, hashStep(HASH_START, sign), sign, 0)
    return at
  }

  #push(start: number, end: number, hash: number, shape: number, flags: number): void {
    const place = this.count++
    this.start[place] = start
    this.end[place] = end
    this.hash[place] = hash
    this.shape[place] = shape
    this.flags[place] = flags
  }

  /** After a stop: a space or the end follows, and no title, initial or short abbreviation came before. */
  #endsSentence(text: string, stop: number, next: number): boolean {
    if (
      next < text.length &&
      ((KINDS[text.charCodeAt(next)] ?? 0) & SPACE) === 0 &&
      text.charCodeAt(next) !== 0x0a
    )
      return false
    if (text.charCodeAt(stop) !== 0x2e || this.count < 2) return true
    const before = this.count - 2
    const isCapital = ((this.flags[before] ?? 0) & BEGINS_CAPITAL) !== 0
    return !(
      isCapital &&
      (this.end[before] ?? 0) === stop &&
      stop - (this.start[before] ?? 0) <= ABBREVIATION_MAX
    )
  }
}

/** `Mr.`, `Prof.`, `J.` */
const ABBREVIATION_MAX = 4
const IS_CODE_SIGN = new Uint8Array(0x80)
for (const sign of '{}[]<>=;\\|&`$_*') IS_CODE_SIGN[sign.charCodeAt(0)] = 1

const isStop = (code: number): boolean => code === 0x2e || code === 0x21 || code === 0x3f
const isWordAt = (text: string, at: number): boolean =>
  at < text.length && ((KINDS[text.charCodeAt(at)] ?? 0) & (LETTER | DIGIT)) !== 0

/** Hyphens and apostrophes between letters join them, unless the apostrophe is of a genitive. */
function isJoint(text: string, at: number, code: number): boolean {
  if (code !== 0x2d && code !== 0x27 && code !== 0x2019) return false
  if (at + 1 >= text.length || ((KINDS[text.charCodeAt(at + 1)] ?? 0) & LETTER) === 0) return false
  return code === 0x2d || !isGenitive(text, at)
}

function isGenitive(text: string, at: number): boolean {
  const letter = text.charCodeAt(at + 1) | 0x20
  return letter === 0x73 && !isWordAt(text, at + 2)
}

/** Where an address ends: before a space, a quote or a bracket, and without the full stop of its sentence. */
function addressEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) > 0x20 && !ADDRESS_ENDS.includes(text.charAt(at)))
    at++
  while (at > from + 3 && '.,;:!?'.includes(text.charAt(at - 1))) at--
  return at
}

const ADDRESS_ENDS = '"\'<>()[]{}`'
