import * as z from 'zod'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** A decision as a search shows it: names and numbers, nothing of a request. */
export const FoundDecision = z.object({
  id: z.string(),
  at: z.string(),
  team: z.string(),
  app: z.string(),
  key: z.string(),
  surface: z.string(),
  /** What it was refused with; null for one that was sent. */
  code: z.string().nullable(),
  rule: z.string().nullable(),
  level: z.string().nullable(),
  policy: z.string().nullable(),
  /** Of the last attempt. */
  destination: z.string().nullable(),
  model: z.string().nullable(),
  attempts: z.int(),
  /** How the last attempt that has ended did; null while it is under way. */
  outcome: z.string().nullable(),
  upstreamStatus: z.int().nullable(),
})
export type FoundDecision = z.infer<typeof FoundDecision>

export type DecisionFilter = {
  readonly tenant: string
  /** Undefined: of all apps. */
  readonly apps: readonly string[] | undefined
  readonly code?: string | undefined
  readonly level?: string | undefined
  readonly destination?: string | undefined
  readonly rule?: string | undefined
  readonly state?: 'refused' | 'failed' | 'ok' | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly before?: Place | undefined
  readonly limit: number
}

/** Where a page ends. */
export type Place = { readonly atMs: number; readonly seq: number }

const COLUMNS = `d.seq, d.decision, d.at_ms, d.team, d.app, d.key_id, d.surface, d.code, d.rule, d.level, d.policy_hash,
  d.destination, d.model, d.attempts, d.outcome, d.upstream_status`

type Statement = { readonly sql: string; readonly values: readonly (string | number)[] }

/** The search in one app, or in all: only conditions that are asked for, so that an index fits. The newest first. */
export function decisionStatement(filter: DecisionFilter, app: string | undefined): Statement {
  const { tenant, code, level, destination, rule, state, fromMs, toMs, before, limit } = filter
  const values: (string | number)[] = []
  const put = (value: string | number): string => `?${values.push(value)}`
  const t = rule === undefined ? 'd' : 'r'
  const where = [`${t}.tenant = ${put(tenant)}`]
  if (rule !== undefined) where.push(`r.rule = ${put(rule)}`)
  if (app !== undefined) where.push(`d.app = ${put(app)}`)
  if (code !== undefined) where.push(`d.code = ${put(code)}`)
  if (level !== undefined) where.push(`d.level = ${put(level)}`)
  if (destination !== undefined) where.push(`d.destination = ${put(destination)}`)
  if (state !== undefined) where.push(STATES[state])
  if (fromMs !== undefined) where.push(`${t}.at_ms >= ${put(fromMs)}`)
  if (toMs !== undefined) where.push(`${t}.at_ms < ${put(toMs)}`)
  if (before !== undefined) {
    where.push(`(${t}.at_ms, ${t}.seq) < (${put(before.atMs)}, ${put(before.seq)})`)
  }
  const from =
    rule === undefined
      ? 'decision d'
      : 'decision_rule r CROSS JOIN decision d ON d.tenant = r.tenant AND d.at_ms = r.at_ms AND d.seq = r.seq'
  const order = `ORDER BY ${t}.at_ms DESC, ${t}.seq DESC LIMIT ${put(limit)}`
  return { sql: `SELECT ${COLUMNS} FROM ${from} WHERE ${where.join(' AND ')} ${order}`, values }
}

const STATES = {
  refused: 'd.code IS NOT NULL',
  failed: "d.code IS NULL AND d.outcome IS NOT NULL AND d.outcome <> 'ok'",
  ok: "d.code IS NULL AND d.outcome = 'ok'",
}

/** A page of decisions, and where the next one begins; several apps are searched each for itself and merged. */
export async function findDecisions(
  env: Database,
  filter: DecisionFilter,
): Promise<{ readonly decisions: FoundDecision[]; readonly next: Place | null }> {
  const statements = (filter.apps ?? [undefined]).map((app) => decisionStatement(filter, app))
  if (statements.length === 0) return { decisions: [], next: null }
  const results = await env.DB.batch(
    statements.map(({ sql, values }) => env.DB.prepare(sql).bind(...values)),
  )
  const rows = results
    .flatMap((result) => result.results.map((row) => Row.parse(row)))
    .toSorted((a, b) => b.at_ms - a.at_ms || b.seq - a.seq)
    .slice(0, filter.limit)
  const last = rows.at(-1)
  const next =
    rows.length < filter.limit || last === undefined ? null : { atMs: last.at_ms, seq: last.seq }
  return { decisions: rows.map(toFound), next }
}

const Row = z.object({
  seq: z.int(),
  decision: z.string(),
  at_ms: z.int(),
  team: z.string(),
  app: z.string(),
  key_id: z.string(),
  surface: z.string(),
  code: z.string().nullable(),
  rule: z.string().nullable(),
  level: z.string().nullable(),
  policy_hash: z.string().nullable(),
  destination: z.string().nullable(),
  model: z.string().nullable(),
  attempts: z.int(),
  outcome: z.string().nullable(),
  upstream_status: z.int().nullable(),
})

const toFound = (row: z.infer<typeof Row>): FoundDecision => ({
  id: row.decision,
  at: new Date(row.at_ms).toISOString(),
  team: row.team,
  app: row.app,
  key: row.key_id,
  surface: row.surface,
  code: row.code,
  rule: row.rule,
  level: row.level,
  policy: row.policy_hash,
  destination: row.destination,
  model: row.model,
  attempts: row.attempts,
  outcome: row.outcome,
  upstreamStatus: row.upstream_status,
})
