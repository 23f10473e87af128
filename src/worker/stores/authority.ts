import { authorityOf, type Env } from '../env.ts'
import type { InForce, InForceDetails } from '../objects/authority.ts'
import { within } from '../within.ts'

/** Longer than the authority itself waits for D1 and the journals. */
const ANSWER_MS = 10_000

/**
 * Tells a tenant's authority that D1 has changed, and waits until the journals have heard of it, or a few seconds at most.
 * Undefined if it could not be told: it reads D1 before it lends anything again.
 */
export async function tellAuthority(env: Env, tenant: string): Promise<InForce | undefined> {
  try {
    return await within(ANSWER_MS, authorityOf(env, tenant).refresh())
  } catch {
    return undefined
  }
}

/** What a tenant's authority knows; undefined if it does not answer. */
export async function askAuthority(env: Env, tenant: string): Promise<InForceDetails | undefined> {
  try {
    return await within(ANSWER_MS, authorityOf(env, tenant).status())
  } catch {
    return undefined
  }
}
