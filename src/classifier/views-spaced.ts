import { isDigit } from './characters.ts'
import { hasIssuer } from './validators/card-issuer.ts'
import { isLuhn } from './validators/luhn.ts'
import { type View, ViewBuilder } from './view.ts'

/** Groups of so many digits at most are looked at: longer ones are groups that people write. */
export const SPACED_MAX = 4
/** Between groups stand at most so many characters. */
const GAP_MAX = 3
/** Digits in a row of single ones that may be an identity number, and characters in a row that are still one thing. */
const SINGLES_MIN = 8
const SINGLES_MAX = 72
/** Payment cards have 12 to 19 digits (ISO/IEC 7812-1). */
const CARD_MIN = 12
const CARD_MAX = 19

/** Counts groups of equally many digits in a row. Fed with each short group of a text, from left to right. */
export class Spacing {
  #end = -1
  #length = 0
  #count = 0

  /** More single digits in a row than any number has: a matrix, a drawing. */
  get isEndless(): boolean {
    return this.#length === 1 && this.#count > SINGLES_MAX
  }

  clear(): void {
    this.#end = -1
    this.#count = 0
  }

  /** True if this group is one of a row that `collapse` should look at. */
  isOddAt(text: string, start: number, end: number): boolean {
    const gap = start - this.#end
    const isNext = this.#end >= 0 && gap <= GAP_MAX && end - start <= this.#length
    this.#count = isNext ? this.#count + 1 : 1
    this.#end = end
    if (!isNext) this.#length = end - start
    if (this.#length === 1) return this.#count >= SINGLES_MIN
    if (this.#count * this.#length < CARD_MIN) return false
    return this.#length !== 4 || gap > 1 || !' -.'.includes(text.charAt(start - 1))
  }
}

/** A sign stands among single characters, each with a blank on either side. */
export const isAmongSingles = (text: string, at: number): boolean =>
  at >= 3 &&
  at + 3 < text.length &&
  [at - 3, at - 1, at + 1, at + 3].every((place) => isBlank(text.charCodeAt(place)))

/** Characters set apart (`4 1 1 1`, one a line, `j a n e @ …`) put together; digits in groups of a card put in fours. */
export function collapse(text: string, outer?: View): View | undefined {
  const builder = new ViewBuilder(text)
  for (let at = 0; at < text.length;) at = collapseAt(builder, text, at)
  return builder.isChanged ? builder.view(outer) : undefined
}

/** Deals with what begins at `at`; answers where to go on. */
function collapseAt(builder: ViewBuilder, text: string, at: number): number {
  if (isBlank(text.charCodeAt(at)) || (at > 0 && isJoined(text, at - 1, at))) return at + 1
  if (isSingle(text, at)) {
    const row = rowOfSingles(text, at)
    const last = row.at(-1) ?? at
    if (row.length >= SINGLES_MIN) {
      if (isWorth(text, row) && !isList(text, at, last)) closeUp(builder, row)
      return last + 1
    }
  }
  if (isDigit(text.charCodeAt(at))) {
    const groups = rowOfGroups(text, at)
    const end = groups.at(-1)?.end ?? at
    if (groups.length > 2) {
      if (isCard(text, groups) && !isList(text, at, end)) inFours(builder, text, groups)
      return end + 1
    }
  }
  return at + 1
}

/** How far from a list of numbers a word is looked for that makes them one. */
const WORD_WITHIN = 80
const WORD = /card|visa|amex|credit|debit|cvv|cvc|karte|carte|tarjeta|carta|карт|カード|卡/i

/** Numbers with commas between them, which are many things, and no word nearby that says they are one. */
function isList(text: string, start: number, end: number): boolean {
  if (!text.slice(start, end).includes(',')) return false
  return !WORD.test(text.slice(Math.max(0, start - WORD_WITHIN), end + WORD_WITHIN))
}

const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)
const isAlphanumeric = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

/** Both are letters or digits: no group begins between them. */
const isJoined = (text: string, before: number, at: number): boolean =>
  isAlphanumeric(text.charCodeAt(before)) && isAlphanumeric(text.charCodeAt(at))

/** A character with nothing but space around it, or a digit that no letter or digit touches. */
function isSingle(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (isBlank(code) || code > 0x7e) return false
  if (isDigit(code)) {
    return !(at > 0 && isJoined(text, at - 1, at)) && !isJoined(text, at, at + 1)
  }
  if (at > 0 && !isBlank(text.charCodeAt(at - 1))) return false
  return at + 1 >= text.length || ' \n\r\t?!,;:)"'.includes(text.charAt(at + 1))
}

/** Places of the single characters from `at` on that keep one distance from each other, more or less. */
function rowOfSingles(text: string, start: number): number[] {
  const row = [start]
  let gap = ''
  for (let at = start; row.length <= SINGLES_MAX;) {
    const next = nextSingle(text, at)
    if (next < 0) break
    const between = text.slice(at + 1, next).trim()
    if (row.length === 1) gap = between
    else if (between !== gap) break
    row.push(next)
    at = next
  }
  return row
}

/** The next single character behind at most three that are space, or one sign between digits; -1 if there is none. */
function nextSingle(text: string, at: number): number {
  const stop = Math.min(text.length, at + 2 + GAP_MAX)
  let isSigned = false
  for (let next = at + 1; next < stop; next++) {
    const code = text.charCodeAt(next)
    if (isBlank(code)) continue
    if (next > at + 1 && isSingle(text, next) && (!isSigned || isDigit(code))) return next
    if (isSigned || !isDigit(text.charCodeAt(at)) || !isSign(code)) return -1
    isSigned = true
  }
  return -1
}

const isSign = (code: number): boolean => '.,-_|/*;:·•'.includes(String.fromCharCode(code))

/** Rows that may spell an identifier: of cards only if the check digit is right, with an at sign, or digits among letters. */
function isWorth(text: string, row: readonly number[]): boolean {
  if (row.length > SINGLES_MAX) return false
  const spelled = row.map((at) => text.charAt(at)).join('')
  const digits = spelled.replaceAll(/\D/g, '').length
  return spelled.includes('@') || digits >= SINGLES_MIN
}

function closeUp(builder: ViewBuilder, row: readonly number[]): void {
  for (const [index, at] of row.entries()) {
    const next = row[index + 1]
    if (next !== undefined) builder.replace(at + 1, next - at - 1, '')
  }
}

type Group = { readonly start: number; readonly end: number }

/** Groups of equally many digits, two to four (the last may be shorter), with any one thing between them. */
function rowOfGroups(text: string, start: number): Group[] {
  const groups: Group[] = []
  let at = start
  let length = 0
  while (groups.length <= CARD_MAX) {
    let end = at
    while (end < text.length && end - at <= SPACED_MAX && isDigit(text.charCodeAt(end))) end++
    if (groups.length === 0) length = end - at
    if (end === at || end - at > Math.min(length, SPACED_MAX) || length < 2) break
    groups.push({ start: at, end })
    if (end - at < length) break
    const gapEnd = Math.min(text.length, end + GAP_MAX)
    let next = end
    while (next < gapEnd && !isAlphanumeric(text.charCodeAt(next))) next++
    if (next === end || next >= text.length || !isDigit(text.charCodeAt(next))) break
    at = next
  }
  return groups
}

function isCard(text: string, groups: readonly Group[]): boolean {
  const digits = groups.flatMap(({ start, end }) => Array.from(text.slice(start, end), Number))
  if (digits.length < CARD_MIN || digits.length > CARD_MAX || isAscending(text, groups))
    return false
  const bytes = Uint8Array.from(digits)
  return isLuhn(bytes, 0, digits.length) && hasIssuer(bytes, 0, digits.length)
}

/** Numbers on lines of their own, each greater than the one before: a list. */
const isAscending = (text: string, groups: readonly Group[]): boolean =>
  groups.every(({ start, end }, index) => {
    const next = groups[index + 1]
    if (next === undefined) return true
    const isHigher = Number(text.slice(next.start, next.end)) > Number(text.slice(start, end))
    return isHigher && text.slice(end, next.start).includes('\n')
  })

/** Puts the digits as they are printed on cards. */
function inFours(builder: ViewBuilder, text: string, groups: readonly Group[]): void {
  let count = 0
  for (const [index, { start, end }] of groups.entries()) {
    count += end - start
    const next = groups[index + 1]
    if (next !== undefined) {
      const { start: to } = next
      const isFour = count % 4 === 0
      if (text.slice(end, to) !== ' ') builder.replace(end, to - end, isFour ? ' ' : '')
      else if (!isFour) builder.replace(end, 1, '')
    }
  }
}
