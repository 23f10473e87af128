import { daysLeft, expiriesOf, type Expiry } from '../policy/facts.ts'
import type { Env } from './env.ts'
import { notify } from './notify.ts'
import { alarm } from './observability/log.ts'
import { inForceFor } from './world.ts'

/** So many days before a fact about a destination expires people are told: from then on requests that rest on it are refused. */
const DAYS = [1, 3, 14, 30] as const

/** Warns of facts that expire soon, once for each of DAYS, by the webhook and in the log. */
export async function warnOfExpiries(env: Env, tenant: string, nowMs: number): Promise<void> {
  const inForce = await inForceFor(env, tenant)
  const expiries = [...(inForce?.reach.values() ?? [])].flatMap(({ entry }) => expiriesOf(entry))
  for (const expiry of expiries) {
    const left = daysLeft(expiry, nowMs)
    const step = DAYS.find((days) => left <= days)
    if (step !== undefined) await warn(env, tenant, expiry, left, step, nowMs)
  }
}

async function warn(
  env: Env,
  tenant: string,
  { destination, fact, expires }: Expiry,
  left: number,
  step: number,
  nowMs: number,
): Promise<void> {
  const name = `expiry ${destination} ${fact} ${expires} ${step}`
  const known = await env.DB.prepare('SELECT 1 FROM told WHERE tenant = ?1 AND name = ?2')
    .bind(tenant, name)
    .first()
  if (known !== null) return
  const facts = { tenant, destination, fact, expires, daysLeft: left }
  if (!(await notify(env, { type: 'fact.expires', ...facts }))) return
  alarm('a fact about a destination expires', facts)
  await env.DB.prepare(
    'INSERT INTO told (tenant, name, told_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
  )
    .bind(tenant, name, nowMs)
    .run()
}
