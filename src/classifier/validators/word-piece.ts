/** Letters of one word: `Key`, `key`, `KEY`, `HTTPKey`. */
const SMALL_MAX = 16
const SMALL_MIN = 2
const SMALL_FIRST_MIN = 3
const CAPITALS_BEFORE_SMALL = 4
const CAPITALS_FIRST_MAX = 12
const CAPITALS_MAX = 6
/** Words behind the first one, and digits behind them all. */
const WORDS_MAX = 8
const DIGITS_MAX = 8

/** A letter, `v2`, `A4`, `2026`. */
const SHORT = /^(?:[A-Z]\d{1,3}|v?\d{1,8}|[A-Za-z])$/

/**
 * Words in camel case with a short number behind: no random 12 characters look so, but for one in a thousand. One step
 * forward at each character: an expression for this goes back and forth for milliseconds.
 */
export function isWordPiece(piece: string): boolean {
  if (SHORT.test(piece)) return true
  let at = 0
  let words = 0
  let isFirst = true
  while (at < piece.length && !isDigit(piece, at)) {
    const capitals = runOf(piece, at, isCapital)
    const small = runOf(piece, at + capitals, isSmall)
    const added = wordsIn(capitals, small, isFirst)
    if (added < 0) return false
    words += added
    at += capitals + small
    isFirst = false
  }
  const digits = runOf(piece, at, isDigit)
  return !isFirst && words <= WORDS_MAX && digits <= DIGITS_MAX && at + digits === piece.length
}

/** How few words, besides the first, so many capitals and the small letters behind them may be; -1 if they are none. */
function wordsIn(capitals: number, small: number, isFirst: boolean): number {
  if (small > SMALL_MAX) return -1
  if (capitals === 0) return isFirst && small >= SMALL_FIRST_MIN ? 0 : -1
  if (small > 0 && small < SMALL_MIN) return -1
  if (small === 0 && capitals < 2) return -1
  const own = small === 0 ? 0 : CAPITALS_BEFORE_SMALL
  if (isFirst) {
    if (capitals <= (small === 0 ? CAPITALS_FIRST_MAX : own)) return 0
    const rest = capitals - CAPITALS_FIRST_MAX - own
    return (small === 0 ? 0 : 1) + Math.ceil(Math.max(0, rest) / CAPITALS_MAX)
  }
  return (small === 0 ? 0 : 1) + Math.ceil(Math.max(0, capitals - own) / CAPITALS_MAX)
}

function runOf(text: string, from: number, is: (text: string, at: number) => boolean): number {
  let at = from
  while (at < text.length && is(text, at)) at++
  return at - from
}

const isCapital = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x41 && code <= 0x5a
}
const isSmall = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x61 && code <= 0x7a
}
const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}
