import * as z from 'zod'
import type { Env } from '../env.ts'
import { watermark } from './ledger.ts'

type Database = Pick<Env, 'DB'>

/** Entries that are read in one transaction. */
const CHUNK_ENTRIES = 2_000
/** In one call: the rest comes with the next, a minute later. */
const CHUNKS_MAX = 50

/** Brings the searchable table of decisions up to what the ledger has, and answers up to which entry that is. */
export async function indexDecisions(env: Database, tenant: string): Promise<number> {
  const head = await watermark(env, tenant)
  let through = await markOf(env, tenant)
  for (let chunk = 0; chunk < CHUNKS_MAX && through < head; chunk++) {
    const to = Math.min(head, through + CHUNK_ENTRIES)
    await env.DB.batch([
      ensureMark(env, tenant),
      ...STEPS.map((sql) => env.DB.prepare(sql).bind(tenant, through, to)),
    ])
    through = await markOf(env, tenant)
  }
  return through
}

async function markOf(env: Database, tenant: string): Promise<number> {
  const seq = await env.DB.prepare('SELECT through_seq FROM decision_mark WHERE tenant = ?1')
    .bind(tenant)
    .first('through_seq')
  return z.int().nullable().parse(seq) ?? 0
}

const ensureMark = (env: Database, tenant: string): D1PreparedStatement =>
  env.DB.prepare(
    'INSERT INTO decision_mark (tenant, through_seq) VALUES (?1, 0) ON CONFLICT DO NOTHING',
  ).bind(tenant)

/** The entries after the mark, if the mark is still where we think it is: of two who do this at once, one does nothing. */
const ENTRIES = `journal_entry e WHERE e.tenant = ?1 AND e.seq > ?2 AND e.seq <= ?3
  AND EXISTS (SELECT 1 FROM decision_mark m WHERE m.tenant = ?1 AND m.through_seq = ?2)`

/** A reservation says who and where in `facts`, a refusal at the top. */
const OPENED = `INSERT INTO decision (tenant, seq, decision, at_ms, team, app, key_id, surface, code, rule, level, policy_hash, attempts)
  SELECT e.tenant, e.seq, e.decision, e.at_ms,
    COALESCE(e.body ->> '$.facts.team', e.body ->> '$.team'),
    COALESCE(e.body ->> '$.facts.app', e.body ->> '$.app'),
    COALESCE(e.body ->> '$.facts.key', e.body ->> '$.key'),
    COALESCE(e.body ->> '$.facts.surface', e.body ->> '$.surface'),
    e.body ->> '$.code', e.body ->> '$.rule',
    COALESCE(e.body ->> '$.facts.level', e.body ->> '$.receipt.label.level'),
    COALESCE(e.body ->> '$.facts.policyHash', e.body ->> '$.receipt.policyHash'),
    0
  FROM ${ENTRIES} AND (e.kind = 'refuse' OR (e.kind = 'reserve' AND e.body ->> '$.number' = 1))
  ORDER BY e.seq
  ON CONFLICT (tenant, decision) DO UPDATE SET code = excluded.code, rule = excluded.rule`

/** The last of a decision's attempts; SQLite takes the other columns from the row of the maximum. */
const ATTEMPTED = `UPDATE decision SET destination = a.destination, model = a.model, attempts = MAX(attempts, a.number)
  FROM (SELECT e.decision, MAX(e.seq), e.body ->> '$.facts.destination' AS destination,
      e.body ->> '$.facts.model' AS model, e.body ->> '$.number' AS number
    FROM ${ENTRIES} AND e.kind = 'reserve' GROUP BY e.decision) AS a
  WHERE decision.tenant = ?1 AND decision.decision = a.decision`

const CLOSED = `UPDATE decision SET outcome = c.outcome, upstream_status = c.upstream_status
  FROM (SELECT e.decision, MAX(e.seq), e.body ->> '$.outcome' AS outcome,
      e.body ->> '$.upstreamStatus' AS upstream_status
    FROM ${ENTRIES} AND e.kind IN ('settle', 'expire', 'void') GROUP BY e.decision) AS c
  WHERE decision.tenant = ?1 AND decision.decision = c.decision`

const rulesAt = (path: string): string =>
  `INSERT INTO decision_rule (tenant, rule, at_ms, seq)
   SELECT e.tenant, r.value, e.at_ms, e.seq FROM
     (SELECT e.tenant, e.at_ms, e.seq, e.body FROM ${ENTRIES} AND e.kind IN ('reserve', 'refuse')) AS e,
     json_each(e.body, '${path}') AS r
   WHERE r.type = 'text' AND EXISTS (SELECT 1 FROM decision d WHERE d.tenant = e.tenant AND d.at_ms = e.at_ms AND d.seq = e.seq)
   ON CONFLICT DO NOTHING`

const MARKED = 'UPDATE decision_mark SET through_seq = ?3 WHERE tenant = ?1 AND through_seq = ?2'

const STEPS: readonly string[] = [
  OPENED,
  ATTEMPTED,
  CLOSED,
  ...['$.rule', '$.receipt.guardrails', '$.receipt.simulated', '$.receipt.waivers'].map(rulesAt),
  MARKED,
]
