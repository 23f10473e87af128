import { createHash } from 'node:crypto'
import * as z from 'zod'
import { canonicalJson } from '../../encoding/canonical-json.ts'
import { DAY_MS } from '../../policy/facts.ts'
import type { Bundle } from '../../policy/schema.ts'
import { BacktestFigures, backtestOf, figuresOf } from '../../router/backtest.ts'
import type { Env } from '../env.ts'
import { activeHash } from './policy.ts'
import { releaseOf } from './policy-rules.ts'
import { daysOf, rollUpTraffic, trafficRecords, trafficSkipped } from './traffic.ts'

/** A backtest over stored traffic, and what it was about. The digest is the SHA-256 of its canonical JSON. */
export const BacktestReport = BacktestFigures.extend({
  tenant: z.string(),
  base: z.string(),
  candidate: z.string(),
  window: z.strictObject({
    /** Days in UTC, both included. */
    from: z.iso.date(),
    to: z.iso.date(),
    /** Entries of the journal up to here are in it. */
    throughSeq: z.int(),
  }),
  /** As of when facts, waivers and prices were read. */
  at: z.iso.datetime(),
  /** Requests that cannot be replayed, by why. */
  skipped: z.record(z.string(), z.int()),
  /** The candidate labels findings otherwise: labels are replayed as they were. */
  labelsDiffer: z.boolean(),
})
export type BacktestReport = z.infer<typeof BacktestReport>

export type StoredBacktest = {
  readonly digest: string
  readonly report: BacktestReport
  /** Another policy is in force than the one that it was compared with. */
  readonly stale: boolean
}

type Candidate = { readonly hash: string; readonly bundle: Bundle }

/** Replays the stored traffic of the last days under a candidate, and keeps the result; undefined if no policy is in force. */
export async function runBacktest(
  env: Env,
  tenant: string,
  candidate: Candidate,
  days: number,
  by: string,
  nowMs: number,
): Promise<StoredBacktest | undefined> {
  const baseHash = await activeHash(env, tenant)
  if (baseHash === undefined) return undefined
  const base = await releaseOf(env, baseHash)
  const throughSeq = await rollUpTraffic(env, tenant)
  const span = [nowMs - (days - 1) * DAY_MS, nowMs + 1] as const
  const traffic = await trafficRecords(env, tenant, ...span)
  const [from, to] = daysOf(...span)
  const report: BacktestReport = {
    tenant,
    base: baseHash,
    candidate: candidate.hash,
    window: { from, to, throughSeq },
    at: new Date(nowMs).toISOString(),
    ...figuresOf(backtestOf(traffic, base.bundle, candidate.bundle, nowMs)),
    skipped: await trafficSkipped(env, tenant, ...span),
    labelsDiffer: canonicalJson(base.bundle.labels) !== canonicalJson(candidate.bundle.labels),
  }
  const text = canonicalJson(report)
  const digest = createHash('sha256').update(text).digest('hex')
  await env.DB.prepare(
    `INSERT INTO backtest (tenant, digest, base_hash, candidate_hash, report, created_ms, created_by)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`,
  )
    .bind(tenant, digest, baseHash, candidate.hash, text, nowMs, by)
    .run()
  return { digest, report, stale: false }
}

/** A backtest that was run before; undefined if there is none with this digest. */
export async function storedBacktest(
  env: Env,
  tenant: string,
  digest: string,
): Promise<StoredBacktest | undefined> {
  const text = await env.DB.prepare('SELECT report FROM backtest WHERE tenant = ?1 AND digest = ?2')
    .bind(tenant, digest)
    .first('report')
  if (typeof text !== 'string') return undefined
  const report = BacktestReport.parse(JSON.parse(text))
  return { digest, report, stale: (await activeHash(env, tenant)) !== report.base }
}
