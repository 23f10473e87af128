import type { Finding, Unscanned } from './finding.ts'
import type { Label } from './label.ts'
import type { Pinned } from './pin.ts'
import type { Seen } from './seen.ts'

/** `raw` sends what came; `redacted` sends it with the kinds replaced that the obligations name. */
export type Form = 'raw' | 'redacted'

/** One permitted way to serve a request. */
export type Attempt = {
  readonly destination: string
  /** Our id of the model, as in `policies/models.yaml`. */
  readonly model: string
  /** The id that the destination knows it by. */
  readonly upstreamModel: string
  readonly form: Form
  /** Upper bound of the cost in pico-dollars: what is reserved. */
  readonly boundPicoUsd: bigint
  /** The output limit that the bound assumes, in tokens per choice. */
  readonly outputTokensMax: number
  /** Which price the bound and the cost are computed with. */
  readonly priceVersion: string
  /** Names of request fields that this destination cannot express. */
  readonly unsupported: readonly string[]
}

/** What must be done with a request besides routing it: the strictest of all obligations that match. */
export type Obligations = {
  /** Kinds to replace before sending; empty for none. */
  readonly redact: readonly string[]
  /** `mask` leaves nothing that could be told apart or put back; means nothing if `redact` is empty. */
  readonly redactBy: 'pseudonymise' | 'mask'
  readonly logLevel: 'full' | 'minimal'
  readonly maxCostPicoUsd: bigint | undefined
  /** `none`: nothing may keep it in a cache that outlives the request. Third parties that were asked to are already removed. */
  readonly cache: 'allowed' | 'none'
  /** `human`: a person looks at the answer before it is used. */
  readonly review: 'none' | 'human'
  /** `strict`: the policy authority is asked before each attempt, whatever its lease says. */
  readonly fresh: 'lease' | 'strict'
  /** Ids of the rules they come from. */
  readonly sources: readonly string[]
}

/** Why a candidate is not in the plan: the guardrail's id, or one of our own reasons. */
export type Removal = {
  readonly destination: string
  readonly model?: string
  readonly by: string
}

/** Everything that explains a decision; holds kinds and pointers, never text. */
export type Receipt = {
  readonly label: Label
  /** At most 32 findings, the most sensitive first; `findingCount` says how many there were. */
  readonly evidence: readonly Evidence[]
  readonly findingCount: number
  readonly unscanned: readonly Unscanned[]
  readonly policyHash: string
  /** What the client asked for, if it is a model, alias or destination that we know; else `unknown`. */
  readonly requestedModel: string
  readonly guardrails: readonly string[]
  /** Guardrails in simulation that would have removed something. */
  readonly simulated?: readonly string[]
  /** Waivers that lifted something. */
  readonly waivers?: readonly string[]
  readonly removed: readonly Removal[]
  readonly route: string
  readonly obligations: readonly string[]
  readonly attempts: readonly ReceiptAttempt[]
  /** What became of the place where the conversation was answered before; absent if there is none. */
  readonly pinned?: Pinned
  /** With this the decision can be taken again; absent in receipts of before it was kept. */
  readonly seen?: Seen
}

export type Evidence = Pick<Finding, 'kind' | 'path' | 'start' | 'end' | 'confidence'>

type ReceiptAttempt = {
  readonly destination: string
  readonly model: string
  readonly form: Form
  readonly boundPicoUsd: string
}

/** When the next attempts of a plan may be made before the first has failed: see `docs/routing.md`. */
export type Hedge = {
  /** How long no answer has begun. */
  readonly afterMs: number
  /** Attempts under way at the same time. */
  readonly maxAttempts: number
}

/** Attempts in the order in which they may be tried. Same facts, same plan. */
export type Plan = {
  readonly attempts: readonly [Attempt, ...Attempt[]]
  readonly obligations: Obligations
  /** Absent: one attempt at a time. */
  readonly hedge?: Hedge | undefined
  readonly receipt: Receipt
}
