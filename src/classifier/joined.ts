import type { Leaf } from '../domain/leaf.ts'
import { isDigit, isWordCode } from './characters.ts'

/** Neighbouring leaves as one text, because something may go on from one to the next. */
export type Junction = {
  readonly text: string
  /** The key of an array whose short figures these are; '' otherwise. */
  readonly key: string
  /** All of it is figures that stand in leaves of their own: without a word beside them they say little. */
  readonly isFigures: boolean
  readonly parts: readonly Part[]
}

/** What of a leaf the text from `at` on is. */
type Part = {
  readonly leaf: Leaf
  readonly at: number
  readonly from: number
  readonly length: number
}

/** How much of a long leaf is looked at on each side of a boundary: no identifier is longer. */
const REACH = 64
/** Digits on both sides of a boundary that may be one number: social security numbers have nine. */
const DIGITS_MIN = 9
/** Digits in leaves of their own that may be one number. */
const FIGURES_MIN = 12
const FIGURES_MAX = 24
const CARD_MAX = 19
/** A token across a boundary that may be a key although no figure is in it. */
const TOKEN_MIN = 20

/** Kinds that are looked for across leaves: those that one can copy out whole, and that words don't make up by chance. */
export const ACROSS: ReadonlySet<string> = new Set([
  'card',
  'iban',
  'bank_account',
  'us_ssn',
  'national_id',
  'email',
  'secret',
  'crypto',
])

/**
 * The places where a card, a key or an address may go on from leaf to leaf. Keys and words of the protocol are no gap.
 *
 * Every two leaves, and every three of which the middle one is short, are looked at by themselves: what stands before
 * and behind them cannot hide what they say.
 */
export function* junctionsOf(leaves: readonly Leaf[]): Generator<Junction> {
  let key = ''
  let figures: Leaf[] = []
  let figuresKey = ''
  let first: Leaf | undefined
  let second: Leaf | undefined
  for (const leaf of leaves) {
    if (leaf.kind === 'key') key = leaf.text
    if (leaf.kind === 'key' || leaf.isAside === true || leaf.text.trim() === '') continue
    if (isFigure(leaf.text)) {
      if (figures.length === 0) figuresKey = key
      figures.push(leaf)
    } else {
      yield* figuresOf(figures, figuresKey)
      figures = []
    }
    const isRow = figures.length > 1
    const goesOn = second !== undefined && !isRow && isHot(second.text, leaf.text)
    if (second !== undefined && goesOn) {
      yield junctionOf([second, leaf])
      if (first !== undefined && isShort(first, second, leaf)) {
        yield junctionOf([first, second, leaf])
      }
    }
    first = goesOn && leaf.text.length <= REACH ? second : undefined
    second = leaf
  }
  yield* figuresOf(figures, figuresKey)
}

/** No more digits than the longest card has, so that long rows of numbers are not read three times over. */
const isShort = (first: Leaf, middle: Leaf, last: Leaf): boolean =>
  digitsBefore(first.text) + digitsBefore(middle.text) + digitsAfter(last.text) <= CARD_MAX

/** Short figures in a row, if they may be one number together. */
function* figuresOf(leaves: readonly Leaf[], key: string): Generator<Junction> {
  const count = leaves.reduce((sum, { text }) => sum + text.length, 0)
  if (leaves.length < 2 || count < FIGURES_MIN || count > FIGURES_MAX) return
  yield { ...junctionOf(leaves, ' '), key, isFigures: true }
}

/** The end of the first, the start of the last, and all that is between. */
function junctionOf(leaves: readonly Leaf[], gap?: string): Junction {
  let text = ''
  const parts: Part[] = []
  for (const [index, leaf] of leaves.entries()) {
    const from = index === 0 ? Math.max(0, leaf.text.length - REACH) : 0
    const taken = leaf.text.slice(from, from + REACH)
    if (index > 0) text += gap ?? gapBetween(text, taken)
    parts.push({ leaf, at: text.length, from, length: taken.length })
    text += taken
  }
  return { text, key: '', isFigures: false, parts }
}

/** Something may go on from the end of one text to the start of the next. */
function isHot(last: string, next: string): boolean {
  const tail = last.trimEnd()
  const head = next.trimStart()
  const [before, after] = [digitsBefore(tail), digitsAfter(head)]
  if (before > 0 && after > 0 && before + after >= DIGITS_MIN) return true
  return tail === last && head === next && isToken(tail, head)
}

/** What stands between two groups of four, if the text was parted between groups; else nothing. */
function gapBetween(tail: string, head: string): string {
  if (!/(?:^|\D)\d{4}$/.test(tail.slice(-5)) || !/^\d{4}(?:\D|$)/.test(head)) return ''
  return /\d([ .-])\d{4}$/.exec(tail.slice(-6))?.[1] ?? /^\d{4}([ .-])\d/.exec(head)?.[1] ?? ''
}

/** A leaf that is nothing but a few digits. */
const isFigure = (text: string): boolean => text.length <= 6 && /^\d+$/.test(text)

/** Digits at the end or the start, with at most one space, dot or hyphen between them. */
const digitsBefore = (text: string): number =>
  !mayBeNumber(text.charCodeAt(text.length - 1))
    ? 0
    : (/(?:\d[ .-]?){0,24}$/.exec(text.slice(-48))?.[0] ?? '').replaceAll(/\D/g, '').length
const digitsAfter = (text: string): number =>
  !mayBeNumber(text.charCodeAt(0))
    ? 0
    : (/^(?:[ .-]?\d){0,24}/.exec(text.slice(0, 48))?.[0] ?? '').replaceAll(/\D/g, '').length

const mayBeNumber = (code: number): boolean =>
  isDigit(code) || code === 0x20 || code === 0x2d || code === 0x2e

/** The end of one and the start of the other make a token that ordinary words don't. */
function isToken(tail: string, head: string): boolean {
  if (!isInner(tail.charCodeAt(tail.length - 1)) || !isInner(head.charCodeAt(0))) return false
  const end = tail.slice(-REACH)
  const before = end.slice(end.search(LAST_WORD))
  const after = /^\S*/.exec(head.slice(0, REACH))?.[0] ?? ''
  const token = before + after
  // An address that is whole ends there, and what follows begins a sentence: `a@example.org.` `Now …`
  if (WHOLE_ADDRESS.test(before)) return false
  return token.length >= TOKEN_MIN || token.includes('@') || (token.length >= 8 && /\d/.test(token))
}

/** What no space follows; a look behind spares trying every place. */
const LAST_WORD = /(?<!\S)\S*$/
const WHOLE_ADDRESS = /@[^@.]+\.[^@]*[a-z]{2,}\.?$/i

const isInner = (code: number): boolean =>
  isWordCode(code) || isDigit(code) || '@.-+/=%'.includes(String.fromCharCode(code))

/** A find as places in the leaves. Empty if it leaves one of them out: then it is found without that. */
export function placesOf(
  { parts, isFigures }: Junction,
  start: number,
  end: number,
): readonly { readonly leaf: Leaf; readonly start: number; readonly end: number }[] {
  const places = parts
    .map(({ leaf, at, from, length }) => ({
      leaf,
      start: from + Math.max(0, start - at),
      end: from + Math.min(length, end - at),
    }))
    .filter((place) => place.end > place.start)
  return places.length < (isFigures ? 2 : parts.length) ? [] : places
}

/** What a find across leaves is worth: figures in leaves of their own need a word beside them. */
export const confidenceAcross = ({ isFigures }: Junction, confidence: number): number =>
  isFigures && confidence < 0.97 ? Math.min(confidence, 0.4) : confidence
