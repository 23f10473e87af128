import type { Choice } from '../../ledger/reports/privacy.ts'
import type { Slice } from '../../ledger/reports/slice.ts'
import type { CostBucket } from '../../ledger/reports/unit-costs.ts'
import { TOKEN_METERS, type Dimension } from '../../ledger/rollup.ts'
import type { Env } from '../env.ts'
import { joinHalves, OWNER_DIMENSIONS } from './ledger-rollup.ts'

type Database = Pick<Env, 'DB'>

const COUNTS = ['attempts', 'requests', ...TOKEN_METERS, 'reasoning_tokens'] as const
const HALVES = ['cost_micro', 'cost_rest'] as const

/** Months, both included. */
export type Months = { readonly from: string; readonly to: string }

type Halves = { readonly cost_micro: string; readonly cost_rest: string }

const TOTALS = [
  ...COUNTS.map((name) => `SUM(${name}) AS ${name}`),
  ...HALVES.map((name) => `CAST(SUM(${name}) AS TEXT) AS ${name}`),
].join(', ')
const IN_MONTHS = 'tenant = ?1 AND period >= ?2 AND period <= ?3'

const isOwner = (name: Dimension): boolean => OWNER_DIMENSIONS.some((each) => each === name)

/** SQL of `slices`, over the narrowest roll-up that has the dimensions. */
export function sliceSql(dimensions: readonly Dimension[], byDay: boolean): string {
  if (byDay && dimensions.every(isOwner)) {
    const keys = ['day', ...dimensions].join(', ')
    return `SELECT ${keys}, ${TOTALS} FROM rollup_owner WHERE ${IN_MONTHS} GROUP BY ${keys}`
  }
  const day = byDay ? 'day' : "period || '-01' AS day"
  const keys = ['day', ...dimensions.map((name) => `g.${name}`)].join(', ')
  const sums = [...COUNTS, ...HALVES].map((name) => `SUM(${name}) AS ${name}`).join(', ')
  const inner = byDay
    ? `SELECT day, group_id, ${sums} FROM rollup_day WHERE ${IN_MONTHS} GROUP BY period, day, group_id`
    : `SELECT ${day}, group_id, ${[...COUNTS, ...HALVES].join(', ')} FROM rollup_month WHERE ${IN_MONTHS}`
  return `
    SELECT ${keys}, ${TOTALS}
    FROM (${inner}) r CROSS JOIN rollup_group g ON g.id = r.group_id
    GROUP BY ${keys}`
}

/** Sums by some dimensions and by day, or by month: then `day` is its first. */
export async function slices<D extends Dimension>(
  env: Database,
  tenant: string,
  months: Months,
  dimensions: readonly D[],
  byDay = true,
): Promise<readonly Slice<D>[]> {
  const { results } = await env.DB.prepare(sliceSql(dimensions, byDay))
    .bind(tenant, months.from, months.to)
    .all<Omit<Slice<D>, 'costPicoUsd'> & Halves>()
  return results.map((row) => ({ ...row, costPicoUsd: joinHalves(row.cost_micro, row.cost_rest) }))
}

/** Attempts by cost bucket, for each app, destination or model. */
export async function costBuckets(
  env: Database,
  tenant: string,
  months: Months,
  by: 'app' | 'destination' | 'model',
): Promise<readonly CostBucket[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${by} AS key, bucket, SUM(attempts) AS attempts FROM rollup_cost
     WHERE tenant = ?1 AND period >= ?2 AND period <= ?3 GROUP BY ${by}, bucket`,
  )
    .bind(tenant, months.from, months.to)
    .all<CostBucket>()
  return results
}

/** What was chosen after the policy had removed something. */
export async function choices(
  env: Database,
  tenant: string,
  months: Months,
): Promise<readonly Choice[]> {
  const { results } = await env.DB.prepare(
    `SELECT day, app, removed, requested, destination, model, requests, ${TOKEN_METERS.join(', ')},
       CAST(cost_micro AS TEXT) AS cost_micro, CAST(cost_rest AS TEXT) AS cost_rest
     FROM rollup_choice WHERE tenant = ?1 AND period >= ?2 AND period <= ?3`,
  )
    .bind(tenant, months.from, months.to)
    .all<Omit<Choice, 'costPicoUsd'> & Halves>()
  return results.map((row) => ({ ...row, costPicoUsd: joinHalves(row.cost_micro, row.cost_rest) }))
}
