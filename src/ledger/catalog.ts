import type { Budget, CatalogDestination, Meters, Model, Price } from '../domain/catalog.ts'
import { priceAt, type PriceBook } from '../pricing/book.ts'
import { bandsOf, type FullMeters } from '../pricing/meters.ts'
import type { TokenMeter } from './rollup.ts'

/** What reports need to know besides the entries: what a price version means, and what models and destinations are. */
export type LedgerCatalog = {
  /** By version: all that ever were in force, so that old entries can be read. */
  readonly prices: ReadonlyMap<string, Price>
  /** What is in force, by day: for counterfactuals. */
  readonly book: PriceBook
  readonly models: ReadonlyMap<string, Model>
  readonly destinations: ReadonlyMap<string, CatalogDestination>
  readonly budgets: readonly Budget[]
  /** Ids of the guardrails in force. */
  readonly guardrails: ReadonlySet<string>
}

/** Which meter of a price bills which tokens. */
const METER_OF = {
  input_tokens: 'input',
  cached_input_tokens: 'cachedInput',
  cache_write_5m_tokens: 'cacheWrite5m',
  cache_write_1h_tokens: 'cacheWrite1h',
  output_tokens: 'output',
} as const satisfies Record<TokenMeter, keyof Meters>

/** Pico-dollars for a token of a meter in a tier of a price; undefined if the price has no such tier. */
export function rateIn(price: Price, band: number, meter: TokenMeter): bigint | undefined {
  const rate = bandsOf(price)[band]?.meters[METER_OF[meter]]
  return rate === undefined ? undefined : BigInt(rate)
}

type Tokens = Readonly<Record<TokenMeter, number>>

/** What tokens cost by the first tier of a price, in pico-dollars. */
export function costByPrice(tokens: Tokens, price: Price): bigint {
  const meters: FullMeters | undefined = bandsOf(price)[0]?.meters
  if (meters === undefined) throw new RangeError(`price ${price.version} has no meters`)
  return (
    BigInt(tokens.input_tokens) * BigInt(meters.input) +
    BigInt(tokens.cached_input_tokens) * BigInt(meters.cachedInput) +
    BigInt(tokens.cache_write_5m_tokens) * BigInt(meters.cacheWrite5m) +
    BigInt(tokens.cache_write_1h_tokens) * BigInt(meters.cacheWrite1h) +
    BigInt(tokens.output_tokens) * BigInt(meters.output)
  )
}

/** The price of a model at a destination on a day (UTC). */
export const priceOn = (
  { book }: Pick<LedgerCatalog, 'book'>,
  destination: string,
  model: string,
  day: string,
): Price | undefined => priceAt(book, destination, model, Date.parse(day))

/** Where the tiers of every price begin, for `rollUp`. */
export const tiersIn =
  (prices: ReadonlyMap<string, Price>) =>
  (version: string): readonly number[] =>
    (prices.get(version)?.tiers ?? []).map(({ aboveInputTokens }) => aboveInputTokens)
