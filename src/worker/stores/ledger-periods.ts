import * as z from 'zod'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

export const PERIOD_STATES = ['open', 'soft-closed', 'closed'] as const
export type PeriodState = (typeof PERIOD_STATES)[number]

const PeriodRow = z.object({
  period: z.string(),
  state: z.enum(PERIOD_STATES),
  digest: z.string().nullable(),
})
export type PeriodRow = z.infer<typeof PeriodRow>

/** Months that are not simply open, the newest first. */
export async function periods(env: Database, tenant: string): Promise<readonly PeriodRow[]> {
  const { results } = await env.DB.prepare(
    'SELECT period, state, digest FROM period WHERE tenant = ?1 ORDER BY period DESC',
  )
    .bind(tenant)
    .all()
  return results.map((row) => PeriodRow.parse(row))
}

export const closedThrough = (rows: readonly PeriodRow[]): string =>
  rows.find(({ state }) => state === 'closed')?.period ?? ''

/** The first month before this one that has postings and is not closed. */
export async function earlierOpen(
  env: Database,
  tenant: string,
  period: string,
): Promise<string | undefined> {
  const row = await env.DB.prepare(
    `SELECT MIN(period) AS period FROM posting
     WHERE tenant = ?1 AND period < ?2
       AND period > COALESCE((SELECT MAX(period) FROM period WHERE tenant = ?1 AND state = 'closed'), '')`,
  )
    .bind(tenant, period)
    .first('period')
  return typeof row === 'string' ? row : undefined
}

/** A month's new state, with the statement if it is closed: all of it or nothing. */
export async function recordPeriod(
  env: Database,
  change: {
    readonly tenant: string
    readonly period: string
    readonly state: PeriodState
    readonly reason: string
    readonly nowMs: number
    readonly statement?: {
      readonly text: string
      readonly digest: string
      readonly signature: string | null
    }
  },
): Promise<void> {
  const { tenant, period, state, reason, nowMs, statement } = change
  const digest = statement?.digest ?? null
  await env.DB.batch([
    ...(statement === undefined
      ? []
      : [
          env.DB.prepare(
            `INSERT INTO statement (tenant, digest, period, body, signature, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
          ).bind(tenant, statement.digest, period, statement.text, statement.signature, nowMs),
        ]),
    env.DB.prepare(
      `INSERT INTO period (tenant, period, state, digest) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT DO UPDATE SET state = excluded.state, digest = excluded.digest`,
    ).bind(tenant, period, state, digest),
    env.DB.prepare(
      `INSERT INTO period_event (tenant, period, state, reason, digest, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
    ).bind(tenant, period, state, reason, digest, nowMs),
  ])
}

export type PeriodEvent = {
  readonly period: string
  readonly state: string
  readonly reason: string
  readonly digest: string | null
  readonly at_ms: number
}

/** Who changed a month's state, and why, in order. */
export async function periodEvents(env: Database, tenant: string): Promise<readonly PeriodEvent[]> {
  const { results } = await env.DB.prepare(
    `SELECT period, state, reason, digest, at_ms FROM period_event WHERE tenant = ?1 ORDER BY id`,
  )
    .bind(tenant)
    .all<PeriodEvent>()
  return results
}

/** The statement that a closed month was given, as it was signed. */
export async function storedStatement(
  env: Database,
  tenant: string,
  period: string,
): Promise<{
  readonly body: string
  readonly digest: string
  readonly signature: string | null
} | null> {
  return await env.DB.prepare(
    `SELECT s.body, s.digest, s.signature FROM period p JOIN statement s ON s.tenant = p.tenant AND s.digest = p.digest
     WHERE p.tenant = ?1 AND p.period = ?2 AND p.state = 'closed'`,
  )
    .bind(tenant, period)
    .first<{ body: string; digest: string; signature: string | null }>()
}
