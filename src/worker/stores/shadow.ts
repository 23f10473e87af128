import * as z from 'zod'
import { err, ok, type Result } from '../../domain/result.ts'
import { differences, DIFFERENCE_KINDS, type Difference } from '../../policy/shadow.ts'
import type { Rules } from '../../policy/evaluate.ts'
import type { Env } from '../env.ts'
import { watermark } from './ledger.ts'
import { releaseOf } from './policy-rules.ts'
import { decisionsIn, type AlikeDecisions } from './traffic-entries.ts'

/** Sequence numbers of one step, and steps of one call: what is left waits for the next minute. */
const STEP_SEQS = 10_000
const STEPS_MAX = 20
const EXAMPLES_MAX = 4

const SQL = {
  end: 'UPDATE shadow SET until_ms = ?2 WHERE tenant = ?1 AND until_ms IS NULL',
  begin: `
    INSERT INTO shadow (tenant, hash, set_by, since_ms, through_seq)
    VALUES (?1, ?2, ?3, ?4, COALESCE((SELECT through_seq FROM watermark WHERE tenant = ?1), 0))`,
  open: 'SELECT * FROM shadow WHERE tenant = ?1 AND until_ms IS NULL',
  last: 'SELECT * FROM shadow WHERE tenant = ?1 ORDER BY id DESC LIMIT 1',
  /** Nothing is added unless the shadow is still where the step began: two at once cannot both count. */
  add: `
    INSERT INTO shadow_difference (shadow, kind, rule, route, app, requests, examples)
    SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value -> 5 FROM json_each(?2)
    WHERE EXISTS (SELECT 1 FROM shadow WHERE id = ?1 AND through_seq = ?3 AND until_ms IS NULL)
    ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
      examples = CASE WHEN json_array_length(examples) >= ${EXAMPLES_MAX} THEN examples ELSE (
        SELECT json_group_array(value) FROM (
          SELECT value FROM json_each(examples) UNION SELECT value FROM json_each(excluded.examples) LIMIT ${EXAMPLES_MAX}))
        END`,
  advance: `
    UPDATE shadow SET through_seq = ?3, requests = requests + ?4, differing = differing + ?5, skipped = skipped + ?6
    WHERE id = ?1 AND through_seq = ?2 AND until_ms IS NULL`,
  differences: `
    SELECT kind, rule, route, app, requests, examples FROM shadow_difference WHERE shadow = ?1
    ORDER BY requests DESC, kind, rule, route, app LIMIT ?2`,
}

const ShadowRow = z.object({
  id: z.int(),
  hash: z.string(),
  set_by: z.string(),
  since_ms: z.int(),
  until_ms: z.int().nullable(),
  through_seq: z.int(),
  requests: z.int(),
  differing: z.int(),
  skipped: z.int(),
})
type ShadowRow = z.infer<typeof ShadowRow>

/**
 * Lets a stored release be evaluated on all traffic of a tenant from now on, in place of another; null ends that. Nothing
 * of it is ever applied.
 */
export async function setShadow(
  env: Env,
  tenant: string,
  hash: string | null,
  by: string,
  nowMs: number,
): Promise<Result<undefined, 'unknown-release'>> {
  const end = env.DB.prepare(SQL.end).bind(tenant, nowMs)
  if (hash === null) {
    await end.run()
    return ok(undefined)
  }
  const release = await env.DB.prepare('SELECT 1 FROM release WHERE hash = ?1').bind(hash).first()
  if (release === null) return err('unknown-release')
  await env.DB.batch([end, env.DB.prepare(SQL.begin).bind(tenant, hash, by, nowMs)])
  return ok(undefined)
}

/**
 * Decides anew, under the candidate, whatever was decided since the shadow began, each request as on its day, and adds up
 * what would have been otherwise. Reads D1's copy of the journal, so requests pay nothing for it.
 */
export async function evaluateShadow(env: Env, tenant: string): Promise<void> {
  const throughSeq = await watermark(env, tenant)
  for (let step = 0; step < STEPS_MAX; step++) {
    const row = await env.DB.prepare(SQL.open).bind(tenant).first()
    if (row === null) return
    const shadow = ShadowRow.parse(row)
    const { id, through_seq: after, since_ms: sinceMs } = shadow
    if (after >= throughSeq) return
    const through = Math.min(after + STEP_SEQS, throughSeq)
    const decisions = await decisionsIn(env, tenant, { after, through, sinceMs })
    const { rows, requests, differing, skipped } = await compare(env, shadow.hash, decisions)
    await env.DB.batch([
      env.DB.prepare(SQL.add).bind(id, JSON.stringify(rows), after),
      env.DB.prepare(SQL.advance).bind(id, after, through, requests, differing, skipped),
    ])
  }
}

type DifferenceRow = [...of: [string, string, string, string], requests: number, examples: string[]]

async function compare(env: Env, hash: string, decisions: readonly AlikeDecisions[]) {
  const rows = new Map<string, DifferenceRow>()
  const sums = { requests: 0, differing: 0, skipped: 0 }
  for (const { vector, policyHash, day, app, requests, examples } of decisions) {
    const inForce = typeof vector === 'string' ? undefined : await rulesOn(env, policyHash, day)
    if (typeof vector === 'string' || inForce === undefined) {
      sums.skipped += requests
      continue
    }
    const candidate = await rulesOn(env, hash, day)
    if (candidate === undefined) throw new Error(`no policy release ${hash}`)
    const found = differences(inForce, candidate, vector.attributes)
    sums.requests += requests
    if (found.length > 0) sums.differing += requests
    for (const { kind, rule, route } of found) {
      const key = JSON.stringify([kind, rule, route, app])
      const row = rows.get(key) ?? [kind, rule, route, app, 0, []]
      row[4] += requests
      row[5] = [...row[5], ...examples].slice(0, EXAMPLES_MAX)
      rows.set(key, row)
    }
  }
  return { ...sums, rows: [...rows.values()] }
}

/** The rules of a release as they were on a day; undefined if there is no such release. */
async function rulesOn(env: Env, hash: string, day: string): Promise<Rules | undefined> {
  try {
    return (await releaseOf(env, hash)).rulesAt(Date.parse(day))
  } catch {
    return undefined
  }
}

/** What a shadow has shown so far. */
export type ShadowReport = {
  readonly hash: string
  readonly by: string
  readonly since: string
  /** Null while it runs. */
  readonly until: string | null
  /** Entries of the journal up to here have been looked at. */
  readonly throughSeq: number
  readonly requests: number
  /** Requests that would have been decided otherwise in any way. */
  readonly differing: number
  /** Requests whose record does not tell enough to be decided again. */
  readonly skipped: number
  readonly differences: readonly (Difference & {
    readonly app: string
    readonly requests: number
    /** Ids of decisions. */
    readonly examples: readonly string[]
  })[]
}

const DifferenceFound = z.object({
  kind: z.enum(DIFFERENCE_KINDS),
  rule: z.string(),
  route: z.string(),
  app: z.string(),
  requests: z.int(),
  examples: z.string(),
})
const REPORTED_MAX = 500

/** The shadow that is running, or the last one; undefined if there never was any. */
export async function shadowReport(env: Env, tenant: string): Promise<ShadowReport | undefined> {
  const row = await env.DB.prepare(SQL.last).bind(tenant).first()
  return row === null ? undefined : await reportOf(env, ShadowRow.parse(row))
}

async function reportOf(env: Env, shadow: ShadowRow): Promise<ShadowReport> {
  const { results } = await env.DB.prepare(SQL.differences).bind(shadow.id, REPORTED_MAX).all()
  return {
    hash: shadow.hash,
    by: shadow.set_by,
    since: new Date(shadow.since_ms).toISOString(),
    until: shadow.until_ms === null ? null : new Date(shadow.until_ms).toISOString(),
    throughSeq: shadow.through_seq,
    requests: shadow.requests,
    differing: shadow.differing,
    skipped: shadow.skipped,
    differences: results.map((result) => {
      const { examples, ...rest } = DifferenceFound.parse(result)
      return { ...rest, examples: Examples.parse(JSON.parse(examples)) }
    }),
  }
}

const Examples = z.array(z.string())
