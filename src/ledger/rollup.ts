import type { Posting } from './postings.ts'

/** Dimensions of all reports: columns of `rollup_group`. */
export const DIMENSIONS = [
  'cost_centre',
  'team',
  'app',
  'key_id',
  'purpose',
  'destination',
  'account',
  'region',
  'legal_entity',
  'model',
  'upstream_model',
  'level',
  'form',
  'kind',
  'outcome',
  'usage_source',
  'price_version',
  'policy_hash',
] as const satisfies readonly (keyof Posting)[]
export type Dimension = (typeof DIMENSIONS)[number]

/** Meters in tokens, disjoint; `reasoning_tokens` is a share of output and not among them. */
export const TOKEN_METERS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
] as const satisfies readonly (keyof Posting)[]
export type TokenMeter = (typeof TOKEN_METERS)[number]

/** Sums over postings that have dimensions in common. */
export type Sums = Readonly<Record<TokenMeter, number>> & {
  readonly attempts: number
  /** Attempts that were answered or accrued, reversals taken off. */
  readonly requests: number
  readonly reasoning_tokens: number
  readonly costPicoUsd: bigint
}

/** A day's postings of one group and one tier of its price: a row of `rollup_day` with its group. */
export type RolledRow = Readonly<Record<Dimension, string>> &
  Sums & {
    readonly period: string
    /** UTC, `2026-11-24`. */
    readonly day: string
    readonly band: number
    readonly first_seq: number
    readonly last_seq: number
  }

/** How a kind counts as requests; kinds that are not here count none. */
export const REQUESTS_OF_KIND: Readonly<Record<string, number>> = {
  settle: 1,
  expire: 1,
  reverse: -1,
}

export const NO_SUMS: Sums = {
  attempts: 0,
  requests: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  costPicoUsd: 0n,
}

export const addSums = (a: Sums, b: Sums): Sums => ({
  attempts: a.attempts + b.attempts,
  requests: a.requests + b.requests,
  input_tokens: a.input_tokens + b.input_tokens,
  cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
  cache_write_5m_tokens: a.cache_write_5m_tokens + b.cache_write_5m_tokens,
  cache_write_1h_tokens: a.cache_write_1h_tokens + b.cache_write_1h_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
  costPicoUsd: a.costPicoUsd + b.costPicoUsd,
})

/** Where the tiers of a price begin, in order: above so many input tokens of all meters together. */
export type TiersOf = (priceVersion: string) => readonly number[]

export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

/** What the database's roll-up must hold: the same sums, computed one posting after the other. */
export function rollUp(postings: readonly Posting[], tiersOf: TiersOf): RolledRow[] {
  const rows = new Map<string, RolledRow>()
  for (const posting of postings) {
    const day = dayOf(posting.posted_ms)
    const band = bandOf(posting, tiersOf)
    const key = JSON.stringify([
      posting.period,
      day,
      band,
      ...DIMENSIONS.map((name) => posting[name]),
    ])
    const known = rows.get(key)
    const sums = addSums(known ?? NO_SUMS, sumsOf(posting))
    const { seq, period } = posting
    rows.set(key, {
      ...dimensionsOf(posting),
      ...sums,
      period,
      day,
      band,
      first_seq: Math.min(known?.first_seq ?? seq, seq),
      last_seq: Math.max(known?.last_seq ?? seq, seq),
    })
  }
  return [...rows.values()]
}

function bandOf(posting: Posting, tiersOf: TiersOf): number {
  const { input_tokens, cached_input_tokens, cache_write_5m_tokens, cache_write_1h_tokens } =
    posting
  const counts = [input_tokens, cached_input_tokens, cache_write_5m_tokens, cache_write_1h_tokens]
  const input = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  return tiersOf(posting.price_version).filter((above) => input > above).length
}

const sumsOf = (posting: Posting): Sums => ({
  attempts: 1,
  requests: REQUESTS_OF_KIND[posting.kind] ?? 0,
  input_tokens: posting.input_tokens ?? 0,
  cached_input_tokens: posting.cached_input_tokens ?? 0,
  cache_write_5m_tokens: posting.cache_write_5m_tokens ?? 0,
  cache_write_1h_tokens: posting.cache_write_1h_tokens ?? 0,
  output_tokens: posting.output_tokens ?? 0,
  reasoning_tokens: posting.reasoning_tokens ?? 0,
  costPicoUsd: BigInt(posting.cost_pico),
})

const dimensionsOf = (posting: Posting): Readonly<Record<Dimension, string>> => ({
  cost_centre: posting.cost_centre,
  team: posting.team,
  app: posting.app,
  key_id: posting.key_id,
  purpose: posting.purpose,
  destination: posting.destination,
  account: posting.account,
  region: posting.region,
  legal_entity: posting.legal_entity,
  model: posting.model,
  upstream_model: posting.upstream_model,
  level: posting.level,
  form: posting.form,
  kind: posting.kind,
  outcome: posting.outcome,
  usage_source: posting.usage_source,
  price_version: posting.price_version,
  policy_hash: posting.policy_hash,
})
