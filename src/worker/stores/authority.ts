import { authorityOf, type Env } from '../env.ts'
import type { InForce } from '../objects/authority.ts'

/**
 * Tells a tenant's authority that D1 has changed, and waits until the journals have heard of it, or a few seconds at most.
 * Undefined if it could not be told: it reads D1 before it lends anything again.
 */
export async function tellAuthority(env: Env, tenant: string): Promise<InForce | undefined> {
  try {
    return await authorityOf(env, tenant).refresh()
  } catch {
    return undefined
  }
}
