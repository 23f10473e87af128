import * as z from 'zod'
import { breakerOf, type Env } from './env.ts'
import { alarm } from './observability/log.ts'
import { lookAt } from './upstream.ts'
import { inForceFor, type Reach } from './world.ts'

/** One answer that was lost is not yet an outage. */
const LOOKS_MAX = 2
const PAUSE_MS = 1_000

/**
 * Looks at the health path of every destination on own hardware that some tenant's policy names, and tells its circuit
 * breaker: whatever is down is left alone before a request finds out, and whatever is back is used again at once. Never throws.
 */
export async function probeOwn(env: Env, nowMs: number): Promise<void> {
  try {
    const { results } = await env.DB.prepare('SELECT id FROM tenant ORDER BY id').all()
    const own = new Map<string, Reach>()
    for (const row of results) {
      const inForce = await inForceFor(env, TenantRow.parse(row).id)
      for (const [id, reach] of inForce?.reach ?? []) {
        if (reach.zoneAt(nowMs) === 'own') own.set(id, reach)
      }
    }
    await Promise.all([...own].map(([id, reach]) => probe(env, id, reach)))
  } catch {
    alarm('destinations on own hardware were not looked at')
  }
}

const TenantRow = z.object({ id: z.string() })

async function probe(env: Env, id: string, reach: Reach): Promise<void> {
  const isHealthy = await look(env, reach)
  if (isHealthy === undefined) return
  try {
    const { phase } = await breakerOf(env, id).health(isHealthy)
    if (!isHealthy) alarm('a destination on own hardware is down', { id, breaker: phase.type })
  } catch {
    alarm('a circuit breaker cannot be reached', { id })
  }
}

/** Undefined if there is nothing to look at, or if what is there does not say. */
async function look(env: Env, { connection, destination }: Reach): Promise<boolean | undefined> {
  if (connection === undefined || destination.healthPath === undefined) return undefined
  const url = connection.url.replace(/\/v1$/, '') + destination.healthPath
  const headers = Object.fromEntries(
    Object.entries(connection.headers).filter(([name]) => name !== 'content-type'),
  )
  for (let looked = 1; ; looked++) {
    const status = await lookAt(env, url, headers, connection.via)
    if (status !== undefined && status < 300) return true
    // Somebody is there who does not know the path, or asks for more than we have: requests will show.
    if (status !== undefined && status >= 400 && status < 500) return undefined
    if (looked >= LOOKS_MAX) return false
    await scheduler.wait(PAUSE_MS)
  }
}
