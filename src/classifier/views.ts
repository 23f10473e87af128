import type { UnscannedReason } from '../domain/finding.ts'
import type { Scan } from './scan.ts'
import { type View } from './view.ts'
import { narrow } from './views-narrow.ts'
import { decodeRuns } from './views-binary.ts'
import { unescape } from './views-escapes.ts'
import { fold, foldLookalikes } from './views-fold.ts'
import { collapse } from './views-spaced.ts'

/** How often a view is taken of a view: escapes inside a JSON string inside a JSON string, base64 inside base64. */
export const VIEW_DEPTH_MAX = 2

/** Another reading of a text, and what in it nobody can read. */
export type Reading = {
  /** Undefined if the text asks to be read only as it stands. */
  readonly view: View | undefined
  readonly opaque: UnscannedReason | undefined
}

/**
 * What a text asks to be read as besides itself: escapes resolved, encoded runs decoded, look-alikes and invisible
 * characters folded, what was spaced out put together. No view is longer than four times its text.
 */
export function readingOf(
  scan: Pick<Scan, 'text' | 'hasEscape' | 'hasFoldable' | 'hasSpaced'>,
  outer: View | undefined,
): Reading {
  const steps: View[] = []
  let view = outer
  let { text } = scan
  const take = (next: View | undefined): void => {
    if (next === undefined) return
    steps.push(next)
    view = next
    text = next.text
  }
  if (scan.hasEscape) take(unescape(text, view))
  const decoded = decodeRuns(text, view)
  take(decoded.view)
  if (scan.hasFoldable) take(fold(text, view))
  take(foldLookalikes(text, view))
  if (scan.hasSpaced) take(collapse(text, view))
  return { view: narrow(steps), opaque: decoded.opaque }
}

/** Readings have been taken as often as they may, and a run of the text still decodes to text. */
export const isEncoded = (text: string): boolean => decodeRuns(text, undefined).view !== undefined
