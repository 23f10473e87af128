import * as z from 'zod'
import { DIMENSIONS, REQUESTS_OF_KIND, type RolledRow, type TiersOf } from '../../ledger/rollup.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** Sequence numbers of one step: about a second of D1, which gives a query 30. */
const STEP_SEQS = 50_000
/** D1 takes 1,000 queries of one invocation; a step has seven. What is left waits for the next call. */
const STEPS_MAX = 100

const NAMES = DIMENSIONS.join(', ')
const SUM_NAMES = [
  'attempts',
  'requests',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_micro',
  'cost_rest',
] as const
const TOKENS = SUM_NAMES.filter((name) => name.endsWith('_tokens'))
const COST = 'CAST(cost_pico AS INTEGER)'
const REQUESTS = `CASE kind ${Object.entries(REQUESTS_OF_KIND)
  .map(([kind, count]) => `WHEN '${kind}' THEN ${count}`)
  .join(' ')} ELSE 0 END`

/** Nothing is added unless the mark is still where the step began: two refreshes at once cannot both count. */
const IN_STEP = (name: string): string =>
  `tenant = ?1 AND seq > ?2 AND seq <= ?3
   AND EXISTS (SELECT 1 FROM rollup_mark WHERE tenant = ?1 AND name = '${name}' AND through_seq = ?2)`

const DAY = "date(posted_ms / 1000, 'unixepoch')"
const SUMS = `COUNT(*) AS attempts, SUM(${REQUESTS}) AS requests,
  ${TOKENS.map((name) => `COALESCE(SUM(${name}), 0) AS ${name}`).join(', ')},
  SUM(${COST} / 1000000) AS cost_micro, SUM(${COST} % 1000000) AS cost_rest`
const PART_SUMS = SUM_NAMES.map((name) => `part.${name}`).join(', ')
const SAME_GROUP = `g.tenant = ?1 AND ${DIMENSIONS.map((name) => `g.${name} = part.${name}`).join(' AND ')}`

/** Dimensions of `rollup_owner`. */
export const OWNER_DIMENSIONS = ['cost_centre', 'team', 'app', 'key_id'] as const

const ADDED = SUM_NAMES.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')

const SQL = {
  start: `INSERT INTO rollup_mark (tenant, name, through_seq) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING`,
  groups: `
    INSERT INTO rollup_group (tenant, ${NAMES})
    SELECT DISTINCT tenant, ${NAMES} FROM posting WHERE ${IN_STEP('day')}
    ON CONFLICT DO NOTHING`,
  days: `
    INSERT INTO rollup_day (tenant, period, day, group_id, band, ${SUM_NAMES.join(', ')}, first_seq, last_seq)
    WITH
      tier (version, above) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?4)),
      part AS MATERIALIZED (
        SELECT period, ${DAY} AS day, ${NAMES},
          (SELECT COUNT(*) FROM tier WHERE version = price_version AND above < COALESCE(input_tokens, 0)
            + COALESCE(cached_input_tokens, 0) + COALESCE(cache_write_5m_tokens, 0) + COALESCE(cache_write_1h_tokens, 0)) AS band,
          ${SUMS}, MIN(seq) AS first_seq, MAX(seq) AS last_seq
        FROM posting WHERE ${IN_STEP('day')}
        GROUP BY period, day, ${NAMES}, band
      )
    SELECT ?1, part.period, part.day, g.id, part.band, ${PART_SUMS}, part.first_seq, part.last_seq
    FROM part CROSS JOIN rollup_group g ON ${SAME_GROUP}
    WHERE true
    ON CONFLICT DO UPDATE SET ${ADDED},
      first_seq = MIN(first_seq, excluded.first_seq), last_seq = MAX(last_seq, excluded.last_seq)`,
  months: `
    INSERT INTO rollup_month (tenant, period, group_id, ${SUM_NAMES.join(', ')})
    WITH part AS MATERIALIZED (
      SELECT period, ${NAMES}, ${SUMS} FROM posting WHERE ${IN_STEP('day')} GROUP BY period, ${NAMES}
    )
    SELECT ?1, part.period, g.id, ${PART_SUMS}
    FROM part CROSS JOIN rollup_group g ON ${SAME_GROUP}
    WHERE true
    ON CONFLICT DO UPDATE SET ${ADDED}`,
  owners: `
    INSERT INTO rollup_owner (tenant, period, day, ${OWNER_DIMENSIONS.join(', ')}, ${SUM_NAMES.join(', ')})
    SELECT tenant, period, ${DAY} AS day, ${OWNER_DIMENSIONS.join(', ')}, ${SUMS}
    FROM posting WHERE ${IN_STEP('day')}
    GROUP BY period, day, ${OWNER_DIMENSIONS.join(', ')}
    ON CONFLICT DO UPDATE SET ${ADDED}`,
  /** Buckets of 5 %; a reversal takes off what the accrual had added. */
  costs: `
    INSERT INTO rollup_cost (tenant, period, app, destination, model, bucket, attempts)
    SELECT tenant, period, app, destination, model,
      CASE ${COST} WHEN 0 THEN 0 ELSE CAST(CEIL(LN(ABS(${COST})) / LN(1.05)) AS INTEGER) END AS bucket,
      SUM(${REQUESTS})
    FROM posting WHERE ${IN_STEP('day')} AND kind IN ('settle', 'expire', 'reverse')
    GROUP BY period, app, destination, model, bucket
    ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts`,
  /** The receipt stands in the first reservation of the decision, which precedes what is posted. */
  choices: `
    INSERT INTO rollup_choice (tenant, period, day, app, removed, requested, destination, model, requests,
      input_tokens, cached_input_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, cost_micro, cost_rest)
    SELECT ?1, period, day, app, receipt ->> 'removed', receipt ->> 'requestedModel', destination, model, COUNT(*),
      SUM(input_tokens), SUM(cached_input_tokens), SUM(cache_write_5m_tokens), SUM(cache_write_1h_tokens),
      SUM(output_tokens), SUM(cost / 1000000), SUM(cost % 1000000)
    FROM (
      SELECT p.period, date(p.posted_ms / 1000, 'unixepoch') AS day, p.app, p.destination, p.model,
        p.input_tokens, p.cached_input_tokens, p.cache_write_5m_tokens, p.cache_write_1h_tokens, p.output_tokens,
        CAST(p.cost_pico AS INTEGER) AS cost,
        (SELECT e.body -> '$.receipt' FROM journal_entry e
         WHERE e.tenant = ?1 AND e.decision = p.decision AND e.kind = 'reserve' ORDER BY e.seq LIMIT 1) AS receipt
      FROM posting p
      WHERE ${IN_STEP('choice')} AND p.kind = 'settle' AND p.input_tokens IS NOT NULL
    )
    WHERE json_array_length(receipt, '$.removed') > 0
    GROUP BY period, day, app, receipt ->> 'removed', receipt ->> 'requestedModel', destination, model
    ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
      input_tokens = input_tokens + excluded.input_tokens,
      cached_input_tokens = cached_input_tokens + excluded.cached_input_tokens,
      cache_write_5m_tokens = cache_write_5m_tokens + excluded.cache_write_5m_tokens,
      cache_write_1h_tokens = cache_write_1h_tokens + excluded.cache_write_1h_tokens,
      output_tokens = output_tokens + excluded.output_tokens,
      cost_micro = cost_micro + excluded.cost_micro, cost_rest = cost_rest + excluded.cost_rest`,
  advance: `UPDATE rollup_mark SET through_seq = ?3 WHERE tenant = ?1 AND name = ?4 AND through_seq = ?2`,
  mark: `SELECT through_seq FROM rollup_mark WHERE tenant = ?1 AND name = ?2`,
}

/**
 * Adds the postings up to a sequence number to the roll-ups by day, step by step, so that a month of any size fits.
 *
 * Answers how far it has come: at first that may take several calls.
 *
 * @param throughSeq at most the watermark: what comes out of order later would never be counted
 */
export async function rollUpDays(
  env: Database,
  tenant: string,
  throughSeq: number,
  tiers: { readonly versions: readonly string[]; readonly of: TiersOf },
): Promise<number> {
  const pairs = tiers.versions.flatMap((version) =>
    tiers.of(version).map((above) => [version, above]),
  )
  const tiersJson = JSON.stringify(pairs)
  return await steps(env, tenant, 'day', throughSeq, (from, to) => [
    env.DB.prepare(SQL.groups).bind(tenant, from, to),
    env.DB.prepare(SQL.days).bind(tenant, from, to, tiersJson),
    env.DB.prepare(SQL.months).bind(tenant, from, to),
    env.DB.prepare(SQL.owners).bind(tenant, from, to),
    env.DB.prepare(SQL.costs).bind(tenant, from, to),
  ])
}

/** Adds what was chosen, and what the policy had removed, up to a sequence number. */
export async function rollUpChoices(
  env: Database,
  tenant: string,
  throughSeq: number,
): Promise<void> {
  await steps(env, tenant, 'choice', throughSeq, (from, to) => [
    env.DB.prepare(SQL.choices).bind(tenant, from, to),
  ])
}

async function steps(
  env: Database,
  tenant: string,
  name: 'day' | 'choice',
  throughSeq: number,
  statements: (from: number, to: number) => D1PreparedStatement[],
): Promise<number> {
  const mark = async (): Promise<number> =>
    z.int().parse(await env.DB.prepare(SQL.mark).bind(tenant, name).first('through_seq'))
  await env.DB.prepare(SQL.start).bind(tenant, name).run()
  let from = await mark()
  for (let step = 0; from < throughSeq && step < STEPS_MAX; step++) {
    const to = Math.min(from + STEP_SEQS, throughSeq)
    await env.DB.batch([
      ...statements(from, to),
      env.DB.prepare(SQL.advance).bind(tenant, from, to, name),
    ])
    from = await mark() // another call may have been first
  }
  return from
}

/** A page of a month's roll-up in order; `after` is the last row of the page before. */
export async function rolledRows(
  env: Database,
  tenant: string,
  period: string,
  after: RolledPosition,
  limit: number,
): Promise<readonly PositionedRow[]> {
  const { results } = await env.DB.prepare(
    `SELECT r.period, r.day, r.group_id, r.band, ${SUM_NAMES.filter(
      (name) => !name.startsWith('cost'),
    )
      .map((name) => `r.${name}`)
      .join(', ')},
       CAST(r.cost_micro AS TEXT) AS cost_micro, CAST(r.cost_rest AS TEXT) AS cost_rest, r.first_seq, r.last_seq,
       ${DIMENSIONS.map((name) => `g.${name}`).join(', ')}
     FROM rollup_day r CROSS JOIN rollup_group g ON g.id = r.group_id
     WHERE r.tenant = ?1 AND r.period = ?2 AND (r.day, r.group_id, r.band) > (?3, ?4, ?5)
     ORDER BY r.day, r.group_id, r.band LIMIT ?6`,
  )
    .bind(tenant, period, after.day, after.groupId, after.band, limit)
    .all<StoredRow>()
  return results.map(({ group_id: groupId, cost_micro, cost_rest, ...row }) => ({
    position: { day: row.day, groupId, band: row.band },
    row: { ...row, costPicoUsd: joinHalves(cost_micro, cost_rest) },
  }))
}

export type RolledPosition = {
  readonly day: string
  readonly groupId: number
  readonly band: number
}
export type PositionedRow = { readonly position: RolledPosition; readonly row: RolledRow }
type StoredRow = Omit<RolledRow, 'costPicoUsd'> & {
  readonly group_id: number
  readonly cost_micro: string
  readonly cost_rest: string
}

export const FIRST_POSITION: RolledPosition = { day: '', groupId: 0, band: 0 }

export const joinHalves = (micro: string, rest: string): bigint =>
  BigInt(micro) * 1_000_000n + BigInt(rest)
