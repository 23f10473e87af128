import { isWordCode } from '../characters.ts'
import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isFarScript } from '../tokens.ts'
import {
  ANY_STREET,
  BOXES,
  FIRST_WORDS,
  FRENCH,
  MILITARY,
  PROMISES,
  STREET_TYPES,
  SMALL,
  TAIL,
  TOWN_AND_STATE,
  TYPE_FIRST,
  UNIT_NUMBER,
  UNITS,
} from './address-words.ts'
import { streetAhead } from './street-ahead.ts'
import { mayEndStreet, namedByEnding } from './street-before.ts'

/** `sin número`: a Spanish street without one. */
const NO_NUMBER = 's/n'
const MILITARY_OFFICES = ['apo', 'fpo', 'dpo']
/** From a word that promises an address to its number. */
const PROMISED_WITHIN = 24
/** How far back the name of a street may begin. */
const BEFORE_MAX = 48

/** Postal addresses: a street and a number in the order of their country, a flat, a box, a town with state and code. */
export const address: Detector = {
  name: 'address',
  contexts: { address: PROMISES, 'address.type': STREET_TYPES },
  words: [...UNITS, ...BOXES, ...MILITARY_OFFICES, NO_NUMBER],
  atWord: (scan, start, end) => {
    scan.spend(12)
    if (end - start === NO_NUMBER.length && scan.text.charCodeAt(start + 1) === 0x2f) {
      if (scan.distance('address.type', start) <= BEFORE_MAX) behind(scan, start, end)
      return
    }
    if (end - start === 3 && MILITARY_OFFICES.includes(scan.text.slice(start, end).toLowerCase())) {
      MILITARY.lastIndex = end
      if (MILITARY.test(scan.text)) scan.claim('address', start, MILITARY.lastIndex, 0.9)
      return
    }
    UNIT_NUMBER.lastIndex = end
    const found = UNIT_NUMBER.exec(scan.text)
    if (found === null) return
    const word = scan.text.slice(start, end)
    if (/box|post|apart|case|caix|skryt|bo\u00eete/i.test(word) && !/^apartment/i.test(word)) {
      scan.claim('address', start, UNIT_NUMBER.lastIndex, 0.75)
    } else if (/\d{2}/.test(found[1] ?? '') && !isOfTests(scan.text, start)) {
      scan.claim('address', start, UNIT_NUMBER.lastIndex, 0.6)
    }
  },
  atShort: (scan, start, end) => {
    const { text } = scan
    const before = start > 0 ? text.charCodeAt(start - 1) : 0x20
    if (isFarScript(text, start)) {
      eastern(scan, start, end)
      return
    }
    // Inside a number, a path, a version or an expression.
    if (
      isWordCode(before) ||
      !(before <= 0x20 || before === 0x22 || before === 0x28 || before === 0x3e || before === 0x3a)
    )
      return
    if (isStreetBehind(scan, start) && behind(scan, start, end)) return
    if (isStreetAhead(text, end) && ahead(scan, start, end)) return
    if (end - start === 5 && before === 0x20) townBehind(scan, start, end)
  },
}

/** A unit of a test suite, not of a house. */
const isOfTests = (text: string, start: number): boolean =>
  /(?:test|tests|regression|benchmark|cipher) $/i.test(text.slice(Math.max(0, start - 12), start))

/** A space, or a comma and a space, and then a letter or another number. */
function isStreetAhead(text: string, end: number): boolean {
  let at = end
  if (at < text.length && isLetter(text.charCodeAt(at))) at++
  if (text.charCodeAt(at) === 0x2c) at++
  if (at + 2 >= text.length || text.charCodeAt(at) !== 0x20) return false
  const code = text.charCodeAt(at + 1)
  return isWordCode(code) || code >= 0xc0
}

const isLetter = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

function ahead(scan: Scan, start: number, numberEnd: number): boolean {
  const { text } = scan
  // `During 2021, Main Street …`
  if (text.charCodeAt(numberEnd) === 0x2c && YEAR.test(text.slice(start, numberEnd))) return false
  const from = afterNumber(text, numberEnd)
  const next = text.charCodeAt(from + 1)
  const isSmall = next >= 0x61 && next <= 0x7a
  scan.spend(8)
  if (!isSmall && english(scan, start, from)) return true
  const isPromised = scan.distance('address', start) <= PROMISED_WITHIN
  if (FIRST_LETTERS.has(next | 0x20) && FIRST_WORDS.has(firstWord(text, from))) {
    FRENCH.lastIndex = start
    if (FRENCH.test(text)) {
      claim(scan, start, withTail(text, FRENCH.lastIndex), isPromised ? 0.9 : 0.7)
      return true
    }
  }
  if (isSmall) {
    SMALL.lastIndex = start
    if (SMALL.test(text)) {
      claim(scan, start, SMALL.lastIndex, isPromised ? 0.9 : 0.55)
      return true
    }
  }
  if (!isPromised) return false
  ANY_STREET.lastIndex = start
  if (!ANY_STREET.test(text)) return false
  claim(scan, start, withTail(text, ANY_STREET.lastIndex), 0.65)
  return true
}

function english(scan: Scan, start: number, from: number): boolean {
  const { text } = scan
  const street = streetAhead(text, from)
  if (street === undefined) return false
  const end = withTail(text, street.end)
  const isPromised = scan.distance('address', start) <= PROMISED_WITHIN
  const isSure =
    isPromised ||
    street.isStrong ||
    end > street.end + 8 ||
    AFTER_PREPOSITION.test(text.slice(Math.max(0, start - 8), start))
  claim(scan, start, end, isPromised ? 0.9 : isSure ? 0.7 : 0.4)
  return isSure
}

/** What the types begin with that stand first. */
const FIRST_LETTERS = new Set([...FIRST_WORDS].map((word) => word.charCodeAt(0)))

/** `人民路12号`, `丸の内1-9-1` behind a town or ward, `테헤란로 12`, `شارع الملك 12`. */
function eastern(scan: Scan, start: number, end: number): void {
  const { text } = scan
  scan.spend(8)
  const before = text.slice(Math.max(0, start - EASTERN_BEFORE), start)
  const after = EASTERN_NUMBER.exec(text.slice(end, end + 12))?.[0] ?? ''
  const street =
    EASTERN_STREET.exec(before)?.[0] ?? (after === '' ? undefined : EASTERN_TOWN.exec(before)?.[0])
  if (street === undefined) return
  claim(scan, start - street.length, end + after.length, 0.7)
}

const EASTERN_BEFORE = 24
const EASTERN_STREET =
  /[\u4e00-\u9fff]{2,20}(?:\u8def|\u8857|\u5927\u9053|\u5df7|\u5f04|\u6bb5)$|[\uac00-\ud7a3]{1,6}(?:\uc2dc|\uad6c|\ub3d9) [\uac00-\ud7a3]{1,8}(?:\ub85c|\uae38) $|\u0634\u0627\u0631\u0639 [\u0600-\u06ff ]{2,18}$/
const EASTERN_TOWN =
  /[\u4e00-\u9fff]{1,8}[\u90fd\u9053\u5e9c\u770c\u7701\u5e02\u533a\u5340\u753a\u6751][\u3041-\u30ff\u4e00-\u9fff]{1,14}$/
/** Number of a house, or blocks of a ward. */
const EASTERN_NUMBER =
  /^(?:(?:[-\uff0d]\d{1,4}){1,3}|(?:\u4e01\u76ee|\u756a\u5730?|\u53f7|\u865f|\u53f7\u697c)(?:\d{1,4}(?:-\d{1,4})?)?)/

const YEAR = /^(?:19|20)\d\d$/
const AFTER_PREPOSITION = /(?:^|\s)(?:at|on|to|from|about|near|in|is) $/

/** Behind the number, in small letters, without a dot. */
const firstWord = (text: string, from: number): string =>
  (/^ ([\w\u00c0-\u024f-]{1,12}\/?)/.exec(text.slice(from, from + 14))?.[1] ?? '').toLowerCase()

/** Past `12b`, `12-14`, `12 bis` and a comma. */
function afterNumber(text: string, end: number): number {
  const isPlain = text.charCodeAt(end) === 0x20 && !'btq'.includes(text.charAt(end + 1))
  if (isPlain) return end
  const rest = /^(?: ?(?:bis|ter|quater)\b|[A-Za-z](?![A-Za-z])|[-/]\d{1,4})?,?/.exec(
    text.slice(end, end + 9),
  )
  return end + (rest?.[0].length ?? 0)
}

/** A word that ends like a street, or a street's type not far back. */
function isStreetBehind(scan: Scan, start: number): boolean {
  const { text } = scan
  if (start < 5 || text.charCodeAt(start - 1) !== 0x20) return false
  // Behind a word, a dot, a comma or an ordinal sign.
  const last = text.charCodeAt(start - 2)
  if (last < 0x2c || (last > 0x2e && last < 0x41)) return false
  if (scan.distance('address.type', start) <= BEFORE_MAX) return true
  return mayEndStreet(text, start - (text.charCodeAt(start - 2) === 0x2c ? 2 : 1))
}

function behind(scan: Scan, start: number, end: number): boolean {
  const { text } = scan
  if (end - start > 4 || YEAR.test(text.slice(start, end))) return false
  scan.spend(24)
  const before = text.slice(Math.max(0, start - BEFORE_MAX), start)
  const street = namedByEnding(before) ?? TYPE_FIRST.exec(before)?.[1]
  if (street === undefined) return false
  // `la via 12` and `route 66` name no street: some word of it has a capital.
  if (!/\s[A-Z\u00c0-\u00de]|^[A-Z\u00c0-\u00de].*[a-z]|^[a-z\u00df-\u024f]{8,} $/.test(street))
    return false
  const isPromised = scan.distance('address', start - street.length) <= PROMISED_WITHIN
  // English goes "via" anything.
  if (street.startsWith('via ') && !isPromised && !/(?:^|\s)(?:in|a|di) via /.test(before))
    return false
  claim(scan, start - street.length, withTail(text, withLetter(text, end)), isPromised ? 0.9 : 0.7)
  return true
}

/** `12a`, `12-14`, `12 B`. */
const withLetter = (text: string, end: number): number => {
  const rest = /^(?:[-/]\d{1,4}| ?[a-zA-Z](?![\w]))/.exec(text.slice(end, end + 6))
  return end + (rest?.[0].length ?? 0)
}

function townBehind(scan: Scan, start: number, end: number): void {
  const { text } = scan
  const state = text.charCodeAt(start - 2)
  if (state < 0x41 || state > 0x5a) return
  scan.spend(16)
  const town = TOWN_AND_STATE.exec(text.slice(Math.max(0, start - 40), start))?.[0]
  if (town !== undefined) claim(scan, start - town.length, end, 0.7)
}

function withTail(text: string, end: number): number {
  TAIL.lastIndex = end
  return TAIL.test(text) ? Math.max(end, TAIL.lastIndex) : end
}

function claim(scan: Scan, start: number, end: number, confidence: number): void {
  scan.claim('address', start, end, confidence)
}
