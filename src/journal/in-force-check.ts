import type { Settled } from './authority.ts'
import { CLOCK_SKEW_MAX_MS } from './lease.ts'

/** What a reservation says about its term; entries from before there were terms have none. */
type Reserved = {
  readonly seq: number
  readonly atMs: number
  readonly term?: number | undefined
  readonly lease?: 'none' | undefined
}

/** By term: the last reservation under it, and the latest stamp of one that a lease stood behind. */
export type ReservedUnder = ReadonlyMap<number, Last>
type Last = { readonly lastSeq: number; readonly lastLentMs: number }

/** Adds a reservation to `under`. */
export function noteReserved(
  under: Map<number, Last>,
  { seq, atMs, term = 0, lease }: Reserved,
): void {
  const before = under.get(term)
  const lentMs = lease === 'none' ? -Infinity : atMs
  under.set(term, {
    lastSeq: Math.max(before?.lastSeq ?? 0, seq),
    lastLentMs: Math.max(before?.lastLentMs ?? -Infinity, lentMs),
  })
}

/**
 * Where a journal's entries contradict what was recorded as in force everywhere: a reservation under an older term after
 * the journal had acknowledged a newer one, or, on a lease, after all leases under older ones had run out.
 */
export function contradictions(
  journal: string,
  recorded: readonly Pick<Settled, 'term' | 'everywhereMs' | 'proofs'>[],
  under: ReservedUnder,
): string[] {
  return recorded.flatMap(({ term: { number }, everywhereMs, proofs }) => {
    const proof = proofs[journal]
    if (proof === undefined) return []
    return [...under].flatMap(([term, { lastSeq, lastLentMs }]) => {
      if (term >= number) return []
      if ('acknowledgedAtSeq' in proof) {
        const { acknowledgedAtSeq: seq } = proof
        const after = `though term ${number} was acknowledged at entry ${seq}`
        return lastSeq > seq ? [`entry ${lastSeq} was reserved under term ${term}, ${after}`] : []
      }
      const after = `though term ${number} was in force everywhere since ${iso(everywhereMs)}`
      return lastLentMs > everywhereMs + CLOCK_SKEW_MAX_MS
        ? [`something was reserved under term ${term} at ${iso(lastLentMs)}, ${after}`]
        : []
    })
  })
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
