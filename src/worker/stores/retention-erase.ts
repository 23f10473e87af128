import * as z from 'zod'
import { dueBefore, tooYoungFrom } from '../../policy/retention.ts'
import type { Env } from '../env.ts'
import { openHolds, retentionEvent, retentionOf } from './retention.ts'
import { subjectHash, vaultOf } from './subject-keys.ts'

/** A condition on a row, by its table's columns for day and app: an open hold covers it. The tenant is `?1`. */
export const heldSql = (day: string, app: string): string => `
  EXISTS (SELECT 1 FROM legal_hold h WHERE h.tenant = ?1 AND h.released_ms IS NULL
    AND (h.app IS NULL OR h.app = ${app})
    AND (h.from_day IS NULL OR h.from_day <= ${day}) AND (h.to_day IS NULL OR h.to_day >= ${day}))`

/** Keys of one statement, and statements of one night: what is left waits for the next. */
const STEP_KEYS = 10_000
const STEPS_MAX = 50

const HELD = heldSql('subject_key.day', 'subject_key.app')

const SQL = {
  destroySubject: `
    UPDATE subject_key SET wrapped = NULL, destroyed_ms = ?3
    WHERE tenant = ?1 AND subject = ?2 AND wrapped IS NOT NULL AND day < ?4 AND NOT ${HELD}`,
  leftOfSubject: `
    SELECT COALESCE(SUM(${HELD}), 0) AS held, COALESCE(SUM(day >= ?3), 0) AS young
    FROM subject_key WHERE tenant = ?1 AND subject = ?2 AND wrapped IS NOT NULL`,
  destroyOld: `
    UPDATE subject_key SET wrapped = NULL, destroyed_ms = ?3
    WHERE tenant = ?1 AND id IN (
      SELECT id FROM subject_key
      WHERE tenant = ?1 AND day < ?2 AND wrapped IS NOT NULL AND NOT ${HELD} LIMIT ${STEP_KEYS})`,
}

/** What erasing a subject came to. */
export type Erasure = {
  /** Keys of so many days and apps have been destroyed. */
  readonly destroyed: number
  /** Keys that stay, because a legal hold covers them. */
  readonly held: number
  /** Keys that stay, because the retention policy says that they must not be deleted yet. */
  readonly tooYoung: number
  readonly holds: readonly number[]
}

const LeftRow = z.object({ held: z.int(), young: z.int() })

/**
 * Erases what was recorded about a subject, by destroying its keys; undefined where there is no RECORD_KEY, and so nothing to
 * erase. What a hold covers stays, and so does what must be kept longer: the answer says how much that is.
 */
export async function eraseSubject(
  env: Env,
  tenant: string,
  subject: string,
  by: string,
  nowMs: number,
): Promise<Erasure | undefined> {
  const vault = await vaultOf(env)
  if (vault === undefined) return undefined
  const hash = subjectHash(vault, tenant, subject)
  const { personal } = (await retentionOf(env, tenant, nowMs)).records
  const youngFrom = tooYoungFrom(personal, nowMs)
  const done = await env.DB.prepare(SQL.destroySubject).bind(tenant, hash, nowMs, youngFrom).run()
  const left = LeftRow.parse(
    await env.DB.prepare(SQL.leftOfSubject).bind(tenant, hash, youngFrom).first(),
  )
  const holds = left.held === 0 ? [] : (await openHolds(env, tenant)).map(({ id }) => id)
  const erasure = {
    destroyed: done.meta.changes,
    held: left.held,
    tooYoung: left.young,
    holds,
  }
  await retentionEvent(env, tenant, 'erase', { by, nowMs, detail: erasure }).run()
  return erasure
}

/** Destroys the keys of personal detail that is over-age; answers how many. */
export async function eraseOld(env: Env, tenant: string, nowMs: number): Promise<number> {
  const { personal } = (await retentionOf(env, tenant, nowMs)).records
  const before = dueBefore(personal, nowMs)
  if (before === undefined) return 0
  let destroyed = 0
  for (let step = 0; step < STEPS_MAX; step++) {
    const { meta } = await env.DB.prepare(SQL.destroyOld).bind(tenant, before, nowMs).run()
    destroyed += meta.changes
    if (meta.changes < STEP_KEYS) break
  }
  return destroyed
}
