import * as z from 'zod'
import { canonicalJson } from '../../encoding/canonical-json.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { entryHash } from '../../journal/chain.ts'
import { GENESIS_HASH } from '../../journal/entry.ts'
import { CHANGES, LifecycleEvent, RELEASING } from '../../policy/lifecycle-events.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** The last step of a tenant: what comes next is linked to it. */
export type Head = { readonly seq: number; readonly hash: string }

/** A step and its place in the chain. */
export type Step = { readonly seq: number; readonly hash: string; readonly event: LifecycleEvent }

const HeadRow = z.object({ seq: z.int(), hash: z.string() })

export async function headOf(env: Database, tenant: string): Promise<Head> {
  const row = await env.DB.prepare(
    'SELECT seq, hash FROM policy_event WHERE tenant = ?1 ORDER BY seq DESC LIMIT 1',
  )
    .bind(tenant)
    .first()
  return row === null ? { seq: 0, hash: GENESIS_HASH } : HeadRow.parse(row)
}

/**
 * Writes the next step down, and whatever else is to happen with it, in one transaction. `moved`: somebody else's step came first, and
 * nothing has happened: look again.
 */
export async function appendStep(
  env: Database,
  tenant: string,
  head: Head,
  event: LifecycleEvent,
  also: readonly D1PreparedStatement[] = [],
): Promise<Result<Head, 'moved'>> {
  const body = canonicalJson(LifecycleEvent.parse(event))
  const next = { seq: head.seq + 1, hash: entryHash(head.hash, body) }
  const insert = env.DB.prepare(
    `INSERT INTO policy_event (tenant, seq, event, draft, at_ms, body, prev_hash, hash)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
  ).bind(tenant, next.seq, event.event, event.draft, event.atMs, body, head.hash, next.hash)
  try {
    await env.DB.batch([insert, ...also])
    return ok(next)
  } catch (error) {
    if ((await headOf(env, tenant)).seq >= next.seq) return err('moved')
    throw error
  }
}

const StepRow = z.object({ seq: z.int(), hash: z.string(), body: z.string() })

const toStep = (row: unknown): Step => {
  const { seq, hash, body } = StepRow.parse(row)
  return { seq, hash, event: LifecycleEvent.parse(JSON.parse(body)) }
}

/** Steps after a number, in their order; of one draft, or of all. */
export async function stepsAfter(
  env: Database,
  tenant: string,
  { after = 0, draft, limit = STEPS_MAX }: StepRange = {},
): Promise<readonly Step[]> {
  const { results } = await env.DB.prepare(
    `SELECT seq, hash, body FROM policy_event
     WHERE tenant = ?1 AND seq > ?2 ${draft === undefined ? '' : 'AND draft = ?4'} ORDER BY seq LIMIT ?3`,
  )
    .bind(tenant, after, limit, ...(draft === undefined ? [] : [draft]))
    .all()
  return results.map(toStep)
}

export type StepRange = {
  readonly after?: number
  readonly draft?: string
  readonly limit?: number
}

/** Steps that one answer holds. */
export const STEPS_MAX = 1000

/** All steps of some drafts, by draft. */
export async function stepsOfDrafts(
  env: Database,
  tenant: string,
  drafts: readonly string[],
): Promise<ReadonlyMap<string, readonly LifecycleEvent[]>> {
  const { results } = await env.DB.prepare(
    `SELECT seq, hash, body FROM policy_event
     WHERE tenant = ?1 AND draft IN (SELECT value FROM json_each(?2)) ORDER BY seq`,
  )
    .bind(tenant, JSON.stringify(drafts))
    .all()
  return Map.groupBy(
    results.map((row) => toStep(row).event),
    ({ draft }) => draft ?? '',
  )
}

/** The last step after which another policy was in force; undefined if none ever was. */
export async function lastRelease(env: Database, tenant: string): Promise<Step | undefined> {
  const row = await env.DB.prepare(
    `SELECT seq, hash, body FROM policy_event
     WHERE tenant = ?1 AND event IN (SELECT value FROM json_each(?2)) ORDER BY seq DESC LIMIT 1`,
  )
    .bind(tenant, JSON.stringify(RELEASING))
    .first()
  return row === null ? undefined : toStep(row)
}

const ActivationRow = z.object({
  version: z.int(),
  hash: z.string(),
  change: z.enum(CHANGES),
  activated_ms: z.int(),
  activated_by: z.string(),
})
export type LastActivation = z.infer<typeof ActivationRow>

/** What is in force for a tenant by the record, and which of its versions it is; undefined if nothing is. */
export async function lastActivation(
  env: Database,
  tenant: string,
): Promise<LastActivation | undefined> {
  const row = await env.DB.prepare(
    `SELECT hash, change, activated_ms, activated_by,
       (SELECT COUNT(*) FROM activation WHERE tenant = ?1) AS version
     FROM activation WHERE tenant = ?1 ORDER BY id DESC LIMIT 1`,
  )
    .bind(tenant)
    .first()
  return row === null ? undefined : ActivationRow.parse(row)
}
