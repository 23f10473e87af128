import type { BudgetAction } from './catalog.ts'
import type { Receipt } from './plan.ts'

/** Every way in which we say no. `worker/to-http.ts` is the one place that turns them into HTTP. */
export type Refusal =
  | { readonly code: 'unauthenticated' }
  | {
      readonly code: 'invalid_request'
      /** Name of the field, or a JSON Pointer; null if the whole body is meant. */
      readonly param: string | null
      /** What is wrong and what is accepted. Never holds the client's text. */
      readonly message: string
    }
  | { readonly code: 'body_too_large'; readonly limitBytes: number }
  | { readonly code: 'media_type_unsupported' }
  | { readonly code: 'not_found'; readonly message: string }
  | { readonly code: 'model_unknown' }
  | { readonly code: 'model_not_allowed' }
  /** No destination can do what is asked (context, tools, vision, strict), whatever the policy says. */
  | {
      readonly code: 'cannot_serve'
      readonly param: string | null
      readonly reason: string
      readonly receipt: Receipt
    }
  | { readonly code: 'policy_forbids'; readonly rule: string; readonly receipt: Receipt }
  /** No price, or nothing bounds the cost: without a bound nothing is sent. */
  | { readonly code: 'price_unknown'; readonly receipt: Receipt }
  | { readonly code: 'cost_over_limit'; readonly limit: string; readonly receipt: Receipt }
  /** Posted spend has used the budget up. */
  | {
      readonly code: 'budget_exhausted'
      readonly budget: string
      readonly leftPicoUsd: bigint
      readonly boundPicoUsd: bigint
      readonly resetsAtMs: number
    }
  /** So much of a budget is spent that it allows only some ways of serving, and none of them is left. */
  | {
      readonly code: 'budget_restricted'
      readonly budget: string
      readonly action: BudgetAction
      readonly receipt: Receipt
    }
  /** Only reservations in flight stand in the way. */
  | { readonly code: 'budget_busy'; readonly budget: string; readonly retryAfterS: number }
  | { readonly code: 'rate_limited'; readonly limit: string; readonly retryAfterS: number }
  /** No configured, healthy destination is left of those that are permitted. */
  | { readonly code: 'no_destination'; readonly retryAfterS: number; readonly receipt?: Receipt }
  | { readonly code: 'journal_unavailable' }
  | { readonly code: 'policy_unavailable'; readonly receipt?: Receipt }
  /** A variable or secret of the Worker is missing. */
  | { readonly code: 'misconfigured'; readonly what: string }
  | {
      readonly code: 'upstream_failed'
      readonly destination: string
      readonly reason: UpstreamFailure
      /** The upstream's HTTP status, if it answered. */
      readonly status: number | undefined
    }

export type UpstreamFailure =
  | 'unreachable'
  | 'timeout'
  | 'redirected'
  | 'malformed-reply'
  | 'cut-off'
  | 'error-reply'
