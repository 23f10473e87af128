import type { Pin } from '../domain/pin.ts'
import type { Usage, UsageSource } from '../domain/usage.ts'

/** A cap on one node of the budget tree, as the active policy sets it. */
export type BudgetCap = {
  readonly id: string
  /**
   * `tenant`, `team:search`, `app:bot` or `key:abc`, with `/closed` if only that class counts, and with the period before
   * it unless that is the calendar month: `2026-Q4 team:search/closed`.
   */
  readonly node: string
  /** Pico-dollars per period, as decimal text: RPC and SQLite carry no bigint. */
  readonly limitPicoUsd: string
  /** When the period ends. */
  readonly resetsAtMs: number
  /** What happens from a share of the cap on; absent if nothing does. */
  readonly steps?: readonly CapStep[]
}

/** From so many percent of posted spend on, only what fits the action is held. */
export type CapStep = { readonly atPercent: number; readonly action: CapAction }

export type CapAction =
  | 'notify'
  | 'basic-quality'
  | 'open-weights-only'
  | 'own-zone-only'
  | 'refuse'

/** Asks to hold money for one attempt. All plain data, so that it can cross to the object and be repeated safely. */
export type ReserveRequest = {
  /** Idempotency key: the same attempt asked twice is reserved once. */
  readonly attempt: string
  readonly decision: string
  readonly number: number
  readonly boundPicoUsd: string
  readonly expiresAtMs: number
  readonly nodes: readonly string[]
  readonly caps: readonly BudgetCap[]
  readonly period: string
  readonly policyHash: string
  readonly keyEpoch: number
  /** What is in force is read anew before the reservation, however young the lease is. */
  readonly isFresh: boolean
  readonly zone: 'own' | 'third-party'
  readonly isOpenWeights: boolean
  readonly isBasicQuality: boolean
  readonly key: string
  readonly limits: RateLimits
  /** How long to wait if only reservations in flight stand in the way. */
  readonly waitMs: number
  /** Estimated input tokens: what the tokens-a-minute limit counts before the provider's figure is known. */
  readonly inputTokens: number
  /** JSON of PostingFacts (entry.ts), and of the receipt on the first attempt. */
  readonly factsJson: string
  readonly receiptJson: string | null
  readonly bodyHash: string
  /** Absent if there was nothing to choose. Never written down. */
  readonly conversation?: ConversationChoice
}

/** Where an attempt goes, of all places that its conversation might. */
export type ConversationChoice = {
  /** Keyed hash of what names the conversation. */
  readonly id: string
  readonly destination: string
  readonly model: string
  /** The pin that was decided with, as `destination/model`; null if there was none. */
  readonly knows: string | null
  /** A pin that it does not know is to be told instead of an acknowledgement. */
  readonly asks: boolean
}

type RateLimits = {
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
  readonly concurrency: number | null
}

/** `superseded`: another attempt of the same request answered first, and this one was broken off. */
export type Outcome =
  | 'ok'
  | 'upstream-error'
  | 'cut-off'
  | 'client-gone'
  | 'superseded'
  | 'timeout'
  | 'never-sent'

/** Reports how an attempt ended. Safe to repeat. */
export type SettleRequest = {
  readonly attempt: string
  readonly atMs: number
  readonly outcome: Outcome
  /** Pico-dollars as text; null accrues the whole bound. Ignored for `never-sent`. */
  readonly costPicoUsd: string | null
  readonly usage: Usage | null
  readonly usageSource: UsageSource
  readonly finish: string | null
  readonly upstreamStatus: number | null
  readonly upstreamRequestId: string | null
  readonly serviceTier: string | null
  readonly modelServed: string | null
}

/** Reports a decision that sent nothing. */
export type RefuseRequest = {
  readonly decision: string
  readonly atMs: number
  readonly team: string
  readonly app: string
  readonly key: string
  readonly surface: string
  readonly code: string
  readonly rule: string | null
  readonly receiptJson: string | null
  /** Of the key: the policy may look at it. */
  readonly purpose?: string
}

/** One call to the journal: what ended since the last one, and what wants to start. */
export type CommitRequest = {
  readonly settlements: readonly SettleRequest[]
  readonly refusals: readonly RefuseRequest[]
  readonly reserve: ReserveRequest | null
}

export type Acknowledgement = {
  readonly status: 'reserved'
  readonly attempt: string
  readonly seq: number
}

/** Why money is not held. `policy_stale` and `key_stale` name what is in force, so that the caller can assess again. */
export type ReserveRefusal =
  | { readonly status: 'policy_stale'; readonly policyHash: string | null }
  | { readonly status: 'key_stale'; readonly keyEpoch: number }
  | { readonly status: 'no_lease' }
  /** The conversation was answered elsewhere: decide again with that in mind. */
  | { readonly status: 'pinned_elsewhere'; readonly pin: Pin }
  | {
      readonly status: 'budget_exhausted'
      readonly budget: string
      readonly leftPicoUsd: string
      readonly resetsAtMs: number
    }
  /** Enough of a budget is spent that only some kinds of attempts are held. */
  | {
      readonly status: 'budget_restricted'
      readonly budget: string
      readonly action: CapAction
      readonly atPercent: number
      readonly resetsAtMs: number
    }
  | { readonly status: 'budget_busy'; readonly budget: string }
  | { readonly status: 'rate_limited'; readonly limit: string; readonly retryAfterS: number }
  /** The attempt has already been closed: it must not be sent again. */
  | { readonly status: 'closed' }

export type CommitReply = Acknowledgement | ReserveRefusal | { readonly status: 'noted' }

/** Where a journal stands: what a ledger must agree with. */
export type JournalStatus = {
  readonly head: number
  readonly headHash: string
  readonly postedPicoUsd: string
  readonly drained: number
}
