import { CloseEntry, type EntryBody, type StoredEntry } from '../journal/entry.ts'

type Text = string | null
type Count = number | null

/** One closed attempt as finance sees it: a row of the table `posting`, column for column. */
export type Posting = {
  readonly seq: number
  readonly entry_hash: string
  readonly reserve_seq: number
  readonly decision: string
  readonly attempt: string
  /** Calendar month in UTC, `2026-11`. */
  readonly period: string
  readonly posted_ms: number
  readonly kind: string
  readonly outcome: string
  readonly team: string
  readonly app: string
  readonly key_id: string
  readonly cost_centre: string
  readonly purpose: string
  readonly surface: string
  readonly destination: string
  readonly account: string
  readonly region: string
  readonly legal_entity: string
  readonly model_requested: string
  readonly model: string
  readonly upstream_model: string
  readonly model_served: Text
  readonly upstream_request_id: Text
  readonly upstream_status: Count
  readonly service_tier: Text
  readonly finish: Text
  readonly form: string
  readonly level: string
  readonly policy_hash: string
  readonly price_version: string
  /** Tokens in disjoint meters; null where nobody reported any. */
  readonly input_tokens: Count
  readonly cached_input_tokens: Count
  readonly cache_write_5m_tokens: Count
  readonly cache_write_1h_tokens: Count
  readonly output_tokens: Count
  readonly reasoning_tokens: Count
  readonly usage_source: string
  /** Signed integer of pico-dollars, as text: it may exceed 2^53. */
  readonly cost_pico: string
}

/** What an entry adds to the books; undefined for reservations, refusals and steps of the policy, which add nothing. */
export function postingOf(
  entry: EntryBody,
  stored: Pick<StoredEntry, 'hash'>,
): Posting | undefined {
  if (entry.kind === 'reserve' || entry.kind === 'refuse' || entry.kind === 'policy') {
    return undefined
  }
  const { facts, usage } = entry
  return {
    seq: entry.seq,
    entry_hash: stored.hash,
    reserve_seq: entry.reserveSeq,
    decision: entry.decision,
    attempt: entry.attempt,
    period: entry.period,
    posted_ms: entry.atMs,
    kind: entry.kind,
    outcome: entry.outcome,
    team: facts.team,
    app: facts.app,
    key_id: facts.key,
    cost_centre: facts.costCentre,
    purpose: facts.purpose,
    surface: facts.surface,
    destination: facts.destination,
    account: facts.account,
    region: facts.region,
    legal_entity: facts.legalEntity,
    model_requested: facts.modelRequested,
    model: facts.model,
    upstream_model: facts.upstreamModel,
    model_served: entry.modelServed,
    upstream_request_id: entry.upstreamRequestId,
    upstream_status: entry.upstreamStatus,
    service_tier: entry.serviceTier,
    finish: entry.finish,
    form: facts.form,
    level: facts.level,
    policy_hash: facts.policyHash,
    price_version: facts.priceVersion,
    input_tokens: usage?.input ?? null,
    cached_input_tokens: usage?.cachedInput ?? null,
    cache_write_5m_tokens: usage?.cacheWrite5m ?? null,
    cache_write_1h_tokens: usage?.cacheWrite1h ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
    usage_source: entry.usageSource,
    cost_pico: BigInt(entry.costPicoUsd).toString(),
  }
}

/** `postingOf` in SQL: where in the JSON of the entry's body each column is found. */
export const POSTING_PATHS = {
  seq: '$.seq',
  reserve_seq: '$.reserveSeq',
  decision: '$.decision',
  attempt: '$.attempt',
  period: '$.period',
  posted_ms: '$.atMs',
  kind: '$.kind',
  outcome: '$.outcome',
  team: '$.facts.team',
  app: '$.facts.app',
  key_id: '$.facts.key',
  cost_centre: '$.facts.costCentre',
  purpose: '$.facts.purpose',
  surface: '$.facts.surface',
  destination: '$.facts.destination',
  account: '$.facts.account',
  region: '$.facts.region',
  legal_entity: '$.facts.legalEntity',
  model_requested: '$.facts.modelRequested',
  model: '$.facts.model',
  upstream_model: '$.facts.upstreamModel',
  model_served: '$.modelServed',
  upstream_request_id: '$.upstreamRequestId',
  upstream_status: '$.upstreamStatus',
  service_tier: '$.serviceTier',
  finish: '$.finish',
  form: '$.facts.form',
  level: '$.facts.level',
  policy_hash: '$.facts.policyHash',
  price_version: '$.facts.priceVersion',
  input_tokens: '$.usage.input',
  cached_input_tokens: '$.usage.cachedInput',
  cache_write_5m_tokens: '$.usage.cacheWrite5m',
  cache_write_1h_tokens: '$.usage.cacheWrite1h',
  output_tokens: '$.usage.output',
  reasoning_tokens: '$.usage.reasoning',
  usage_source: '$.usageSource',
  cost_pico: '$.costPicoUsd',
} as const satisfies Record<Exclude<keyof Posting, 'entry_hash'>, string>

/** Names of the columns of `posting`, `tenant` aside, in the order of the export. */
export const POSTING_COLUMNS = [
  'seq',
  'entry_hash',
  'reserve_seq',
  'decision',
  'attempt',
  'period',
  'posted_ms',
  'kind',
  'outcome',
  'team',
  'app',
  'key_id',
  'cost_centre',
  'purpose',
  'surface',
  'destination',
  'account',
  'region',
  'legal_entity',
  'model_requested',
  'model',
  'upstream_model',
  'model_served',
  'upstream_request_id',
  'upstream_status',
  'service_tier',
  'finish',
  'form',
  'level',
  'policy_hash',
  'price_version',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'usage_source',
  'cost_pico',
] as const satisfies readonly (keyof Posting)[]

/** Kinds of entries that close an attempt, and so have a posting. */
export const POSTED_KINDS: readonly string[] = CloseEntry.shape.kind.options
