import { isWordCode } from './characters.ts'

/** Bounds of what is read as one number with its separators. */
const COMPACT_MAX = 40
const PARTS_MAX = 8
/** Letters alone inside a number, and in front of it. */
const LETTERS_MAX = 3
const LETTERS_BEFORE_MAX = 5

/** A number as people write it, without its separators, after each of its parts. */
export type Figure = {
  readonly start: number
  /** Where each part ends, and the number up to there in capitals. */
  readonly parts: readonly { readonly end: number; readonly compact: string }[]
}

const SMALL_WORD = /^[a-z]{2,}$/
const SHORT_WORDS = new Set(
  'is no nr id of to de es my at on in or as by am an je la le el il da du un em um se er so if it we he me do nº és'.split(
    ' ',
  ),
)
const HAS_SMALL = /[a-z]/

const isAlphanumeric = (code: number): boolean => isWordCode(code) && code !== 0x5f

/** Between parts: one space, hyphen, dot, slash, colon or parenthesis, or a sign between spaces. */
const isSeparator = (code: number): boolean =>
  code === 0x20 ||
  (code >= 0x28 && code <= 0x29) ||
  (code >= 0x2d && code <= 0x2f) ||
  code === 0x3a ||
  code === 0x2b ||
  (code >= 0x2010 && code <= 0x2015)

/** Reads letters and digits from `start` on, part by part. A word of more than three letters ends it. */
export function readFigure(text: string, start: number): Figure {
  const parts: { end: number; compact: string }[] = []
  let compact = ''
  let at = start
  while (parts.length < PARTS_MAX) {
    let end = at
    while (end < text.length && end - at <= COMPACT_MAX && isAlphanumeric(text.charCodeAt(end)))
      end++
    const part = text.slice(at, end)
    if (part === '' || compact.length + part.length > COMPACT_MAX) break
    if (parts.length > 0 && part.length > LETTERS_MAX && !/\d/.test(part)) break
    // A small word behind capitals or digits is the sentence going on.
    if (parts.length > 0 && SMALL_WORD.test(part) && !HAS_SMALL.test(text.slice(start, at))) break
    // Glued to more: what stands here is longer.
    if (end < text.length && text.charCodeAt(end) === 0x5f) break
    compact += part.toUpperCase()
    parts.push({ end, compact })
    let next = end
    while (next < text.length && next < end + 3 && isSeparator(text.charCodeAt(next))) next++
    if (next === end || next >= text.length) break
    at = next
  }
  return { start, parts }
}

/** Where a short word of letters begins that stands in front of the number at `start` (`AB 123456`); -1 without one. */
export function lettersBefore(text: string, start: number): number {
  let at = start
  while (
    at > 0 &&
    at > start - 2 &&
    (text.charCodeAt(at - 1) === 0x20 || text.charCodeAt(at - 1) === 0x2d)
  )
    at--
  if (at === start) return -1
  const end = at
  while (at > 0 && at > end - LETTERS_BEFORE_MAX && isLetter(text.charCodeAt(at - 1))) at--
  // `and 123456`, `is 123456`: small words are no part of it, but `ab 123456` may be.
  const word = text.slice(at, end)
  if (SMALL_WORD.test(word) && (word.length > 2 || SHORT_WORDS.has(word))) return -1
  return at === end || (at > 0 && isWordCode(text.charCodeAt(at - 1))) ? -1 : at
}

const isLetter = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
