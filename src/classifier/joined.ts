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
/** A token across a boundary that may be a key although no figure is in it. */
const TOKEN_MIN = 20
const LENGTH_MAX = 2_048

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

/** The places where a card, a key or an address may go on from leaf to leaf. Keys and words of the protocol are no gap. */
export function* junctionsOf(leaves: readonly Leaf[]): Generator<Junction> {
  let open = new Joining()
  let key = ''
  for (const leaf of leaves) {
    if (leaf.kind === 'key') key = leaf.text
    if (leaf.kind === 'key' || leaf.isAside === true || leaf.text.trim() === '') continue
    if (!open.goesOnTo(leaf.text)) {
      const junction = open.close()
      if (junction !== undefined) yield junction
      open = new Joining(key)
    }
    if (open.append(leaf)) {
      const junction = open.close()
      if (junction !== undefined) yield junction
      open = new Joining()
      open.append({ ...leaf, text: leaf.text.slice(-REACH) }, Math.max(0, leaf.text.length - REACH))
    }
  }
  const junction = open.close()
  if (junction !== undefined) yield junction
}

class Joining {
  #text = ''
  #isFigures = true
  readonly #key: string
  readonly #parts: Part[] = []

  constructor(key = '') {
    this.#key = key
  }

  goesOnTo(next: string): boolean {
    const last = this.#text
    if (last === '' || last.length > LENGTH_MAX) return false
    if (this.#isFigures && isFigure(next)) return true
    const tail = last.trimEnd()
    const head = next.trimStart()
    const digits = digitsBefore(tail) + digitsAfter(head)
    if (digitsBefore(tail) > 0 && digitsAfter(head) > 0 && digits >= DIGITS_MIN) return true
    if (tail !== last || head !== next) return false
    return isToken(tail, head)
  }

  /** True if the leaf is too long to be taken whole: nothing behind it can belong to what stands before. */
  append(leaf: Leaf, from = 0): boolean {
    const isLong = leaf.text.length > 2 * REACH
    const text = isLong ? leaf.text.slice(0, REACH) : leaf.text
    if (this.#parts.length > 0) {
      const isRow = this.#isFigures && isFigure(text)
      this.#text += isRow ? ' ' : gapBetween(this.#text, text)
    }
    this.#isFigures &&= isFigure(text)
    this.#parts.push({ leaf, at: this.#text.length, from, length: text.length })
    this.#text += text
    return isLong
  }

  close(): Junction | undefined {
    if (this.#parts.length < 2) return undefined
    if (this.#isFigures) {
      const count = this.#text.replaceAll(/\D/g, '').length
      if (count < FIGURES_MIN || count > FIGURES_MAX) return undefined
    }
    const key = this.#isFigures ? this.#key : ''
    return { text: this.#text, key, isFigures: this.#isFigures, parts: this.#parts }
  }
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
  (/(?:\d[ .-]?){0,24}$/.exec(text.slice(-48))?.[0] ?? '').replaceAll(/\D/g, '').length
const digitsAfter = (text: string): number =>
  (/^(?:[ .-]?\d){0,24}/.exec(text.slice(0, 48))?.[0] ?? '').replaceAll(/\D/g, '').length

/** The end of one and the start of the other make a token that ordinary words don't. */
function isToken(tail: string, head: string): boolean {
  if (!isInner(tail.charCodeAt(tail.length - 1)) || !isInner(head.charCodeAt(0))) return false
  const before = /\S*$/.exec(tail.slice(-REACH))?.[0] ?? ''
  const after = /^\S*/.exec(head.slice(0, REACH))?.[0] ?? ''
  const token = before + after
  // An address that is whole ends there, and what follows begins a sentence: `a@example.org.` `Now …`
  if (WHOLE_ADDRESS.test(before)) return false
  return token.length >= TOKEN_MIN || token.includes('@') || (token.length >= 8 && /\d/.test(token))
}

const WHOLE_ADDRESS = /@[^@.]+\.[^@]*[a-z]{2,}\.?$/i

const isInner = (code: number): boolean =>
  isWordCode(code) || isDigit(code) || '@.-+/=%'.includes(String.fromCharCode(code))

/** A find at one leaf after the other, as places in those leaves. Empty if it lies in one leaf alone: that has been read. */
export function placesOf(
  { parts }: Junction,
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
  return places.length < 2 ? [] : places
}

/** What a find across leaves is worth: figures in leaves of their own need a word beside them. */
export const confidenceAcross = ({ isFigures }: Junction, confidence: number): number =>
  isFigures && confidence < 0.97 ? Math.min(confidence, 0.4) : confidence
