import * as z from 'zod'
import { canonicalJson } from '../../encoding/canonical-json.ts'
import { TrafficLabel, type AttributeVector } from '../../policy/traffic.ts'
import { vectorOf, type Unreplayable } from '../../policy/traffic-vector.ts'
import { Seen } from '../../domain/seen.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** Decisions that are alike: what they were about, what became of them, and how many there were. */
export type AlikeDecisions = {
  readonly day: string
  readonly app: string
  readonly vector: { readonly text: string; readonly attributes: AttributeVector } | Unreplayable
  /** `sent:<destination>` or `refused:<code>`. */
  readonly outcome: string
  readonly policyHash: string
  readonly requests: number
  /** Ids of the first and the last of them. */
  readonly examples: readonly string[]
}

/** What the settlements of such decisions come to. */
export type AlikeCosts = Pick<AlikeDecisions, 'day' | 'app' | 'vector' | 'outcome'> & {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costMicro: number
  readonly costRest: number
}

/** The fields of an opening entry that the vector is made of, and the outcome, as JSON texts. */
const OPENING_COLUMNS = `
  date(at_ms / 1000, 'unixepoch') AS day,
  COALESCE(facts ->> 'team', body ->> 'team') AS team,
  COALESCE(facts ->> 'app', body ->> 'app') AS app,
  COALESCE(facts ->> 'purpose', body ->> 'purpose') AS purpose,
  COALESCE(facts ->> 'surface', body ->> 'surface') AS surface,
  CASE kind WHEN 'reserve' THEN 'sent:' || (facts ->> 'destination') ELSE 'refused:' || (body ->> 'code') END AS outcome,
  receipt -> 'label' AS label, receipt -> 'seen' AS seen, receipt ->> 'policyHash' AS policy_hash`

const PARTS = `
  SELECT seq, kind, decision, at_ms, body, body -> 'facts' AS facts, body -> 'receipt' AS receipt FROM raw`

const ALIKE = 'day, team, app, purpose, surface, outcome, label, seen, policy_hash'

const SQL = {
  /** The first entry of a decision opens it: a reservation numbered 1, or a refusal without any reservation. */
  openings: `
    WITH raw AS MATERIALIZED (
      SELECT seq, kind, decision, at_ms, jsonb(body) AS body FROM journal_entry e
      WHERE tenant = ?1 AND seq > ?2 AND seq <= ?3 AND at_ms >= ?4 AND (
        (kind = 'reserve' AND body ->> 'number' = 1) OR
        (kind = 'refuse' AND NOT EXISTS (
          SELECT 1 FROM journal_entry r WHERE r.tenant = ?1 AND r.decision = e.decision AND r.kind = 'reserve')))
    ), part AS (${PARTS})
    SELECT ${OPENING_COLUMNS}, COUNT(*) AS requests, MIN(decision) AS first, MAX(decision) AS last
    FROM part GROUP BY ${ALIKE}`,
  /** What is posted belongs to the decision that it was posted for, whichever attempt it was. */
  costs: `
    WITH posted AS MATERIALIZED (
      SELECT (SELECT MIN(e.seq) FROM journal_entry e
              WHERE e.tenant = ?1 AND e.decision = p.decision AND e.kind = 'reserve') AS opening,
        COALESCE(input_tokens, 0) + COALESCE(cached_input_tokens, 0)
          + COALESCE(cache_write_5m_tokens, 0) + COALESCE(cache_write_1h_tokens, 0) AS input,
        COALESCE(output_tokens, 0) AS output, CAST(cost_pico AS INTEGER) AS cost
      FROM posting p WHERE tenant = ?1 AND seq > ?2 AND seq <= ?3
    ), summed AS MATERIALIZED (
      SELECT opening, SUM(input) AS input, SUM(output) AS output, SUM(cost / 1000000) AS micro, SUM(cost % 1000000) AS rest
      FROM posted WHERE opening IS NOT NULL GROUP BY opening
    ), raw AS MATERIALIZED (
      SELECT e.seq, kind, decision, at_ms, jsonb(body) AS body, input, output, micro, rest
      FROM summed CROSS JOIN journal_entry e ON e.tenant = ?1 AND e.seq = summed.opening
    ), part AS (
      SELECT *, body -> 'facts' AS facts, body -> 'receipt' AS receipt FROM raw
    )
    SELECT ${OPENING_COLUMNS}, SUM(input) AS input, SUM(output) AS output, SUM(micro) AS micro, SUM(rest) AS rest
    FROM part GROUP BY ${ALIKE}`,
}

const Opening = z.object({
  day: z.string(),
  team: z.string(),
  app: z.string(),
  purpose: z.string().nullable(),
  surface: z.string(),
  outcome: z.string(),
  label: z.string().nullable(),
  seen: z.string().nullable(),
  policy_hash: z.string().nullable(),
})
const OpeningRow = Opening.extend({ requests: z.int(), first: z.string(), last: z.string() })
const CostRow = Opening.extend({
  input: z.int(),
  output: z.int(),
  micro: z.int(),
  rest: z.int(),
})

/** Decisions that were taken in a run of entries, from a moment on; each decision once, where its first entry stands. */
export async function decisionsIn(
  env: Database,
  tenant: string,
  run: { readonly after: number; readonly through: number; readonly sinceMs: number },
): Promise<readonly AlikeDecisions[]> {
  const { results } = await env.DB.prepare(SQL.openings)
    .bind(tenant, run.after, run.through, run.sinceMs)
    .all()
  return results.map((row) => {
    const opening = OpeningRow.parse(row)
    const { day, app, outcome, policy_hash: policyHash, requests, first, last } = opening
    return {
      day,
      app,
      outcome,
      vector: vectorIn(opening),
      policyHash: policyHash ?? '',
      requests,
      examples: first === last ? [first] : [first, last],
    }
  })
}

/** What was posted in a run of entries, by the decisions that it was posted for. */
export async function costsIn(
  env: Database,
  tenant: string,
  run: { readonly after: number; readonly through: number },
): Promise<readonly AlikeCosts[]> {
  const { results } = await env.DB.prepare(SQL.costs).bind(tenant, run.after, run.through).all()
  return results.map((row) => {
    const opening = CostRow.parse(row)
    const { day, app, outcome, input, output, micro, rest } = opening
    return {
      day,
      app,
      outcome,
      vector: vectorIn(opening),
      inputTokens: input,
      outputTokens: output,
      costMicro: micro,
      costRest: rest,
    }
  })
}

function vectorIn(opening: z.infer<typeof Opening>): AlikeDecisions['vector'] {
  const { team, app, purpose, surface } = opening
  if (opening.label === null) return 'no-decision'
  if (opening.seen === null || purpose === null) return 'before-recording'
  const label = TrafficLabel.safeParse(JSON.parse(opening.label))
  const seen = Seen.safeParse(JSON.parse(opening.seen))
  if (!label.success || !seen.success) return 'unknown-form'
  const attributes = vectorOf({ label: label.data, seen: seen.data, team, app, purpose, surface })
  return typeof attributes === 'string'
    ? attributes
    : { text: canonicalJson(attributes), attributes }
}
