import { isDigit } from './characters.ts'
import { type View, ViewBuilder } from './view.ts'

/** What a short escape stands for (RFC 8259, section 7; also of most programming languages). */
const SHORT: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
}

/** Named references that stand for characters of identifiers, or for nothing. Source: HTML standard, section 13.5. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ensp: '\u2002',
  emsp: '\u2003',
  thinsp: '\u2009',
  commat: '@',
  period: '.',
  hyphen: '\u2010',
  dash: '\u2010',
  ndash: '\u2013',
  mdash: '\u2014',
  minus: '\u2212',
  colon: ':',
  semi: ';',
  comma: ',',
  plus: '+',
  equals: '=',
  num: '#',
  sol: '/',
  lowbar: '_',
  lpar: '(',
  rpar: ')',
  NewLine: '\n',
  Tab: '\t',
  shy: '\u00ad',
  zwj: '\u200d',
  zwnj: '\u200c',
  ZeroWidthSpace: '\u200b',
}

const STARTS = /[\\%&]/g
const HEX_DIGITS = /[0-9a-fA-F]{1,6}/y
const REFERENCE = /&(?:#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7})|[A-Za-z]{2,14});?/y
/** Longest run of `%XX` that is decoded at once: bytes of one or more characters. */
const PERCENT_MAX = 4_096

/** True if what stands at `at`, of class escape, may be an escape: `\n`, `\u0041`, `%41`, `&#65;`, `&commat;`. */
export function isEscape(text: string, at: number): boolean {
  if (at + 1 >= text.length) return false
  const next = text.charAt(at + 1)
  switch (text.charAt(at)) {
    case '\\':
      return 'untrx"/\\'.includes(next)
    case '%':
      return hexPair(text, at + 1) >= 0
    default:
      return next === '#' || (/[A-Za-z]/.test(next) && /[A-Za-z]/.test(text.charAt(at + 2)))
  }
}

/** Resolves one layer of `\n`, `\"`, `\u0040`, `\u{40}`, `\x40`, `%40`, `&#64;` and `&commat;`. What is no escape stays. */
export function unescape(text: string, outer?: View): View | undefined {
  const builder = new ViewBuilder(text)
  STARTS.lastIndex = 0
  for (;;) {
    const found = STARTS.exec(text)
    if (found === null) break
    const at = found.index
    const width =
      found[0] === '\\'
        ? backslash(builder, text, at)
        : found[0] === '%'
          ? percent(builder, text, at)
          : reference(builder, text, at)
    STARTS.lastIndex = at + Math.max(width, 1)
  }
  return builder.isChanged ? builder.view(outer) : undefined
}

/** Each answers the length of the escape at `at`; 0 if there is none. */
function backslash(builder: ViewBuilder, text: string, at: number): number {
  const next = text.charAt(at + 1)
  const short = SHORT[next]
  if (short !== undefined) {
    builder.replace(at, 2, short)
    return 2
  }
  if (next !== 'u' && next !== 'x') return 0
  const isBraced = text.charAt(at + 2) === '{'
  HEX_DIGITS.lastIndex = at + (isBraced ? 3 : 2)
  const digits = HEX_DIGITS.exec(text)?.[0] ?? ''
  const count = isBraced ? digits.length : next === 'u' ? 4 : 2
  if (digits.length < count || count === 0) return 0
  if (isBraced && text.charAt(at + 3 + count) !== '}') return 0
  const code = Number.parseInt(digits.slice(0, count), 16)
  if (code > 0x10ffff) return 0
  const width = 2 + count + (isBraced ? 2 : 0)
  builder.replace(at, width, String.fromCodePoint(code))
  return width
}

function percent(builder: ViewBuilder, text: string, at: number): number {
  const bytes: number[] = []
  let end = at
  while (bytes.length < PERCENT_MAX && text.charCodeAt(end) === 0x25) {
    const byte = hexPair(text, end + 1)
    if (byte < 0) break
    bytes.push(byte)
    end += 3
  }
  for (let index = 0; index < bytes.length;) {
    const { character, width } = readUtf8(bytes, index)
    builder.replace(at + 3 * index, 3 * width, character)
    index += width
  }
  return end - at
}

function reference(builder: ViewBuilder, text: string, at: number): number {
  REFERENCE.lastIndex = at
  const written = REFERENCE.exec(text)?.[0]
  if (written === undefined) return 0
  const name = written.slice(1).replace(';', '')
  const character = name.startsWith('#')
    ? numeric(name.slice(1))
    : Object.hasOwn(NAMED, name)
      ? NAMED[name]
      : undefined
  if (character === undefined) return 0
  builder.replace(at, written.length, character)
  return written.length
}

function numeric(digits: string): string | undefined {
  const isHex = !isDigit(digits.charCodeAt(0))
  const code = isHex ? Number.parseInt(digits.slice(1), 16) : Number(digits)
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

/** The value of two hexadecimal digits; -1 if they are none. */
function hexPair(text: string, at: number): number {
  const high = hexDigit(text, at)
  const low = hexDigit(text, at + 1)
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

const hexDigit = (text: string, at: number): number => {
  if (at >= text.length) return -1
  const code = text.charCodeAt(at)
  if (isDigit(code)) return code - 0x30
  const small = code | 0x20
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1
}

/**
 * The character that UTF-8 bytes spell, and how many of them. A byte that spells nothing stands for itself, as in
 * Latin-1.
 */
export function readUtf8(
  bytes: ArrayLike<number>,
  at: number,
): { readonly character: string; readonly width: number; readonly isValid: boolean } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { character: String.fromCharCode(first), width: 1, isValid: true }
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  let code = first & (0xff >> (width + 1))
  let isValid = first >= 0xc2 && first <= 0xf4 && at + width <= bytes.length
  for (let next = 1; isValid && next < width; next++) {
    const byte = bytes[at + next] ?? 0
    isValid = (byte & 0xc0) === 0x80
    code = (code << 6) | (byte & 0x3f)
  }
  if (!isValid || code > 0x10ffff) {
    return { character: String.fromCharCode(first), width: 1, isValid: false }
  }
  return { character: String.fromCodePoint(code), width, isValid: true }
}
