import type { BudgetAction } from '../domain/catalog.ts'
import type { Pin } from '../domain/pin.ts'
import type { Attempt } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { ReserveRefusal } from '../journal/messages.ts'

/** What was decided is out of date: decide again. */
export type Stale =
  | { readonly code: 'policy_stale'; readonly policyHash: string | null }
  | { readonly code: 'key_stale' }
  /** A budget has come so far that only some ways of serving are left. */
  | {
      readonly code: 'budget_step'
      readonly budget: string
      readonly action: BudgetAction
      readonly resetsAtMs: number
    }
  /** Another isolate was answered elsewhere in this conversation. */
  | { readonly code: 'pinned_elsewhere'; readonly pin: Pin }
  /** Nobody vouches for the policy at the moment: only zone `own` may be used. */
  | { readonly code: 'no_lease' }

const STALE: ReadonlySet<string> = new Set<Stale['code']>([
  'policy_stale',
  'key_stale',
  'budget_step',
  'pinned_elsewhere',
  'no_lease',
])
export const isStale = (refusal: Refusal | Stale): refusal is Stale => STALE.has(refusal.code)

/** What the journal's refusal means for the caller. */
export function refusalOf(
  refused: ReserveRefusal | { readonly status: 'unavailable' },
  attempt: Attempt,
): Refusal | Stale {
  switch (refused.status) {
    case 'policy_stale':
      return { code: 'policy_stale', policyHash: refused.policyHash }
    case 'key_stale':
      return { code: 'key_stale' }
    case 'no_lease':
      return { code: 'no_lease' }
    case 'pinned_elsewhere':
      return { code: 'pinned_elsewhere', pin: refused.pin }
    case 'budget_exhausted':
      return {
        code: 'budget_exhausted',
        budget: refused.budget,
        leftPicoUsd: BigInt(refused.leftPicoUsd),
        boundPicoUsd: attempt.boundPicoUsd,
        resetsAtMs: refused.resetsAtMs,
      }
    case 'budget_restricted': {
      const { budget, action, resetsAtMs } = refused
      return { code: 'budget_step', budget, action, resetsAtMs }
    }
    case 'budget_busy':
      return { code: 'budget_busy', budget: refused.budget, retryAfterS: 2 }
    case 'rate_limited':
      return { code: 'rate_limited', limit: refused.limit, retryAfterS: refused.retryAfterS }
    case 'closed':
    case 'unavailable':
      return { code: 'journal_unavailable' }
  }
}
