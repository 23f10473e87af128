import { err, ok, type Result } from '../domain/result.ts'
import { CONFIRM_MS } from '../journal/authority.ts'
import { LEASE_MARGIN_MS, LEASE_MS } from '../journal/lease.ts'
import { authorityOf, type Env } from './env.ts'
import { recordActivation, type PolicyChange } from './stores/activations.ts'
import { tellAuthority } from './stores/authority.ts'
import { checkRelease } from './stores/policy.ts'

export type ActivationOrder = {
  /** Who puts it in force: `Actor.id`. */
  readonly by: string
  readonly nowMs: number
  /** When it comes into force; at once if it is absent or past. */
  readonly atMs?: number
  /** What it means beside the policy before it. */
  readonly change?: PolicyChange
  /** The hash that must be in force when this one replaces it (null: none); whatever is in force if absent. */
  readonly base?: string | null
}

/** How far an activation has come. Versions of a tenant are numbered from 1. */
export type Activated =
  /** No journal acts under another policy any more, since then. */
  | { readonly state: 'everywhere'; readonly version: number; readonly everywhereSinceMs: number }
  /** On record, and in force wherever a journal has acknowledged; everywhere by then at the latest. */
  | { readonly state: 'pending'; readonly version: number; readonly everywhereByMs: number }
  /** `cancelActivation` takes the order. */
  | { readonly state: 'scheduled'; readonly atMs: number; readonly order: string }

export type ActivationProblem =
  | 'unknown-release'
  /** Another policy than `base` is in force. */
  | 'base-moved'
  /** Releases are signed here, and this one has no valid signature: store it again. */
  | 'not-signed'

/** If nobody can be told: D1 is read before a lease, and a lease runs out. */
const UNTOLD_MS = CONFIRM_MS + LEASE_MS + LEASE_MARGIN_MS

/**
 * Puts a stored release in force for a tenant, now or later. The one way to do it.
 *
 * @throws if D1, or for an activation at a later time the policy authority, cannot be reached: nothing was changed then.
 */
export async function activatePolicy(
  env: Env,
  tenant: string,
  hash: string,
  { by, nowMs, atMs, base, change = 'unknown' }: ActivationOrder,
): Promise<Result<Activated, ActivationProblem>> {
  const usable = await checkRelease(env, hash)
  if (!usable.ok) return usable
  const order = crypto.randomUUID()
  if (atMs !== undefined && atMs > nowMs) {
    const plan = { order, hash, by, change, atMs, problem: null }
    await authorityOf(env, tenant).plan(base === undefined ? plan : { ...plan, base })
    return ok({ state: 'scheduled', atMs, order })
  }
  const done = await recordActivation(env, tenant, { order, hash, by, change, base }, nowMs)
  if (!done.ok) return err(done.error)
  const version = done.value
  const inForce = await tellAuthority(env, tenant)
  if (inForce === undefined) {
    return ok({ state: 'pending', version, everywhereByMs: nowMs + UNTOLD_MS })
  }
  const { everywhereMs } = inForce.policy
  return ok(
    everywhereMs === null
      ? { state: 'pending', version, everywhereByMs: inForce.everywhereByMs }
      : { state: 'everywhere', version, everywhereSinceMs: everywhereMs },
  )
}

/** Gives up an activation that is planned; false if there is none of this order any more. */
export async function cancelActivation(env: Env, tenant: string, order: string): Promise<boolean> {
  return await authorityOf(env, tenant).cancel(order)
}
