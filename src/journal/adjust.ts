import { err, ok, type Result } from '../domain/result.ts'
import type { CloseEntry, PostingFacts } from './entry.ts'
import type { JournalState, Transition } from './state.ts'

/** One amount that finance books. Plain data, so that it can cross to the object. */
export type AdjustLine = {
  /** When it happened, as far as the books go: in the month that it is booked in. */
  readonly atMs: number
  /** Month that it is booked in. */
  readonly period: string
  /** Signed pico-dollars, as text. */
  readonly costPicoUsd: string
  readonly outcome: 'correction' | 'late-correction' | 'accrual' | 'accrual-reversal'
  /** Budgets that it counts against; none for accruals, which are spend that the budgets hold already. */
  readonly nodes: readonly string[]
  readonly facts: PostingFacts
  /** Posting that it corrects, and that one's reservation; null and 0 if it is no single one. */
  readonly about: number | null
  readonly reserveSeq: number
  readonly forPeriod: string
}

export type AdjustRequest = {
  /** Idempotency key of all lines together. */
  readonly batch: string
  readonly reason: string
  readonly lines: readonly AdjustLine[]
}

/** A line names a month that is closed. */
type Closed = { readonly status: 'closed'; readonly closedThrough: string }
export type AdjustReply = { readonly status: 'booked'; readonly seqs: readonly number[] } | Closed

/** The entries of a batch, unless one would change a month up to the last closed one. They hold and release nothing. */
export function adjust(
  { batch, reason, lines }: AdjustRequest,
  closedThrough: string,
): Result<readonly Transition[], Closed> {
  if (lines.some(({ period }) => period <= closedThrough))
    return err({ status: 'closed', closedThrough })
  const transitions = lines.map((line, at) => {
    const entry: Omit<CloseEntry, 'seq' | 'facts'> = {
      kind: 'adjust',
      atMs: line.atMs,
      decision: batch,
      attempt: `${batch}.${at + 1}`,
      reserveSeq: line.reserveSeq,
      nodes: [...line.nodes],
      period: line.period,
      costPicoUsd: line.costPicoUsd,
      outcome: line.outcome,
      usage: null,
      usageSource: 'counted',
      finish: null,
      upstreamStatus: null,
      upstreamRequestId: null,
      serviceTier: null,
      modelServed: null,
      adjustment: { reason, about: line.about, forPeriod: line.forPeriod },
    }
    return {
      fieldsJson: `${JSON.stringify(entry).slice(1, -1)},"facts":${JSON.stringify(line.facts)}`,
      kind: 'adjust',
      decision: batch,
      period: line.period,
      nodes: line.nodes,
      postedDelta: BigInt(line.costPicoUsd),
      heldDelta: 0n,
    } as const
  })
  return ok(transitions)
}

/** Attempts of a month that are open, or may still be corrected by a late report. */
export const attemptsIn = ({ reservations }: JournalState, period: string): number =>
  [...reservations.values()].filter((each) => each.period === period).length
