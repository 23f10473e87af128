import { ReadingCache, type TenantReadings } from '../classifier/cache.ts'
import { sha256Hex } from '../encoding/sha256.ts'
import { variable, type Env } from './env.ts'

/** What this isolate has read lately. Another version of the code runs in another isolate, with an empty cache. */
const cache = new ReadingCache()

/** Each tenant's own secret, made once. */
const tenants = new Map<string, TenantReadings>()
const TENANTS_MAX = 1000

/** What a tenant's texts said when they were read before; undefined if there is no key to keep tenants apart with. */
export function readingsFor(env: Env, tenant: string): TenantReadings | undefined {
  const key = variable(env, 'HASH_KEY')
  if (key === undefined) return undefined
  const name = `readings:${tenant}:${key}`
  const known = tenants.get(name)
  if (known !== undefined) return known
  const fresh = cache.for(sha256Hex(name))
  if (tenants.size >= TENANTS_MAX) tenants.clear()
  tenants.set(name, fresh)
  return fresh
}
