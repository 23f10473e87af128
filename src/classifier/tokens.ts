import { isDigit, isDigitAt, isWordCode, SYMBOL_BITS, SYMBOL_MASK, SYMBOLS } from './characters.ts'
import { isGap } from './numbers.ts'

/** Runs of digits that `atShort` gets. */
export const SHORT_MAX = 5
/** Letters that may stand before the first digit of a code, and the length of a code. */
const LETTERS_MAX = 16
export const CODE_MIN = 8
export const CODE_MAX = 64
/** From a word that promises a number to the number, in characters. */
export const FIGURE_WITHIN = 80

const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

/** Where the letters begin that stand before the digit at `at`; -1 if there are none, too many, or other things before them. */
export function codeStart(text: string, at: number): number {
  const stop = Math.max(0, at - LETTERS_MAX)
  let start = at
  while (start > stop && isLetter(text.charCodeAt(start - 1))) start--
  return start === at || (start > 0 && isWordCode(text.charCodeAt(start - 1))) ? -1 : start
}

/** Where the letters and digits from `start` end, known up to `from`; one more than CODE_MAX at most. */
export function codeEnd(text: string, start: number, from: number): number {
  const stop = Math.min(text.length, start + CODE_MAX + 1)
  let end = from
  while (end < stop && isWordCode(text.charCodeAt(end)) && text.charCodeAt(end) !== 0x5f) end++
  return end
}

/** Within four characters before `at` stands a letter from beyond the Cyrillic block: the lexicon knows no such words. */
export function isFarScript(text: string, at: number): boolean {
  for (let i = Math.max(0, at - 4); i < at; i++) if (isFarLetter(text.charCodeAt(i))) return true
  return false
}

/** Hebrew to Khmer, then kana, Chinese and Korean; no punctuation. */
const isFarLetter = (code: number): boolean =>
  (code >= 0x5d0 && code < 0x2000) || (code >= 0x3041 && code < 0xd7a4)

export const isSmallBefore = (text: string, at: number): boolean => {
  const before = at > 0 ? (SYMBOLS[text.charCodeAt(at - 1)] ?? 0) : 0
  return before > 0 && before <= 26
}

/** A word of just two letters stands before the digit that is last in the window. */
export const isPair = (window: number): boolean => {
  const first = (window >> (2 * SYMBOL_BITS)) & SYMBOL_MASK
  const second = (window >> SYMBOL_BITS) & SYMBOL_MASK
  return (
    window >> (3 * SYMBOL_BITS) === 0 && first >= 1 && first <= 26 && second >= 1 && second <= 26
  )
}

export const isNearNumber = (text: string, at: number): boolean => {
  if (at < 0 || at >= text.length) return false
  const code = text.charCodeAt(at)
  return isDigit(code) || code === 0x28 || code === 0x29 || code === 0x2b
}

/** A digit follows within the longest gap between groups. */
export const mayGoOn = (text: string, end: number): boolean =>
  end < text.length &&
  isGap(text.charCodeAt(end)) &&
  (isDigitAt(text, end + 1) || isDigitAt(text, end + 2) || isDigitAt(text, end + 3))
