import { createHash } from 'node:crypto'
import * as z from 'zod'
import { DAY_MS } from '../../policy/facts.ts'
import { AttributeVector, type TrafficGroup } from '../../policy/traffic.ts'
import type { Env } from '../env.ts'
import { joinHalves } from './ledger-rollup.ts'
import { costsIn, decisionsIn, type AlikeDecisions } from './traffic-entries.ts'
import { watermark } from './ledger.ts'

type Database = Pick<Env, 'DB'>

/** Sequence numbers of one step: a fraction of a second of D1, and a few megabytes if every request is another. */
const STEP_SEQS = 10_000
/** What is left waits for the next minute. */
const STEPS_MAX = 20
/** A row has some hundred bytes. */
const PAGE_ROWS = 10_000

const SENT = 'sent:'

const SQL = {
  start: `INSERT INTO traffic_mark (tenant, through_seq) VALUES (?1, 0) ON CONFLICT DO NOTHING`,
  mark: `SELECT through_seq FROM traffic_mark WHERE tenant = ?1`,
  vectors: `
    INSERT INTO traffic_vector (tenant, hash, vector, last_day)
    SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2) WHERE true
    ON CONFLICT DO UPDATE SET last_day = excluded.last_day WHERE excluded.last_day > last_day`,
  /** Nothing is added unless the mark is still where the step began: two at once cannot both count. */
  days: `
    INSERT INTO traffic_day (tenant, day, vector, app, outcome, requests, input_tokens, output_tokens, cost_micro, cost_rest)
    SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
    FROM json_each(?2)
    WHERE EXISTS (SELECT 1 FROM traffic_mark WHERE tenant = ?1 AND through_seq = ?3)
    ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
      input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
      cost_micro = cost_micro + excluded.cost_micro, cost_rest = cost_rest + excluded.cost_rest`,
  advance: `UPDATE traffic_mark SET through_seq = ?3 WHERE tenant = ?1 AND through_seq = ?2`,
  /** Pages by vector and outcome: sums first, because a page's vectors are few and its days many. */
  records: `
    WITH page AS MATERIALIZED (
      SELECT vector, outcome, SUM(requests) AS requests, SUM(input_tokens) AS input, SUM(output_tokens) AS output,
        CAST(SUM(cost_micro) AS TEXT) AS micro, CAST(SUM(cost_rest) AS TEXT) AS rest
      FROM traffic_day
      WHERE tenant = ?1 AND day >= ?2 AND day <= ?3 AND (vector, outcome) > (?4, ?5) AND vector <> ''
      GROUP BY vector, outcome ORDER BY vector, outcome LIMIT ?6
    )
    SELECT page.*, v.vector AS attributes FROM page CROSS JOIN traffic_vector v ON v.tenant = ?1 AND v.hash = page.vector
    ORDER BY page.vector, outcome`,
  skipped: `
    SELECT substr(outcome, 9) AS why, SUM(requests) AS requests FROM traffic_day
    WHERE tenant = ?1 AND day >= ?2 AND day <= ?3 AND vector = '' GROUP BY why`,
}

/**
 * Adds what D1's copy of the journal says of decisions to the stored traffic, step by step. Answers how far it has come: what
 * one call leaves, the next takes.
 */
export async function rollUpTraffic(env: Database, tenant: string): Promise<number> {
  const throughSeq = await watermark(env, tenant)
  const mark = async (): Promise<number> =>
    z.int().parse(await env.DB.prepare(SQL.mark).bind(tenant).first('through_seq'))
  await env.DB.prepare(SQL.start).bind(tenant).run()
  let from = await mark()
  for (let step = 0; from < throughSeq && step < STEPS_MAX; step++) {
    const to = Math.min(from + STEP_SEQS, throughSeq)
    const { vectors, days } = await stepOf(env, tenant, from, to)
    await env.DB.batch([
      ...chunks(vectors).map((some) => env.DB.prepare(SQL.vectors).bind(tenant, some)),
      ...chunks(days).map((some) => env.DB.prepare(SQL.days).bind(tenant, some, from)),
      env.DB.prepare(SQL.advance).bind(tenant, from, to),
    ])
    from = await mark() // another call may have been first
  }
  return from
}

type Row = [day: string, vector: string, app: string, outcome: string, ...sums: number[]]

async function stepOf(env: Database, tenant: string, from: number, to: number) {
  const run = { after: from, through: to, sinceMs: 0 }
  const [decisions, costs] = await Promise.all([
    decisionsIn(env, tenant, run),
    costsIn(env, tenant, run),
  ])
  const vectors = new Map<string, [hash: string, text: string, lastDay: string]>()
  const days = new Map<string, Row>()
  const add = (of: Pick<AlikeDecisions, 'day' | 'app' | 'vector' | 'outcome'>, sums: number[]) => {
    const { day, app, vector } = of
    const isKnown = typeof vector !== 'string'
    const hash = isKnown ? hashOf(vector.text) : ''
    const outcome = isKnown ? of.outcome : `skipped:${vector}`
    const lastDay = vectors.get(hash)?.[2] ?? day
    if (isKnown) vectors.set(hash, [hash, vector.text, day > lastDay ? day : lastDay])
    const key = JSON.stringify([day, hash, app, outcome])
    const known = days.get(key)
    if (known === undefined) days.set(key, [day, hash, app, outcome, ...sums])
    else for (const [at, sum] of sums.entries()) known[4 + at] = Number(known[4 + at]) + sum
  }
  for (const one of decisions) add(one, [one.requests, 0, 0, 0, 0])
  for (const one of costs)
    add(one, [0, one.inputTokens, one.outputTokens, one.costMicro, one.costRest])
  return { vectors: [...vectors.values()], days: [...days.values()] }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Of one bound parameter, which D1 takes up to 2 MB of. */
const CHUNK_ROWS = 1_000

function chunks(rows: readonly unknown[]): string[] {
  const texts: string[] = []
  for (let at = 0; at < rows.length; at += CHUNK_ROWS)
    texts.push(JSON.stringify(rows.slice(at, at + CHUNK_ROWS)))
  return texts
}

const RecordRow = z.object({
  vector: z.string(),
  attributes: z.string(),
  outcome: z.string(),
  requests: z.int(),
  input: z.int(),
  output: z.int(),
  micro: z.string(),
  rest: z.string(),
})

/**
 * The stored traffic of the days (UTC) that a span of time touches, for `replay`: each attribute vector with how often it came,
 * by where it was sent first; `destination` is null where it was refused. As far as it has been added up: see `rollUpTraffic`.
 *
 * @param toMs exclusive
 */
export async function trafficRecords(
  env: Database,
  tenant: string,
  fromMs: number,
  toMs: number,
): Promise<readonly TrafficGroup[]> {
  const [first, last] = daysOf(fromMs, toMs)
  const groups: TrafficGroup[] = []
  const seen = new Map<string, AttributeVector>()
  let after = { vector: '', outcome: '' }
  for (;;) {
    const { results } = await env.DB.prepare(SQL.records)
      .bind(tenant, first, last, after.vector, after.outcome, PAGE_ROWS)
      .all()
    for (const row of results) {
      const record = RecordRow.parse(row)
      const { vector, outcome, requests, input, output, micro, rest } = record
      after = { vector, outcome }
      const attributes = seen.get(vector) ?? AttributeVector.parse(JSON.parse(record.attributes))
      seen.set(vector, attributes)
      groups.push({
        attributes,
        destination: outcome.startsWith(SENT) ? outcome.slice(SENT.length) : null,
        count: requests,
        tokens: { input, output },
        costPicoUsd: joinHalves(micro, rest),
      })
    }
    if (results.length < PAGE_ROWS) return groups
  }
}

const SkippedRow = z.object({ why: z.string(), requests: z.int() })

/** Decisions of those days that no policy can decide again, by why. */
export async function trafficSkipped(
  env: Database,
  tenant: string,
  fromMs: number,
  toMs: number,
): Promise<Readonly<Record<string, number>>> {
  const { results } = await env.DB.prepare(SQL.skipped)
    .bind(tenant, ...daysOf(fromMs, toMs))
    .all()
  const rows = results.map((row) => SkippedRow.parse(row))
  return Object.fromEntries(rows.map(({ why, requests }) => [why, requests]))
}

/** The first and the last day (UTC) that a span of time touches; `toMs` is exclusive. */
export const daysOf = (fromMs: number, toMs: number): [first: string, last: string] => [
  dayOf(fromMs),
  dayOf(Math.max(fromMs, toMs - 1)),
]

const dayOf = (atMs: number): string =>
  new Date(Math.floor(atMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
