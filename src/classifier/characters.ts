/** What the scan does at a character that is not just a letter or of no interest. */
export const CLASS = {
  plain: 0,
  letter: 1,
  digit: 2,
  /** Some detector looks here; which one, the engine knows. */
  mark: 3,
  escape: 4,
  /** Unicode that stands for ASCII, or for nothing: see views.ts. */
  foldable: 5,
  /** Dashes and spaces beyond ASCII, which matter only between digits. */
  joiner: 6,
} as const

/** Marks that detectors may anchor on. */
const MARKS = '@:='

/** What escapes begin with: see views-escapes.ts. */
const ESCAPES = '\\%&'

/** First digits of the decimal systems in the Basic Multilingual Plane (Unicode 16, general category Nd), ASCII aside. */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
  0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
  0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
]

/** Shown as nothing (Unicode Default_Ignorable_Code_Point, the part in the BMP). */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfff8],
]

/** Lines through or under a character, and what encloses it: keycaps, circles. They change how it looks, not how it reads. */
const STRIKES: readonly (readonly [number, number])[] = [
  [0x305, 0x305],
  [0x332, 0x338],
  [0x20d0, 0x20f0],
]

/** Blocks whose characters NFKC turns into ASCII: superscripts, letter-like, enclosed, ligatures, small and full-width forms. */
const COMPATIBLE: readonly (readonly [number, number])[] = [
  [0xb2, 0xb3],
  [0xb9, 0xb9],
  [0x2070, 0x209c],
  [0x2100, 0x214f],
  [0x2460, 0x24ea],
  [0x2474, 0x24ff],
  [0xfb00, 0xfb06],
  [0xfe50, 0xfe6b],
  [0xff01, 0xff5e],
  // High surrogates of mathematical and enclosed alphanumerics, segmented digits, tag characters.
  [0xd835, 0xd835],
  [0xd83c, 0xd83c],
  [0xd83e, 0xd83e],
  [0xdb40, 0xdb40],
]

/** Hyphens and dashes, then spaces (categories Pd and Zs), beyond ASCII. */
const DASHES: readonly (readonly [number, number])[] = [
  [0x2010, 0x2015],
  [0x2212, 0x2212],
  [0x2e3a, 0x2e3b],
  [0x30fc, 0x30fc],
]
const SPACES: readonly (readonly [number, number])[] = [
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]

const isIn = (ranges: readonly (readonly [number, number])[], code: number): boolean =>
  ranges.some(([from, to]) => code >= from && code <= to)

/** Looks like the hyphen of domains and numbers; longer dashes stand between words and in ranges. */
export const isHyphen = (code: number): boolean => code === 0x2010 || code === 0x2011

export const isDash = (code: number): boolean => isIn(DASHES, code)
export const isInvisible = (code: number): boolean => isIn(INVISIBLE, code) || isIn(STRIKES, code)

/** The value of a decimal digit of another script; -1 if it is none. */
export function digitOf(code: number): number {
  for (const zero of ZEROS) if (code >= zero && code < zero + 10) return code - zero
  return -1
}

/** True if the character at `at`, of class foldable, may hide or stand for ASCII here: emoji and their selectors do not. */
export function isTelling(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code === 0xd83c || code === 0xd83e) {
    const next = text.charCodeAt(at + 1)
    // U+1F100–1F1FF enclosed alphanumerics, U+1FBF0–1FBF9 segmented digits.
    return code === 0xd83c ? next >= 0xdd00 && next < 0xde00 : next >= 0xdff0
  }
  // Full-width punctuation is how Chinese and Japanese are written; full-width letters and signs of addresses are not.
  if (code >= 0xff00)
    return (
      '＋－．＠'.includes(text.charAt(at)) ||
      !(code < 0xff10 || (code > 0xff19 && code < 0xff21) || code > 0xff5a) ||
      isInvisible(code)
    )
  if (code === 0xdb40 && text.charCodeAt(at + 2) === 0xdb40) return true
  if (code !== 0xdb40 && !isInvisible(code)) return true
  return !(isAside(text.charCodeAt(at - 1)) && isAside(text.charCodeAt(at + 1)))
}

/** Neither ASCII beyond the space, nor of the foldable kind itself. */
const isAside = (code: number): boolean =>
  Number.isNaN(code) || code <= 0x20 || (code >= 0x80 && CLASSES[code] !== CLASS.foldable)

/** The class of every UTF-16 code unit. */
export const CLASSES: Uint8Array = buildClasses()

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000)
  const set = (from: number, to: number, value: number) => classes.fill(value, from, to + 1)
  set(0x61, 0x7a, CLASS.letter)
  set(0x41, 0x5a, CLASS.letter)
  set(0x30, 0x39, CLASS.digit)
  for (const escape of ESCAPES) set(escape.charCodeAt(0), escape.charCodeAt(0), CLASS.escape)
  for (const mark of MARKS) set(mark.charCodeAt(0), mark.charCodeAt(0), CLASS.mark)
  // Latin to Cyrillic: the letter after one of these does not begin a word. Chinese and the like have no such rule.
  set(0xc0, 0x52f, CLASS.letter)
  for (const [from, to] of [...DASHES, ...SPACES]) set(from, to, CLASS.joiner)
  for (const [from, to] of [...INVISIBLE, ...STRIKES, ...COMPATIBLE]) set(from, to, CLASS.foldable)
  for (const zero of ZEROS) set(zero, zero + 9, CLASS.foldable)
  return classes
}

/** Bits of a symbol: a–z in either case are 1–26, digits and letters of other alphabets IN_WORD, all else 0. */
export const SYMBOL_BITS = 5
export const SYMBOL_MASK = (1 << SYMBOL_BITS) - 1
const IN_WORD = 27
/** Above them: the inner loop of the scan has to stop here. */
export const SPECIAL = 1 << SYMBOL_BITS
/** Above that: a capital letter, which begins a word inside a name (`phoneNumber`). */
export const CAPITAL = 1 << (SYMBOL_BITS + 1)

/** What the inner loop of the scan needs to know of every UTF-16 code unit. */
export const SYMBOLS: Uint8Array = CLASSES.map((kind, code) => {
  if (kind !== CLASS.letter)
    return kind === CLASS.digit ? IN_WORD | SPECIAL : kind > CLASS.digit ? SPECIAL : 0
  if (code >= 0x80) return IN_WORD
  return code < 0x60 ? (code & SYMBOL_MASK) | SPECIAL | CAPITAL : code & SYMBOL_MASK
})

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Reads beyond the ends are slow in V8, so they are not made. */
export const isDigitAt = (text: string, at: number): boolean =>
  at < text.length && isDigit(text.charCodeAt(at))

/** ASCII letter, digit or underscore: what glues a number to a longer identifier. */
export const isWordCode = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f
