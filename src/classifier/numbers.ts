import { isDigit, isDigitAt } from './characters.ts'

/** What stands between two groups of digits. */
export const GAP = { space: 1, hyphen: 2, dot: 3, slash: 4, parenthesis: 5 } as const

/** Bounds of one number: more groups or a longer text is no number that anybody detects. */
const GROUPS_MAX = 8
const LENGTH_MAX = 40
const DIGITS_MAX = 24

/**
 * Digits in groups, as people write long numbers. One instance is reused for the whole scan: copy what must outlive
 * the call.
 */
export type NumberToken = {
  /** Of the first digit; `opening` is before it if a plus sign or parenthesis belongs to the number. */
  start: number
  opening: number
  isInternational: boolean
  end: number
  /** Character codes around it, NaN at the ends of the text. */
  before: number
  after: number
  /** The groups go on before the start: `12-` in front of `34-56`. Kind of the gap, else 0. */
  gapBefore: number
  groupCount: number
  readonly groupStarts: Int32Array
  readonly groupLengths: Uint8Array
  /** `gaps[i]` stands before group `i`; 0 for the first. */
  readonly gaps: Uint8Array
  digitCount: number
  readonly digits: Uint8Array
}

export const createNumberToken = (): NumberToken => ({
  start: 0,
  opening: 0,
  isInternational: false,
  end: 0,
  before: Number.NaN,
  after: Number.NaN,
  gapBefore: 0,
  groupCount: 0,
  groupStarts: new Int32Array(GROUPS_MAX),
  groupLengths: new Uint8Array(GROUPS_MAX),
  gaps: new Uint8Array(GROUPS_MAX),
  digitCount: 0,
  digits: new Uint8Array(DIGITS_MAX),
})

/** Reads the number that starts at `start`, whose first group ends at `runEnd`. False if that group alone is too long. */
export function readNumber(
  token: NumberToken,
  text: string,
  start: number,
  runEnd: number,
): boolean {
  if (runEnd - start > DIGITS_MAX) return false
  token.start = start
  token.groupCount = 0
  token.digitCount = 0
  let at = start
  let end = runEnd
  let gap = 0
  for (;;) {
    const count = token.groupCount++
    token.groupStarts[count] = at
    token.groupLengths[count] = end - at
    token.gaps[count] = gap
    for (; at < end; at++) token.digits[token.digitCount++] = text.charCodeAt(at) - 48
    if (token.groupCount === GROUPS_MAX) break
    const next = skipGap(text, end)
    if (next < 0 || next - start >= LENGTH_MAX) break
    let stop = next + 1
    while (stop - next <= DIGITS_MAX && isDigitAt(text, stop)) stop++
    if (token.digitCount + stop - next > DIGITS_MAX) break
    gap = gapOf(text, end, next)
    at = next
    end = stop
  }
  token.end = end
  token.after = end < text.length ? text.charCodeAt(end) : Number.NaN
  readOpening(token, text)
  return true
}

/** Position of the digit after at most three characters that join groups; -1 if there is none. */
function skipGap(text: string, end: number): number {
  const stop = Math.min(end + 4, text.length)
  let hasParenthesis = false
  for (let at = end; at < stop; at++) {
    const code = text.charCodeAt(at)
    if (isDigit(code)) {
      return at === end + 1 || hasParenthesis || isSpaced(text, end, at) ? at : -1
    }
    const kind = gapKind(code)
    if (kind === 0) return -1
    hasParenthesis ||= kind === GAP.parenthesis
  }
  return -1
}

const isSpaced = (text: string, from: number, to: number): boolean =>
  to - from === 3 && /^ [-/] $/.test(text.slice(from, to))

function gapOf(text: string, from: number, to: number): number {
  if (to - from === 1) return gapKind(text.charCodeAt(from))
  const middle = gapKind(text.charCodeAt(from + 1))
  const isSpacedSign =
    text.charCodeAt(from) === 0x20 && (middle === GAP.hyphen || middle === GAP.slash)
  return isSpacedSign ? middle : GAP.parenthesis
}

function gapKind(code: number): number {
  switch (code) {
    case 0x20:
      return GAP.space
    case 0x2d:
      return GAP.hyphen
    case 0x2e:
      return GAP.dot
    case 0x2f:
      return GAP.slash
    case 0x28:
    case 0x29:
      return GAP.parenthesis
    default:
      return 0
  }
}

export const isGap = (code: number): boolean => gapKind(code) !== 0

const codeBefore = (text: string, at: number): number =>
  at > 0 ? text.charCodeAt(at - 1) : Number.NaN

/** `+49`, `(0)30`, `(+49)`, `+(49)`: what stands before the first digit and belongs to it. */
function readOpening(token: NumberToken, text: string): void {
  let at = token.start
  token.isInternational = false
  if (codeBefore(text, at) === 0x28) at--
  if (codeBefore(text, at) === 0x2b) {
    at--
    token.isInternational = true
    if (codeBefore(text, at) === 0x28) at--
  }
  token.opening = at
  token.before = codeBefore(text, at)
  const gap = gapKind(token.before)
  token.gapBefore = gap !== 0 && at > 1 && isDigit(text.charCodeAt(at - 2)) ? gap : 0
}
