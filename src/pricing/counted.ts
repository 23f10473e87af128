import { NO_USAGE, type Usage } from '../domain/usage.ts'
import { inputTokensMax, type Size } from './bound.ts'

/** What is known of an answer that its client did not wait for. */
export type Unfinished = {
  readonly size: Size
  /** What the provider had told by then; of the output it may be an early figure. */
  readonly told: Usage | undefined
  /** Bytes of the answer that were seen. */
  readonly shownBytes: number
  /** The model may have thought without showing it. */
  readonly mayHide: boolean
  /** From the request to its end. */
  readonly elapsedMs: number
  /** Of all answers together. */
  readonly outputTokensMax: number
}

/** No provider that hides thoughts writes faster to one client; the fastest that are listed reach about half of it. */
const TOKENS_PER_S_MAX = 1000

/**
 * The most that can have been used until the client left; undefined if nothing bounds it.
 *
 * A byte makes at most one token, both of what was sent and of what was seen. Thoughts that are not shown are bounded by the time that
 * there was for them.
 */
export function countedUsage(unfinished: Unfinished): Usage | undefined {
  const { size, told, shownBytes, mayHide, elapsedMs, outputTokensMax } = unfinished
  const isInputTold = told !== undefined && told.input + told.cachedInput > 0
  const input = isInputTold ? told.input : inputTokensMax(size, undefined)
  if (input === undefined) return undefined
  const hidden = mayHide ? Math.ceil((Math.max(0, elapsedMs) * TOKENS_PER_S_MAX) / 1000) : 0
  const most = Math.min(outputTokensMax, shownBytes + hidden)
  const output = Math.max(told?.output ?? 0, most)
  return { ...(told ?? NO_USAGE), input, output, reasoning: Math.min(told?.reasoning ?? 0, output) }
}
