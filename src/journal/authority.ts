import * as z from 'zod'
import { LEASE_MARGIN_MS, LEASE_MS, Term } from './lease.ts'

/** Leases are given only on a reading of the record that is at most this old. */
export const CONFIRM_MS = 10_000
/** A journal that has not asked for so long is forgotten. */
const FORGET_MS = 24 * 3600 * 1000
/** Changes that wait for journals at a time. Of more, the oldest count as in force when the next ones do. */
const PENDING_MAX = 100

/** Why a journal cannot act under an older term any more. */
const Proof = z.union([
  /** It has said so, and at that time its last entry had this number: all later ones are under the new term. */
  z.strictObject({ acknowledgedAtSeq: z.int() }),
  /** It has not, and what it had been lent before the change ran out then. */
  z.strictObject({ expiredMs: z.int() }),
])
export type Proof = z.infer<typeof Proof>

const Change = {
  term: Term,
  /** When the authority took note of it. */
  sinceMs: z.int(),
  proofs: z.record(z.string(), Proof),
}

const Pending = z.strictObject({
  ...Change,
  /** The latest of what is proved so far. */
  provedMs: z.int(),
  /** Journals that may still act under an older term, and until when. */
  waits: z.record(z.string(), z.int()),
})
type Pending = z.infer<typeof Pending>

/** A change that is in force everywhere since then. */
export const Settled = z.strictObject({ ...Change, everywhereMs: z.int() })
export type Settled = z.infer<typeof Settled>

/** Since when something is in force, and since when everywhere. */
const Standing = z.strictObject({
  /** Number of the first term with it. */
  term: z.int(),
  sinceMs: z.int(),
  everywhereMs: z.int().nullable(),
})
export type Standing = z.infer<typeof Standing>

/** What the authority of a tenant knows. All of it is stored before anybody hears of it. */
export const AuthorityState = z.strictObject({
  term: Term,
  policy: Standing,
  keys: Standing,
  /** When the record was last read, by the start of the reading. */
  readMs: z.int(),
  /** Until when each journal may act, at the latest. */
  journals: z.record(z.string(), z.int()),
  /** The oldest first. */
  pending: z.array(Pending),
  /** In force everywhere, and not yet on record. */
  settled: z.array(Settled),
})
export type AuthorityState = z.infer<typeof AuthorityState>

/** What the record says is in force. */
export type Recorded = Omit<Term, 'number'>

const UNKNOWN: Standing = { term: 0, sinceMs: 0, everywhereMs: null }

export const newAuthority = (): AuthorityState => ({
  term: { number: 0, version: 0, policyHash: null, keyEpoch: 0 },
  policy: UNKNOWN,
  keys: UNKNOWN,
  readMs: 0,
  journals: {},
  pending: [],
  settled: [],
})

/**
 * Takes note of what the record says. Readings must not overlap: then the last one is the newest. Whatever differs makes
 * a new term, also if the record was set back.
 */
export function learn(
  state: AuthorityState,
  recorded: Recorded,
  askedMs: number,
  nowMs: number,
): AuthorityState {
  const read = { ...state, readMs: askedMs }
  const { version, policyHash, keyEpoch } = recorded
  const isSamePolicy = state.term.version === version && state.term.policyHash === policyHash
  const areSameKeys = state.term.keyEpoch === keyEpoch
  if (state.term.number > 0 && isSamePolicy && areSameKeys) return read
  const number = state.term.number + 1
  const term: Term = { number, version, policyHash, keyEpoch }
  const standing: Standing = { term: number, sinceMs: nowMs, everywhereMs: null }
  const lent = Object.entries(state.journals).filter(([, untilMs]) => untilMs >= nowMs)
  const pending: Pending = {
    term,
    sinceMs: nowMs,
    provedMs: nowMs,
    waits: Object.fromEntries(lent),
    proofs: {},
  }
  return settle({
    ...read,
    term,
    policy: isSamePolicy && number > 1 ? state.policy : standing,
    keys: areSameKeys && number > 1 ? state.keys : standing,
    pending: [...state.pending, pending].slice(-PENDING_MAX),
  })
}

/** Whether the record was read recently enough to vouch for it. */
export const isConfirmed = ({ readMs }: AuthorityState, nowMs: number): boolean =>
  Math.abs(nowMs - readMs) <= CONFIRM_MS

/**
 * Lends a journal the right to act on the current term. The journal counts from when it asked, which was before now; so
 * what is noted here is never too early.
 */
export function grant(state: AuthorityState, journal: string, nowMs: number): AuthorityState {
  const known = Object.entries(state.journals).filter(([, untilMs]) => untilMs + FORGET_MS > nowMs)
  const before = state.journals[journal] ?? 0
  const untilMs = Math.max(before, nowMs + LEASE_MS + LEASE_MARGIN_MS)
  return { ...state, journals: { ...Object.fromEntries(known), [journal]: untilMs } }
}

/** A journal says that it has heard of a term. It never acts under an older one again, not even after a restart. */
export function acknowledge(
  state: AuthorityState,
  journal: string,
  { term, headSeq }: { readonly term: number; readonly headSeq: number },
  nowMs: number,
): AuthorityState {
  return settle(
    resolve(state, (name, _untilMs, pending) =>
      name === journal && pending.term.number <= term
        ? { atMs: nowMs, proof: { acknowledgedAtSeq: headSeq } }
        : undefined,
    ),
  )
}

/** Time has passed: whoever has not acknowledged may have nothing left that it could act on. */
export function pass(state: AuthorityState, nowMs: number): AuthorityState {
  return settle(
    resolve(state, (_name, untilMs) =>
      untilMs < nowMs ? { atMs: untilMs, proof: { expiredMs: untilMs } } : undefined,
    ),
  )
}

/** The journals that still have to be told of the current term. */
export const untold = ({ pending }: AuthorityState): string[] => [
  ...new Set(pending.flatMap(({ waits }) => Object.keys(waits))),
]

/** When time alone proves something next; undefined if nothing waits. */
export function nextMs({ pending }: AuthorityState): number | undefined {
  const waits = pending.flatMap((each) => Object.values(each.waits))
  return waits.length === 0 ? undefined : Math.min(...waits) + 1
}

/** By when the current term is in force everywhere, at the latest. */
export const everywhereByMs = ({ pending }: AuthorityState, nowMs: number): number =>
  Math.max(nowMs, ...pending.flatMap((each) => Object.values(each.waits)))

type Judge = (
  journal: string,
  untilMs: number,
  pending: Pending,
) => { readonly atMs: number; readonly proof: Proof } | undefined

function resolve(state: AuthorityState, judge: Judge): AuthorityState {
  const pending = state.pending.map((each) => {
    const waits: Record<string, number> = {}
    const proofs = { ...each.proofs }
    let { provedMs } = each
    for (const [journal, untilMs] of Object.entries(each.waits)) {
      const found = judge(journal, untilMs, each)
      if (found === undefined) waits[journal] = untilMs
      else {
        proofs[journal] = found.proof
        provedMs = Math.max(provedMs, found.atMs)
      }
    }
    return { ...each, waits, proofs, provedMs }
  })
  return { ...state, pending }
}

const isDone = ({ waits }: Pending): boolean => Object.keys(waits).length === 0

/** Moves what nobody is waited for any more to what is in force everywhere. */
function settle(state: AuthorityState): AuthorityState {
  const done = state.pending.filter(isDone).map(({ term, sinceMs, proofs, provedMs }) => ({
    term,
    sinceMs,
    proofs,
    everywhereMs: provedMs,
  }))
  if (done.length === 0) return state
  return {
    ...state,
    pending: state.pending.filter((each) => !isDone(each)),
    settled: [...state.settled, ...done],
    policy: since(state.policy, done),
    keys: since(state.keys, done),
  }
}

/** What is in force with a term is so no later than any term after it. */
function since(standing: Standing, done: readonly Settled[]): Standing {
  if (standing.everywhereMs !== null) return standing
  const times = done
    .filter(({ term }) => term.number >= standing.term)
    .map(({ everywhereMs }) => everywhereMs)
  return times.length === 0 ? standing : { ...standing, everywhereMs: Math.min(...times) }
}
