import {
  microUsd,
  rateKey,
  ratesFrom,
  type Catalogue,
  type Meter,
  type Rates,
} from './price-listing.ts'

/** Our destinations by its folders. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'google',
  'workers-ai': 'cloudflare-workers-ai',
  together: 'togetherai',
  fireworks: 'fireworks-ai',
  deepseek: 'deepseek',
  mistral: 'mistral',
  zai: 'zai',
}

const METER_NAMES: Readonly<Record<string, Meter>> = {
  input: 'input',
  cache_read: 'cachedInput',
  cache_write: 'cacheWrite5m',
  output: 'output',
}

/** Dollars per million tokens. */
const SCALE = 1e6

/**
 * anomalyco/models.dev: a TOML file for each model, `providers/NAME/models/MODEL.toml`. No dates.
 *
 * @param files text by path under `providers`
 */
export function readModelsDev(files: ReadonlyMap<string, string>): Catalogue {
  const byName = new Map([...files].map(([path, text]) => [nameKey(path), text]))
  return {
    name: 'models.dev',
    isGood: true,
    find: (destination, upstreamModel) => {
      const provider = PROVIDERS[destination]
      const text = byName.get(nameKey(`${provider}/models/${upstreamModel}.toml`))
      if (text === undefined) return undefined
      const rates = costOf(text)
      return rates.size === 0 ? undefined : { spans: [{ from: '', rates }] }
    },
  }
}

/** Files spell `V3-1` what the API calls `V3.1`. */
const nameKey = (path: string): string => path.toLowerCase().replaceAll(/[^a-z0-9/@]+/g, '-')

/**
 * The prices in a model's file: keys under `[cost]`, and those of each `[[cost.tiers]]` with the `tier = { size = … }`
 * they belong to. Not a TOML reader: prices of other modes, in other tables or inline, are not ours to read.
 */
function costOf(text: string): Rates {
  const found: [string, number | undefined][] = []
  let tier: [Meter, number | undefined][] = []
  let above = 0
  let table = ''
  const closeTier = (): void => {
    if (above > 0)
      found.push(
        ...tier.map(
          ([meter, rate]) => [rateKey(meter, above), rate] as [string, number | undefined],
        ),
      )
    tier = []
    above = 0
  }
  for (const line of text.split('\n')) {
    const opened = /^\s*(\[\[?[^\]]+\]\]?)/.exec(line)?.[1]
    if (opened !== undefined) {
      closeTier()
      table = opened
      continue
    }
    const [, key = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(.*)$/.exec(line) ?? []
    const meter = METER_NAMES[key]
    const rate = microUsd(numberOf(value), SCALE)
    if (table === '[cost]' && meter !== undefined) found.push([meter, rate])
    if (table !== '[[cost.tiers]]') continue
    if (meter !== undefined) tier.push([meter, rate])
    if (key === 'tier') above = numberOf(/\bsize\s*=\s*([\d_]+)/.exec(value)?.[1] ?? '')
  }
  closeTier()
  return ratesFrom(found)
}

const numberOf = (text: string): number =>
  Number(/^[\d_]+(?:\.[\d_]+)?/.exec(text)?.[0].replaceAll('_', '') ?? 0)
