import { ReadingCache, type TenantReadings } from '../classifier/cache.ts'
import { sha256Hex } from '../encoding/sha256.ts'
import { variable, type Env } from './env.ts'

/** What this isolate has read lately. Another version of the code runs in another isolate, with an empty cache. */
const cache = new ReadingCache()

/** What a tenant's texts said when they were read before; undefined if there is no key to keep tenants apart with. */
export function readingsFor(env: Env, tenant: string): TenantReadings | undefined {
  const key = variable(env, 'HASH_KEY')
  return key === undefined ? undefined : cache.for(sha256Hex(`readings:${tenant}:${key}`))
}
