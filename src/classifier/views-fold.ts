import { CLASS, CLASSES, digitOf, isDash, isInvisible } from './characters.ts'
import { LOOKALIKE, LOOKALIKES } from './confusables.ts'
import { type View, ViewBuilder } from './view.ts'

/** Longest replacement taken from NFKC; the few longer ones (`ﷺ`) are no identifiers. */
const EXPANSION_MAX = 4

/** NFKC where it matters, digits of any script as ASCII, dashes and spaces as `-` and ` `, invisible ones gone. */
export function fold(text: string, outer?: View): View {
  const builder = new ViewBuilder(text)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80 || (CLASSES[code] ?? 0) < CLASS.foldable) continue
    if (code === TAG) {
      at = foldTags(builder, text, at) - 1
      continue
    }
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
  if (!FOLDS.has(character)) FOLDS.set(character, computeFold(character, code))
  return FOLDS.get(character)
}

/** First half of U+E0000–E0FFF: tags and variation selectors, all ignorable. */
const TAG = 0xdb40
/** Fewer tags in a row mark an emoji (flags take five and an end) or hide between other characters. */
const SPELLED_MIN = 8

/** Drops tags, but reads what a row of them spells: tags are ASCII that a model sees and a person does not. */
function foldTags(builder: ViewBuilder, text: string, start: number): number {
  let end = start
  while (end < text.length && text.charCodeAt(end) === TAG) end += 2
  const isSpelled = end - start >= 2 * SPELLED_MIN
  for (let at = start; at < end; at += 2) {
    const code = text.charCodeAt(at + 1) - 0xdc00
    builder.replace(
      at,
      2,
      isSpelled && code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '',
    )
  }
  return end
}

function computeFold(character: string, code: number): string | undefined {
  if (CLASSES[code] === CLASS.joiner) return isDash(code) ? '-' : ' '
  if (isInvisible(code)) return ''
  const digit = digitOf(code)
  if (digit >= 0) return String(digit)
  const folded = character.normalize('NFKC')
  return folded !== character && folded.length <= EXPANSION_MAX ? folded : undefined
}

/** Tokens are looked at so far around a look-alike. */
const TOKEN_MAX = 64

/** Look-alikes of ASCII letters as those letters, in tokens that also hold ASCII letters, or figures right behind capitals. */
export function foldLookalikes(text: string, outer?: View): View | undefined {
  const first = firstLookalike(text)
  if (first < 0) return undefined
  const builder = new ViewBuilder(text)
  LOOKALIKE.lastIndex = first
  for (;;) {
    const found = LOOKALIKE.exec(text)
    if (found === null) break
    const end = tokenEnd(text, found.index)
    const start = tokenStart(text, found.index)
    const token = text.slice(start, end)
    if (isMixed(token)) {
      for (let at = found.index; at < end; at++) {
        const ascii = LOOKALIKES.get(text.charAt(at))
        if (ascii !== undefined) builder.replace(at, 1, ascii)
      }
    }
    LOOKALIKE.lastIndex = end
  }
  return builder.isChanged ? builder.view(outer) : undefined
}

/** Beyond Latin-1. V8 keeps texts without such characters in bytes and knows at once that none stands there. */
const FAR = /[\u0100-\uffff]/
const IS_LOOKALIKE = new Uint8Array(0x10000)
for (const like of LOOKALIKES.keys()) IS_LOOKALIKE[like.charCodeAt(0)] = 1

function firstLookalike(text: string): number {
  const from = text.search(FAR)
  if (from < 0) return -1
  for (let at = from; at < text.length; at++) if (IS_LOOKALIKE[text.charCodeAt(at)] === 1) return at
  return -1
}

const isMixed = (token: string): boolean => /[A-Za-z]/.test(token) || CAPITALS.test(token)
/** `СН93`: the beginning of an account number. */
const CAPITALS = /[\u0370-\u04ff]{2}\d\d/

function tokenStart(text: string, at: number): number {
  const stop = Math.max(0, at - TOKEN_MAX)
  let start = at
  while (start > stop && text.charCodeAt(start - 1) > 0x20) start--
  return start
}

function tokenEnd(text: string, at: number): number {
  const stop = Math.min(text.length, at + TOKEN_MAX)
  let end = at + 1
  while (end < stop && text.charCodeAt(end) > 0x20) end++
  return end
}
