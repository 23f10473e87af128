import * as z from 'zod'
import {
  microUsd,
  rateKey,
  ratesFrom,
  type Catalogue,
  type Listing,
  type Meter,
} from './price-listing.ts'

/** Files of Portkey by our destinations. */
export const PORTKEY_FILES: Readonly<Record<string, string>> = {
  openai: 'openai.json',
  anthropic: 'anthropic.json',
  gemini: 'google.json',
  'workers-ai': 'workers-ai.json',
  together: 'together-ai.json',
  fireworks: 'fireworks-ai.json',
  deepseek: 'deepseek.json',
  mistral: 'mistral-ai.json',
  zai: 'z-ai.json',
}

const Amount = z.object({ price: z.number() }).optional()
const PayAsYouGo = z.object({
  request_token: Amount,
  response_token: Amount,
  cache_read_input_token: Amount,
  cache_write_input_token: Amount,
})
const PortkeyModel = z.object({
  pricing_config: z.object({ pay_as_you_go: PayAsYouGo }),
})

/** US cents per token to micro-dollars per million tokens. */
const CENTS_SCALE = 1e10

/**
 * Portkey-AI/models: cents per token, no dates. Its `default` model at price 0 is nobody's price, as is any other 0.
 *
 * @param files JSON by file name
 */
export function readPortkey(files: ReadonlyMap<string, unknown>): Catalogue {
  const models = new Map(
    [...files].map(([name, json]) => [name, z.record(z.string(), z.unknown()).parse(json)]),
  )
  return {
    name: 'Portkey',
    isGood: false,
    find: (destination, upstreamModel) => {
      const listed = models.get(PORTKEY_FILES[destination] ?? '')
      const name = [upstreamModel, upstreamModel.split('/').at(-1) ?? ''].find(
        (each) => each !== 'default' && listed !== undefined && Object.hasOwn(listed, each),
      )
      const model = PortkeyModel.safeParse(name === undefined ? undefined : listed?.[name])
      return model.success ? portkeyListing(model.data.pricing_config.pay_as_you_go) : undefined
    },
  }
}

const portkeyListing = (prices: z.infer<typeof PayAsYouGo>): Listing => {
  const rates = ratesFrom([
    ['input', microUsd(prices.request_token?.price, CENTS_SCALE)],
    ['cachedInput', microUsd(prices.cache_read_input_token?.price, CENTS_SCALE)],
    ['cacheWrite5m', microUsd(prices.cache_write_input_token?.price, CENTS_SCALE)],
    ['output', microUsd(prices.response_token?.price, CENTS_SCALE)],
  ])
  return rates.size === 0
    ? { spans: [], problem: 'a price of 0, which is no price' }
    : { spans: [{ from: '', rates }] }
}

/** How tokencost (LiteLLM's keys) names the models of our destinations. */
const PREFIXES: Readonly<Record<string, string>> = {
  openai: '',
  anthropic: '',
  gemini: 'gemini/',
  'workers-ai': 'cloudflare/',
  together: 'together_ai/',
  fireworks: 'fireworks_ai/',
  deepseek: 'deepseek/',
  mistral: 'mistral/',
}

const METER_NAMES: Readonly<Record<string, Meter>> = {
  input_cost_per_token: 'input',
  cache_read_input_token_cost: 'cachedInput',
  cache_creation_input_token_cost: 'cacheWrite5m',
  output_cost_per_token: 'output',
}

/** Dollars per token to micro-dollars per million tokens. */
const TOKEN_SCALE = 1e12

/** AgentOps-AI/tokencost: dollars per token under LiteLLM's keys. No dates; tiers as `…_above_200k_tokens`. */
export function readTokencost(json: unknown): Catalogue {
  const models = z.record(z.string(), z.record(z.string(), z.unknown())).parse(json)
  return {
    name: 'tokencost',
    isGood: false,
    find: (destination, upstreamModel) => {
      const prefix = PREFIXES[destination]
      const name = `${prefix}${upstreamModel}`
      if (prefix === undefined || !Object.hasOwn(models, name)) return undefined
      const rates = ratesFrom(
        Object.entries(models[name] ?? {}).map(([key, value]) => {
          const [, base = key, thousands] = /^(.+)_above_(\d+)k_tokens$/.exec(key) ?? []
          const meter = METER_NAMES[base]
          const above = Number(thousands ?? 0) * 1000
          return meter === undefined
            ? [key, undefined]
            : [rateKey(meter, above), microUsd(value, TOKEN_SCALE)]
        }),
      )
      return rates.size === 0 ? undefined : { spans: [{ from: '', rates }] }
    },
  }
}
