/** Raised when what a journal stores changes, so that one written by other code is never mistaken for an empty one. */
export const JOURNAL_VERSION = '2'

/** Money of one node of the budget tree in one period, in pico-dollars. */
export type Balance = { readonly posted: bigint; readonly held: bigint }

/** A reservation that nothing has closed yet, or that expired and may still be corrected. */
export type Reservation = {
  readonly attempt: string
  readonly decision: string
  readonly seq: number
  readonly heldPicoUsd: bigint
  readonly expiresAtMs: number
  readonly nodes: readonly string[]
  readonly period: string
  readonly key: string
  readonly factsJson: string
  readonly state: 'open' | 'expired'
}

/** Requests and tokens of one key in one minute. */
type RateWindow = {
  readonly minute: number
  readonly requests: number
  readonly tokens: number
}

/** What is in force, and until when the journal may rely on it. */
export type Lease = {
  /** Which of the authority's terms (journal/lease) this is, and which version of the policy. */
  readonly term?: number
  readonly version?: number
  readonly policyHash: string | null
  readonly keyEpoch: number
  readonly untilMs: number
}

/**
 * What a journal knows. Only `apply` writes to it; all else reads. The maps are projections of the entries and can
 * be rebuilt from them.
 */
export type JournalState = {
  head: number
  /** Σ of the cost of all entries. */
  posted: bigint
  /** By `balanceKey`. */
  readonly balances: Map<string, Balance>
  /** By attempt. */
  readonly reservations: Map<string, Reservation>
  /** Open reservations of each key. */
  readonly concurrency: Map<string, number>
  readonly windows: Map<string, RateWindow>
}

export const emptyState = (): JournalState => ({
  head: 0,
  posted: 0n,
  balances: new Map(),
  reservations: new Map(),
  concurrency: new Map(),
  windows: new Map(),
})

/** Nodes count by the entry's month; one that counts by another period names it: `2026-Q4 team:search`. */
export const balanceKey = (period: string, node: string): string =>
  node.includes(' ') ? node : `${period} ${node}`

const NOTHING: Balance = { posted: 0n, held: 0n }

export const balanceOf = (state: JournalState, period: string, node: string): Balance =>
  state.balances.get(balanceKey(period, node)) ?? NOTHING

/** What one entry changes. */
export type Transition = {
  /** JSON of the entry without its sequence number, which `apply` puts first. */
  readonly fieldsJson: string
  readonly kind:
    | 'reserve'
    | 'settle'
    | 'expire'
    | 'reverse'
    | 'void'
    | 'refuse'
    | 'adjust'
    | 'policy'
  readonly decision: string
  readonly period: string
  readonly nodes: readonly string[]
  readonly postedDelta: bigint
  readonly heldDelta: bigint
  readonly opens?: Reservation
  /** The reservation that is closed, or kept as expired. */
  readonly closes?: Reservation
}
