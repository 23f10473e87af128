import { digitOf, isDash, isInvisible, isSpace } from './characters.ts'
import type { Scan } from './scan.ts'

/**
 * The same text, read another way, with the place in the original of every unit.
 *
 * Unit `i` of `text` comes from `starts[i]` up to `starts[i + 1]`; the last entry is the end.
 */
export type View = { readonly text: string; readonly starts: Int32Array }

/** How often a view is taken of a view: escapes inside a JSON string inside a JSON string. */
export const VIEW_DEPTH_MAX = 2

/** What a text asks to be read as besides itself; undefined if only as itself. Decoders of other encodings join here. */
export function viewOf(
  text: string,
  scan: Pick<Scan, 'hasEscape' | 'hasFoldable'>,
): View | undefined {
  if (scan.hasEscape) {
    const plain = unescape(text)
    return scan.hasFoldable || !isAscii(plain.text) ? compose(plain, fold(plain.text)) : plain
  }
  return scan.hasFoldable ? fold(text) : undefined
}

/** A view of a view, as a view of the first text. */
export function compose(outer: View, inner: View): View {
  const starts = new Int32Array(inner.starts.length)
  for (let i = 0; i < starts.length; i++) starts[i] = outer.starts[inner.starts[i] ?? 0] ?? 0
  return { text: inner.text, starts }
}

/** The span in the original of a span in the view. */
export const spanOf = (view: View, start: number, end: number): readonly [number, number] => [
  view.starts[start] ?? 0,
  view.starts[end] ?? 0,
]

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
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
export function unescape(text: string): View {
  const parts: string[] = []
  const starts = new Int32Array(text.length + 1)
  let count = 0
  let from = 0
  let at = text.indexOf('\\')
  while (at >= 0) {
    const next = text.charAt(at + 1)
    const short = SHORT[next]
    const hex = next === 'u' ? text.slice(at + 2, at + 6) : ''
    const isUnicode = /^[0-9a-fA-F]{4}$/.test(hex)
    if (short !== undefined || isUnicode) {
      parts.push(text.slice(from, at), short ?? String.fromCharCode(Number.parseInt(hex, 16)))
      for (let i = from; i <= at; i++) starts[count++] = i
      from = at + (isUnicode ? 6 : 2)
    }
    at = text.indexOf('\\', Math.max(from, at + 1))
  }
  parts.push(text.slice(from))
  for (let i = from; i <= text.length; i++) starts[count++] = i
  return { text: parts.join(''), starts: starts.subarray(0, count) }
}

/** Longest replacement taken from NFKC; the few longer ones (`ﷺ`) are no identifiers. */
const EXPANSION_MAX = 4

/** NFKC where it yields ASCII, digits of any script as ASCII, dashes and spaces as `-` and ` `, invisible ones gone. */
export function fold(text: string): View {
  const parts: string[] = []
  const starts: number[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) continue
    const isPair = code >= 0xd800 && code <= 0xdbff
    const width = isPair ? 2 : 1
    const folded = foldOf(text, at, code, width)
    if (folded === undefined) {
      at += width - 1
      continue
    }
    parts.push(text.slice(from, at), folded)
    for (let i = from; i < at; i++) starts.push(i)
    for (let i = 0; i < folded.length; i++) starts.push(at)
    from = at + width
    at += width - 1
  }
  parts.push(text.slice(from))
  for (let i = from; i <= text.length; i++) starts.push(i)
  return { text: parts.join(''), starts: Int32Array.from(starts) }
}

function foldOf(text: string, at: number, code: number, width: number): string | undefined {
  if (isInvisible(code)) return ''
  if (isDash(code)) return '-'
  if (isSpace(code)) return ' '
  const digit = digitOf(code)
  if (digit >= 0) return String(digit)
  // U+E0000–E0FFF: tags and variation selectors, all ignorable.
  if (code === 0xdb40) return ''
  const character = text.slice(at, at + width)
  if (width === 1 && code < 0x2000 && code > 0xff) return undefined
  const folded = character.normalize('NFKC')
  return folded !== character && folded.length <= EXPANSION_MAX ? folded : undefined
}
