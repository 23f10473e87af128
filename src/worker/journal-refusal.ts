import type { Attempt } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { ReserveRefusal } from '../journal/messages.ts'
import { monthEndMs } from './reserve-request.ts'

/** What was decided is out of date: decide again. */
export type Stale =
  | { readonly code: 'policy_stale'; readonly policyHash: string | null }
  | { readonly code: 'key_stale' }
  /** Nobody vouches for the policy at the moment: only zone `own` may be used. */
  | { readonly code: 'no_lease' }

export const isStale = (refusal: Refusal | Stale): refusal is Stale =>
  refusal.code === 'policy_stale' || refusal.code === 'key_stale' || refusal.code === 'no_lease'

/** What the journal's refusal means for the caller. */
export function refusalOf(
  refused: ReserveRefusal | { readonly status: 'unavailable' },
  attempt: Attempt,
  nowMs: number,
): Refusal | Stale {
  switch (refused.status) {
    case 'policy_stale':
      return { code: 'policy_stale', policyHash: refused.policyHash }
    case 'key_stale':
      return { code: 'key_stale' }
    case 'no_lease':
      return { code: 'no_lease' }
    case 'budget_exhausted':
      return {
        code: 'budget_exhausted',
        budget: refused.budget,
        leftPicoUsd: BigInt(refused.leftPicoUsd),
        boundPicoUsd: attempt.boundPicoUsd,
        resetsAtMs: monthEndMs(nowMs),
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
