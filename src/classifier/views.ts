import { CLASS, CLASSES, digitOf, isDash, isInvisible } from './characters.ts'
import type { Scan } from './scan.ts'

/** A text read another way, in pieces that each know where they come from. */
export type View = {
  readonly text: string
  readonly pieces: Pieces
  /** What it is a view of, if that is itself a view. */
  readonly outer: View | undefined
}

/** Parallel arrays, one place per piece, in order. */
type Pieces = {
  /** Where the piece begins in the view, and in the text it was taken from. */
  readonly at: number[]
  readonly from: number[]
  /** Length in that text of a piece that was replaced as a whole; 0 for one taken over unit by unit. */
  readonly width: number[]
}

/** How often a view is taken of a view: escapes inside a JSON string inside a JSON string. */
export const VIEW_DEPTH_MAX = 2

/** What a text asks to be read as besides itself; undefined if only as itself. Decoders of other encodings join here. */
export function viewOf(
  scan: Pick<Scan, 'text' | 'hasEscape' | 'hasFoldable'>,
  outer: View | undefined,
): View | undefined {
  if (!scan.hasEscape) return scan.hasFoldable ? fold(scan.text, outer) : undefined
  const plain = unescape(scan.text, outer)
  return scan.hasFoldable ? fold(plain.text, plain) : plain
}

/** The span in the first text of a span in the view. */
export function spanOf(view: View, start: number, end: number): readonly [number, number] {
  const from = startOf(view.pieces, start)
  const to = end > start ? endOf(view.pieces, end) : from
  return view.outer === undefined ? [from, to] : spanOf(view.outer, from, to)
}

function startOf({ at, from, width }: Pieces, position: number): number {
  const piece = pieceAt(at, position)
  const origin = from[piece] ?? 0
  return (width[piece] ?? 0) > 0 ? origin : origin + position - (at[piece] ?? 0)
}

function endOf({ at, from, width }: Pieces, position: number): number {
  const piece = pieceAt(at, position - 1)
  const origin = from[piece] ?? 0
  const whole = width[piece] ?? 0
  return whole > 0 ? origin + whole : origin + position - (at[piece] ?? 0)
}

/** The last piece that begins at or before the position. */
function pieceAt(at: readonly number[], position: number): number {
  let low = 0
  let high = at.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((at[middle] ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}

/** Puts a view together from left to right. */
class Builder {
  readonly #source: string
  readonly #parts: string[] = []
  readonly #pieces: Pieces = { at: [], from: [], width: [] }
  #length = 0
  #taken = 0

  constructor(source: string) {
    this.#source = source
  }

  /** Takes over what comes before `from`, then puts `replacement` for the `width` units there. */
  replace(from: number, width: number, replacement: string): void {
    this.#keep(from)
    if (replacement !== '') this.#push(replacement, from, width)
    this.#taken = from + width
  }

  view(outer: View | undefined): View {
    this.#keep(this.#source.length)
    return { text: this.#parts.join(''), pieces: this.#pieces, outer }
  }

  #keep(to: number): void {
    if (to > this.#taken) this.#push(this.#source.slice(this.#taken, to), this.#taken, 0)
  }

  #push(part: string, from: number, width: number): void {
    this.#parts.push(part)
    this.#pieces.at.push(this.#length)
    this.#pieces.from.push(from)
    this.#pieces.width.push(width)
    this.#length += part.length
  }
}

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

/** Resolves one layer of `\n`, `\"` and `\u0040`, as in JSON inside a string. What is no escape stays. */
export function unescape(text: string, outer?: View): View {
  const builder = new Builder(text)
  let at = text.indexOf('\\')
  while (at >= 0) {
    const next = text.charAt(at + 1)
    const short = SHORT[next]
    const hex = next === 'u' ? text.slice(at + 2, at + 6) : ''
    if (short !== undefined) builder.replace(at, 2, short)
    else if (/^[0-9a-fA-F]{4}$/.test(hex)) {
      builder.replace(at, 6, String.fromCharCode(Number.parseInt(hex, 16)))
    }
    at = text.indexOf('\\', at + (short === undefined ? 1 : 2))
  }
  return builder.view(outer)
}

/** Longest replacement taken from NFKC; the few longer ones (`ﷺ`) are no identifiers. */
const EXPANSION_MAX = 4

/** NFKC where it matters, digits of any script as ASCII, dashes and spaces as `-` and ` `, invisible ones gone. */
export function fold(text: string, outer?: View): View {
  const builder = new Builder(text)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80 || (CLASSES[code] ?? 0) < CLASS.foldable) continue
    const width = code >= 0xd800 && code <= 0xdbff ? 2 : 1
    const folded = foldOf(text.slice(at, at + width), code)
    if (folded !== undefined) builder.replace(at, width, folded)
    at += width - 1
  }
  return builder.view(outer)
}

/** What has been looked up already: at most the few thousand characters that are foldable. */
const FOLDS = new Map<string, string | undefined>()

function foldOf(character: string, code: number): string | undefined {
  // U+E0000–E0FFF: tags and variation selectors, all ignorable.
  if (code === 0xdb40) return ''
  if (!FOLDS.has(character)) FOLDS.set(character, computeFold(character, code))
  return FOLDS.get(character)
}

function computeFold(character: string, code: number): string | undefined {
  if (CLASSES[code] === CLASS.joiner) return isDash(code) ? '-' : ' '
  if (isInvisible(code)) return ''
  const digit = digitOf(code)
  if (digit >= 0) return String(digit)
  const folded = character.normalize('NFKC')
  return folded !== character && folded.length <= EXPANSION_MAX ? folded : undefined
}
