import type { DeclaredLabel } from '../domain/caller.ts'
import type { BudgetAction } from '../domain/catalog.ts'
import type { Feature } from '../domain/features.ts'
import type { DialectName, Quality } from '../domain/request.ts'
import type { Compiled } from './compile.ts'

/** What the router needs to know of a destination's adapter; a `Destination` of `src/destinations` is one. */
export type Adapter = {
  readonly unsupported: readonly Feature[]
  /** The same for clients whose own dialect it speaks. */
  readonly speaks?: Readonly<
    Partial<Record<DialectName, { readonly unsupported: readonly Feature[] }>>
  >
  readonly acceptsModel: (upstreamModel: string) => boolean
}

/** `cooling`: its circuit breaker is open; `unconfigured`: nobody has said how to reach it. */
export type Availability = 'ready' | 'cooling' | 'unconfigured'

/** Everything outside of the request that a decision depends on. */
export type World = {
  readonly policy: Compiled
  /** By the name that `destinations[].adapter` has in the catalogue. */
  readonly adapters: Readonly<Record<string, Adapter>>
  readonly availability: (destination: string) => Availability
  /** Safe mode: nobody vouches that the policy is the current one, so only zone `own` is used. */
  readonly ownZoneOnly: boolean
  /** What budgets on the caller's path allow no longer, because so much of them is spent. */
  readonly restrictions?: readonly Restriction[]
  readonly nowMs: number
}

/** A budget of which so much is spent that only some ways of serving are left. */
export type Restriction = { readonly budget: string; readonly action: BudgetAction }

/** What a request says in its headers about how it wants to be served. */
export type Wishes = {
  readonly label: DeclaredLabel | undefined
  readonly quality: Quality | undefined
  readonly maxCostPicoUsd: bigint | undefined
  readonly strict: boolean
}
