import { err, ok, type Result } from '../domain/result.ts'
import type { Env } from './env.ts'
import { activate, activations, type PolicyChange } from './stores/policy.ts'

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
  | { readonly state: 'scheduled'; readonly atMs: number }

export type ActivationProblem =
  | 'unknown-release'
  /** Another policy than `base` is in force. */
  | 'base-moved'
  /** Where releases are signed: this one has no valid signature. Store it again. */
  | 'not-signed'

/** A journal that cannot be told goes by its lease until it runs out. */
const UNTOLD_MS = 30_000

/** Puts a stored release in force for a tenant, now or later. The one way to do it. */
export async function activatePolicy(
  env: Env,
  tenant: string,
  hash: string,
  { nowMs, change }: ActivationOrder,
): Promise<Result<Activated, ActivationProblem>> {
  const active = await activate(env, tenant, hash, nowMs, change)
  if (!active.ok) return err(active.error)
  const version = (await activations(env, tenant))[0]?.version ?? 1
  return ok(
    active.value.inForce
      ? { state: 'everywhere', version, everywhereSinceMs: Date.now() }
      : { state: 'pending', version, everywhereByMs: nowMs + UNTOLD_MS },
  )
}
