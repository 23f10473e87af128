import type { RuleName } from './levels.ts'
import type { NumberToken } from './numbers.ts'
import type { Scan } from './scan.ts'

/** Called for each find, with offsets into the text that is being scanned. */
export type Sink = (
  rule: RuleName,
  start: number,
  end: number,
  confidence: number,
  jurisdictions: readonly string[],
) => void

/** Looks at the span of a word or prefix. */
export type AnchorAt = (scan: Scan, start: number, end: number) => void

/**
 * Recognises one kind of thing. The scan passes every character once and calls a detector only where it said that
 * it wants to look; what it then reads must be bounded, and is paid for with `scan.spend`.
 */
export type Detector = {
  readonly name: string
  /** Words near which a find is likelier, by context. `scan.distance` tells how long ago one was seen. */
  readonly contexts?: Readonly<Record<string, readonly string[]>>
  /** Words at which `atWord` is called: any case, whole. A space also matches a hyphen, underscore or line break. */
  readonly words?: readonly string[]
  readonly atWord?: AnchorAt
  /** Starts of tokens at which `atPrefix` is called: exact case, at least three characters, the token goes on. */
  readonly prefixes?: readonly string[]
  readonly atPrefix?: AnchorAt
  /** Characters out of `MARKS` at which `atMark` is called. */
  readonly marks?: string
  readonly atMark?: (scan: Scan, at: number) => void
  /** Called at each number of at least seven digits or four groups. */
  readonly atNumber?: (scan: Scan, token: NumberToken) => void
  /** Called at two letters that two digits follow. */
  readonly atPair?: (scan: Scan, start: number) => void
  /** Called at each token of ASCII letters and digits, 8 to 64 long, that stands alone and holds both. */
  readonly atCode?: (scan: Scan, start: number, end: number) => void
  /**
   * Called where a token with digits begins that `atNumber` isn't called for, near a word of the context `figure` or
   * right behind a script that has no capitals.
   */
  readonly atFigure?: (scan: Scan, start: number) => void
  /** Called at each run of at most five digits that no letter precedes. */
  readonly atShort?: (scan: Scan, start: number, end: number) => void
  /** Called after each leaf that is no key. */
  readonly atEnd?: (scan: Scan) => void
}
