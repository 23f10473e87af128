import type { NumberToken } from './numbers.ts'
import type { Scan } from './scan.ts'

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
  /** Called after each leaf that is no key. */
  readonly atEnd?: (scan: Scan) => void
}
