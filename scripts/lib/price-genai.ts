import * as z from 'zod'
import {
  microUsd,
  rateKey,
  ratesFrom,
  type Catalogue,
  type Listing,
  type Meter,
  type Rates,
} from './price-listing.ts'

type Clause = {
  readonly equals?: string | undefined
  readonly starts_with?: string | undefined
  readonly ends_with?: string | undefined
  readonly contains?: string | undefined
  readonly regex?: string | undefined
  readonly or?: readonly Clause[] | undefined
  readonly and?: readonly Clause[] | undefined
}

const Clause: z.ZodType<Clause> = z.lazy(() =>
  z.object({
    equals: z.string().optional(),
    starts_with: z.string().optional(),
    ends_with: z.string().optional(),
    contains: z.string().optional(),
    regex: z.string().optional(),
    or: z.array(Clause).optional(),
    and: z.array(Clause).optional(),
  }),
)

const Rate = z.union([
  z.number(),
  z.object({
    base: z.number(),
    tiers: z.array(z.object({ start: z.int().positive(), price: z.number() })),
  }),
])
type Rate = z.infer<typeof Rate>

const Rated = z.record(z.string(), Rate)
const Dated = z.object({
  constraint: z
    .object({ start_date: z.iso.date().optional(), start_time: z.string().optional() })
    .optional(),
  prices: Rated,
})
const Data = z.array(
  z.object({
    id: z.string(),
    models: z.array(
      z.object({ id: z.string(), match: Clause, prices: z.union([z.array(Dated), Rated]) }),
    ),
  }),
)
type Prices = z.infer<typeof Data>[number]['models'][number]['prices']

/** Our destinations by its names. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'google',
  together: 'together',
  fireworks: 'fireworks',
  deepseek: 'deepseek',
  mistral: 'mistral',
  zai: 'zai',
}

const METER_NAMES: Readonly<Record<string, Meter>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cachedInput',
  cache_write_mtok: 'cacheWrite5m',
  cache_write_1h_mtok: 'cacheWrite1h',
  output_mtok: 'output',
}

/** Dollars per million tokens. */
const SCALE = 1e6

/** pydantic/genai-prices, `data-v2.json`: start dates and tiers. @throws ZodError if the file is another. */
export function readGenaiPrices(json: unknown): Catalogue {
  const providers = new Map(Data.parse(json).map(({ id, models }) => [id, models]))
  return {
    name: 'genai-prices',
    isGood: true,
    find: (destination, upstreamModel) => {
      const name = upstreamModel.toLowerCase()
      const models = providers.get(PROVIDERS[destination] ?? '') ?? []
      const model = models.find(({ match }) => matches(match, name))
      return model === undefined ? undefined : listingOf(model.prices)
    },
  }
}

function matches(clause: Clause, name: string): boolean {
  const { equals, starts_with, ends_with, contains, regex, or, and } = clause
  if (equals !== undefined) return name === equals.toLowerCase()
  if (starts_with !== undefined) return name.startsWith(starts_with.toLowerCase())
  if (ends_with !== undefined) return name.endsWith(ends_with.toLowerCase())
  if (contains !== undefined) return name.includes(contains.toLowerCase())
  if (regex !== undefined) return new RegExp(regex, 'i').test(name)
  if (or !== undefined) return or.some((each) => matches(each, name))
  return and !== undefined && and.length > 0 && and.every((each) => matches(each, name))
}

function listingOf(prices: Prices): Listing {
  if (!Array.isArray(prices)) return { spans: [{ from: '', rates: ratesIn(prices) }] }
  if (prices.some(({ constraint }) => constraint?.start_time !== undefined))
    return { spans: [], problem: 'a price by the time of day, which prices.yaml cannot hold' }
  return {
    spans: prices.map(({ constraint, prices: rated }) => ({
      from: constraint?.start_date ?? '',
      rates: ratesIn(rated),
    })),
  }
}

const ratesIn = (rated: Readonly<Record<string, Rate>>): Rates =>
  ratesFrom(
    Object.entries(rated).flatMap(([name, rate]) => {
      const meter = METER_NAMES[name]
      if (meter === undefined) return []
      if (typeof rate === 'number') return [[meter, microUsd(rate, SCALE)] as const]
      return [
        [meter, microUsd(rate.base, SCALE)] as const,
        ...rate.tiers.map(
          ({ start, price }) => [rateKey(meter, start), microUsd(price, SCALE)] as const,
        ),
      ]
    }),
  )
