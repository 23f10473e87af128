import * as z from 'zod'
import { DAY_MS } from '../../policy/facts.ts'
import { dueBefore, NEEDED, RECORD_CLASSES, type Retention } from '../../policy/retention.ts'
import type { Env } from '../env.ts'
import { eraseOld, heldSql } from './retention-erase.ts'
import { openHolds, retentionEvent, retentionOf, type OpenHold } from './retention.ts'

/** The hour (UTC) from which on the nightly job runs, once a day. */
const HOUR = 2

const ROLLUPS = ['rollup_day', 'rollup_owner', 'rollup_month', 'rollup_cost', 'rollup_choice']

/** A month is deleted as a whole: while any hold touches a day of it, it stays. */
const MONTH_HELD = `
  EXISTS (SELECT 1 FROM legal_hold h WHERE h.tenant = ?1 AND h.released_ms IS NULL
    AND (h.from_day IS NULL OR substr(h.from_day, 1, 7) <= period)
    AND (h.to_day IS NULL OR substr(h.to_day, 1, 7) >= period))`

/** What a night came to. */
export type Night = {
  /** Keys of personal detail that were destroyed. */
  readonly keys: number
  /** Rows of stored traffic that were deleted. */
  readonly traffic: number
  /** Rows of roll-ups that were deleted. */
  readonly rollups: number
}

/** Deletes what is over-age, once a day; undefined if it has been done today, or it is not night yet. */
export async function nightly(env: Env, tenant: string, nowMs: number): Promise<Night | undefined> {
  const startMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  if (new Date(nowMs).getUTCHours() < HOUR) return undefined
  const done = await env.DB.prepare(
    `SELECT 1 FROM retention_event WHERE tenant = ?1 AND kind = 'nightly' AND at_ms >= ?2 LIMIT 1`,
  )
    .bind(tenant, startMs)
    .first()
  return done === null ? await deleteOld(env, tenant, nowMs) : undefined
}

async function deleteOld(env: Env, tenant: string, nowMs: number): Promise<Night> {
  const { records } = await retentionOf(env, tenant, nowMs)
  const night = {
    keys: await eraseOld(env, tenant, nowMs),
    traffic: await deleteTraffic(env, tenant, dueBefore(records.traffic, nowMs)),
    rollups: await deleteRollups(env, tenant, dueBefore(records.rollups, nowMs)),
  }
  await retentionEvent(env, tenant, 'nightly', { by: 'nightly', nowMs, detail: night }).run()
  return night
}

/** Days of one night: a policy that keeps less than before has much to delete, and the next night goes on. */
const DAYS_MAX = 100

const TRAFFIC_HELD = heldSql('traffic_day.day', 'traffic_day.app')
const TRAFFIC = {
  oldest: `SELECT MIN(day) AS day FROM traffic_day WHERE tenant = ?1 AND day < ?2 AND NOT ${TRAFFIC_HELD}`,
  day: `DELETE FROM traffic_day WHERE tenant = ?1 AND day = ?2 AND NOT ${TRAFFIC_HELD}`,
  /** Of those that came last before the day; rows that are left there are held. */
  vectors: `
    DELETE FROM traffic_vector WHERE tenant = ?1 AND last_day < ?2
    AND hash NOT IN (SELECT vector FROM traffic_day WHERE tenant = ?1 AND day < ?2)`,
}

async function deleteTraffic(
  env: Env,
  tenant: string,
  before: string | undefined,
): Promise<number> {
  if (before === undefined) return 0
  let deleted = 0
  for (let days = 0; days < DAYS_MAX; days++) {
    const day = await env.DB.prepare(TRAFFIC.oldest).bind(tenant, before).first('day')
    if (typeof day !== 'string') break
    deleted += (await env.DB.prepare(TRAFFIC.day).bind(tenant, day).run()).meta.changes
  }
  await env.DB.prepare(TRAFFIC.vectors).bind(tenant, before).run()
  return deleted
}

/** Whole months that ended before the day. */
async function deleteRollups(
  env: Env,
  tenant: string,
  before: string | undefined,
): Promise<number> {
  if (before === undefined) return 0
  const month = before.slice(0, 7)
  const results = await env.DB.batch(
    ROLLUPS.map((table) =>
      env.DB.prepare(
        `DELETE FROM ${table} WHERE tenant = ?1 AND period < ?2 AND NOT ${MONTH_HELD}`,
      ).bind(tenant, month),
    ),
  )
  return results.reduce((sum, { meta }) => sum + meta.changes, 0)
}

/** How a tenant's records stand. */
export type RetentionStatus = {
  readonly retention: Retention
  readonly encrypted: boolean
  readonly holds: readonly OpenHold[]
  readonly classes: readonly {
    readonly name: string
    readonly oldest: string | null
    /** The day before which records are deleted, but for holds; null: none are. */
    readonly deletedBefore: string | null
    /** Why none of them ever is. */
    readonly needed: string | null
  }[]
  readonly keys: { readonly live: number; readonly destroyed: number }
  readonly lastNight: (Night & { readonly at: string }) | null
}

const OLDEST = {
  journal: `SELECT date(MIN(at_ms) / 1000, 'unixepoch') FROM (SELECT at_ms FROM journal_entry WHERE tenant = ?1 ORDER BY seq LIMIT 1)`,
  personal: `SELECT MIN(day) FROM subject_key WHERE tenant = ?1 AND wrapped IS NOT NULL`,
  postings: `SELECT date(posted_ms / 1000, 'unixepoch') FROM (SELECT posted_ms FROM posting WHERE tenant = ?1 ORDER BY seq LIMIT 1)`,
  rollups: `SELECT MIN(period) FROM rollup_month WHERE tenant = ?1`,
  'admin-events': `SELECT date(MIN(at_ms) / 1000, 'unixepoch') FROM admin_event WHERE ?1 <> ''`,
  checkpoints: `SELECT date(created_ms / 1000, 'unixepoch') FROM (SELECT created_ms FROM checkpoint WHERE tenant = ?1 ORDER BY size LIMIT 1)`,
  traffic: `SELECT MIN(day) FROM traffic_day WHERE tenant = ?1`,
}

const KEYS = `SELECT COALESCE(SUM(wrapped IS NOT NULL), 0) AS live, COALESCE(SUM(wrapped IS NULL), 0) AS destroyed
  FROM subject_key WHERE tenant = ?1`
const LAST = `SELECT at_ms, detail FROM retention_event WHERE tenant = ?1 AND kind = 'nightly' ORDER BY id DESC LIMIT 1`

const OldestRow = z.object({ oldest: z.string().nullable() })
const KeysRow = z.object({ live: z.int(), destroyed: z.int() })
const NightRow = z.object({ at_ms: z.int(), detail: z.string() })
const NightDetail = z.object({ keys: z.int(), traffic: z.int(), rollups: z.int() })

export async function retentionStatus(
  env: Env,
  tenant: string,
  encrypted: boolean,
  nowMs: number,
): Promise<RetentionStatus> {
  const retention = await retentionOf(env, tenant, nowMs)
  const oldest = await env.DB.batch(
    RECORD_CLASSES.map((name) => env.DB.prepare(`SELECT (${OLDEST[name]}) AS oldest`).bind(tenant)),
  )
  const keys = await env.DB.prepare(KEYS).bind(tenant).first()
  const night = await env.DB.prepare(LAST).bind(tenant).first()
  return {
    retention,
    encrypted,
    holds: await openHolds(env, tenant),
    classes: RECORD_CLASSES.map((name, at) => ({
      name,
      oldest: OldestRow.parse(oldest[at]?.results[0]).oldest,
      deletedBefore: dueBefore(retention.records[name], nowMs) ?? null,
      needed: NEEDED[name] ?? null,
    })),
    keys: KeysRow.parse(keys),
    lastNight: night === null ? null : nightOf(NightRow.parse(night)),
  }
}

const nightOf = ({ at_ms, detail }: z.infer<typeof NightRow>) => ({
  at: new Date(at_ms).toISOString(),
  ...NightDetail.parse(JSON.parse(detail)),
})
