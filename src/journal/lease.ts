import * as z from 'zod'
import type { Lease } from './state.ts'

/** How long a journal may act on what it was told: counted by its own clock, from when it asked. */
export const LEASE_MS = 30_000
/** From when on a lease is renewed while it still holds. */
export const RENEW_MS = 10_000
/** No two clocks of an installation may differ by more than this at any time. Everything below rests on it. */
export const CLOCK_SKEW_MAX_MS = 1_000
/** So much longer the authority counts a lease: one clock may be behind when it begins and ahead when it ends. */
export const LEASE_MARGIN_MS = 2 * CLOCK_SKEW_MAX_MS

/** What is in force for a tenant, under a number that grows with every change of it. */
export const Term = z.strictObject({
  number: z.int(),
  /** Number of the activation, from 1; 0 before the first. */
  version: z.int(),
  policyHash: z.string().nullable(),
  keyEpoch: z.int(),
})
export type Term = z.infer<typeof Term>

/** What a journal holds: the newest term that it has heard of, and until when it may act on it. */
export type Held = Lease & { readonly term: number; readonly version: number }

/** A journal that starts knows the last term that it had heard of, if any, and may not act on it before it has asked. */
export const startWith = (term: Term | undefined): Held =>
  term === undefined
    ? { term: 0, version: 0, policyHash: null, keyEpoch: 0, untilMs: 0 }
    : { ...contentOf(term), untilMs: 0 }

/** The authority's answer. An old one that comes late neither brings back its term nor lengthens the lease. */
export function take(held: Held, term: Term, askedMs: number): Held {
  if (term.number < held.term) return held
  return { ...contentOf(term), untilMs: Math.max(held.untilMs, askedMs + LEASE_MS) }
}

/** The authority tells of a change. It counts at once, but lengthens nothing: nobody has asked. */
export const hear = (held: Held, term: Term): Held =>
  term.number <= held.term ? held : { ...contentOf(term), untilMs: held.untilMs }

export const termOf = ({ term, version, policyHash, keyEpoch }: Held): Term => ({
  number: term,
  version,
  policyHash,
  keyEpoch,
})

const contentOf = ({ number, version, policyHash, keyEpoch }: Term): Omit<Held, 'untilMs'> => ({
  term: number,
  version,
  policyHash,
  keyEpoch,
})
