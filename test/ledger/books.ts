import type { Price } from '../../src/domain/catalog.ts'
import type { CloseEntry } from '../../src/journal/entry.ts'
import type { LedgerCatalog } from '../../src/ledger/catalog.ts'
import { NO_FINANCE, type Finance } from '../../src/ledger/finance.ts'
import type { FocusContext } from '../../src/ledger/focus/cells.ts'
import { postingOf, type Posting } from '../../src/ledger/postings.ts'
import { openBook } from '../../src/pricing/book.ts'
import { costOf } from '../../src/pricing/cost.ts'
import { settled } from './entries.ts'

const priceOf = (
  destination: string,
  model: string,
  meters: Price['meters'],
  tiers: Price['tiers'] = [],
): Price => ({
  version: `${destination}/${model}@2026-01-01`,
  destination,
  model,
  validFrom: '2026-01-01',
  meters,
  tiers,
  source: 'test',
})

/** Prices of the real world's shape: neurons, a cached meter, a tier, a free one. */
export const PRICES: readonly Price[] = [
  priceOf('workers-ai', 'qwen3-30b-a3b', { input: 50_875, output: 335_225 }),
  priceOf('openai', 'gpt-5.4', { input: 2_500_000, cachedInput: 250_000, output: 15_000_000 }, [
    {
      aboveInputTokens: 272_000,
      meters: { input: 5_000_000, cachedInput: 500_000, output: 22_500_000 },
    },
  ]),
  priceOf('anthropic', 'claude-haiku-4-5', {
    input: 1_000_000,
    cachedInput: 100_000,
    cacheWrite5m: 1_250_000,
    cacheWrite1h: 2_000_000,
    output: 5_000_000,
  }),
  priceOf('vllm', 'qwen3-30b-a3b', { input: 0, output: 0 }),
]

const destination = (
  id: string,
  kind: 'edge' | 'closed' | 'onprem',
  zone: 'own' | 'third-party',
) => ({
  id,
  adapter: id,
  account: 'default',
  region: 'default',
  facts: {
    class: kind,
    zone: { value: zone, evidence: 'test', expires: '2030-01-01' },
    countries: { value: ['US'], evidence: 'test', expires: '2030-01-01' },
    legalEntity: { value: `${id} Inc.`, evidence: 'test', expires: '2030-01-01' },
    retentionDays: { value: 0, evidence: 'test', expires: '2030-01-01' },
    trainsOnData: { value: false, evidence: 'test', expires: '2030-01-01' },
    agreements: [],
  },
})

const model = (
  id: string,
  developer: string,
  openWeights: boolean,
  destinations: readonly string[],
) => ({
  id,
  family: id.split('-')[0] ?? id,
  developer,
  openWeights,
  quality: 'standard' as const,
  offers: destinations.map((each) => ({
    destination: each,
    upstreamModel: `up/${id}`,
    contextTokens: 100_000,
    outputTokensMax: 8_000,
    features: [],
    source: 'test',
  })),
})

export const CATALOG: LedgerCatalog = {
  prices: new Map(PRICES.map((each) => [each.version, each])),
  book: openBook(PRICES),
  models: new Map(
    [
      model('qwen3-30b-a3b', 'Alibaba', true, ['workers-ai', 'vllm']),
      model('gpt-5.4', 'OpenAI', false, ['openai']),
      model('claude-haiku-4-5', 'Anthropic', false, ['anthropic']),
    ].map((each) => [each.id, each]),
  ),
  destinations: new Map(
    [
      destination('workers-ai', 'edge', 'third-party'),
      destination('openai', 'closed', 'third-party'),
      destination('anthropic', 'closed', 'third-party'),
      destination('vllm', 'onprem', 'own'),
    ].map((each) => [each.id, each]),
  ),
  budgets: [],
  guardrails: new Set(['health-stays-home']),
}

export const finance = (changes: Partial<Finance> = {}): Finance => ({ ...NO_FINANCE, ...changes })

export const contextOf = (changes: Partial<Finance> = {}): FocusContext => ({
  tenant: 'acme',
  finance: finance(changes),
  catalog: CATALOG,
})

type Close = CloseEntry
type Tokens = Partial<NonNullable<Close['usage']>>

/** An answered attempt at a price of the list, at its exact cost. */
export function answered(
  version: string,
  tokens: Tokens,
  changes: {
    seq?: number
    atMs?: number
    team?: string
    app?: string
    costCentre?: string
    level?: string
  } = {},
): Posting {
  const price = CATALOG.prices.get(version)
  if (price === undefined) throw new Error(`no price ${version}`)
  const usage = {
    input: 0,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 0,
    reasoning: 0,
    ...tokens,
  }
  const { seq = 1, atMs, ...owner } = changes
  const base = settled(String(costOf(usage, price)), {
    usage,
    ...(atMs === undefined ? {} : { atMs }),
  })
  return post({
    ...base,
    seq,
    facts: {
      ...base.facts,
      ...owner,
      destination: price.destination,
      legalEntity: `${price.destination} Inc.`,
      model: price.model,
      upstreamModel: `up/${price.model}`,
      priceVersion: version,
    },
  })
}

export function post(body: Close): Posting {
  const posting = postingOf(body, { hash: 'c'.repeat(64) })
  if (posting === undefined) throw new Error('a close posts')
  return posting
}
