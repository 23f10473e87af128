import * as z from 'zod'
import { DEFAULT_RETENTION } from '../../policy/retention-default.ts'
import { Retention, type LegalHold } from '../../policy/retention.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

const EVENT = `INSERT INTO retention_event (tenant, kind, at_ms, by, detail) VALUES (?1, ?2, ?3, ?4, ?5)`

export type RetentionEventKind = 'set' | 'hold' | 'release' | 'erase' | 'nightly'

/** A statement that writes down what was done about retention. */
export const retentionEvent = (
  env: Database,
  tenant: string,
  kind: RetentionEventKind,
  { by, nowMs, detail }: { readonly by: string; readonly nowMs: number; readonly detail: unknown },
): D1PreparedStatement =>
  env.DB.prepare(EVENT).bind(tenant, kind, nowMs, by, JSON.stringify(detail))

type Known = { readonly retention: Retention; readonly untilMs: number }
const known = new Map<string, Known>()
const KNOWN_MAX = 1_000
const KNOWN_MS = 60_000

/** How a tenant keeps records, as of at most a minute ago. */
export async function retentionOf(
  env: Database,
  tenant: string,
  nowMs: number,
): Promise<Retention> {
  const before = known.get(tenant)
  if (before !== undefined && nowMs < before.untilMs) return before.retention
  const detail = await env.DB.prepare(
    `SELECT detail FROM retention_event WHERE tenant = ?1 AND kind = 'set' ORDER BY id DESC LIMIT 1`,
  )
    .bind(tenant)
    .first('detail')
  const retention =
    typeof detail === 'string' ? Retention.parse(JSON.parse(detail)) : DEFAULT_RETENTION
  if (known.size >= KNOWN_MAX) known.clear()
  known.set(tenant, { retention, untilMs: nowMs + KNOWN_MS })
  return retention
}

/** Puts another retention policy in force: here at once, in other isolates within a minute. */
export async function setRetention(
  env: Database,
  tenant: string,
  retention: Retention,
  by: string,
  nowMs: number,
): Promise<void> {
  await retentionEvent(env, tenant, 'set', { by, nowMs, detail: retention }).run()
  known.delete(tenant)
}

const HoldRow = z.object({
  id: z.int(),
  app: z.string().nullable(),
  from_day: z.string().nullable(),
  to_day: z.string().nullable(),
  reason: z.string(),
  set_by: z.string(),
  set_ms: z.int(),
})

/** A hold that has not been released. */
export type OpenHold = LegalHold & {
  readonly reason: string
  readonly by: string
  readonly since: string
}

export async function openHolds(env: Database, tenant: string): Promise<readonly OpenHold[]> {
  const { results } = await env.DB.prepare(
    `SELECT id, app, from_day, to_day, reason, set_by, set_ms FROM legal_hold
     WHERE tenant = ?1 AND released_ms IS NULL ORDER BY id`,
  )
    .bind(tenant)
    .all()
  return results.map((result) => {
    const { id, app, from_day: from, to_day: to, reason, set_by, set_ms } = HoldRow.parse(result)
    return { id, app, from, to, reason, by: set_by, since: new Date(set_ms).toISOString() }
  })
}

/** Forbids deleting anything that an app (null: any) recorded on some days, whatever its age and whoever asks. */
export async function setHold(
  env: Database,
  tenant: string,
  hold: Omit<LegalHold, 'id'> & { readonly reason: string },
  by: string,
  nowMs: number,
): Promise<number> {
  const { app, from, to, reason } = hold
  const [inserted] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO legal_hold (tenant, app, from_day, to_day, reason, set_by, set_ms)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id`,
    ).bind(tenant, app, from, to, reason, by, nowMs),
    retentionEvent(env, tenant, 'hold', { by, nowMs, detail: hold }),
  ])
  return z.object({ id: z.int() }).parse(inserted?.results[0]).id
}

/** Ends a hold; false if there is no such one that is open. */
export async function releaseHold(
  env: Database,
  tenant: string,
  id: number,
  { by, because, nowMs }: { readonly by: string; readonly because: string; readonly nowMs: number },
): Promise<boolean> {
  const { results } = await env.DB.prepare(
    `UPDATE legal_hold SET released_by = ?3, released_ms = ?4, released_because = ?5
     WHERE tenant = ?1 AND id = ?2 AND released_ms IS NULL RETURNING id`,
  )
    .bind(tenant, id, by, nowMs, because)
    .all()
  if (results.length === 0) return false
  const detail = { hold: id, because }
  await retentionEvent(env, tenant, 'release', { by, nowMs, detail }).run()
  return true
}
