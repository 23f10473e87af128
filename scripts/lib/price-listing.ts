import type { Meters, Price } from '../../src/domain/catalog.ts'

const METERS = ['input', 'cachedInput', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const
export type Meter = keyof Meters

/** Micro-dollars per million tokens by meter; those of a tier are named `input>200000`: above so many input tokens. */
export type Rates = ReadonlyMap<string, number>

/** What a catalogue lists from a day on. `from` is '' where it knows no date. */
export type Span = { readonly from: string; readonly rates: Rates }

/** A public price list. What it cannot say in our meters is a `problem`, and then it has no spans. */
export type Listing = { readonly spans: readonly Span[]; readonly problem?: string }

export type Catalogue = {
  readonly name: string
  /** Kept well enough to carry a price together with another; the rest only support or doubt. */
  readonly isGood: boolean
  readonly find: (destination: string, upstreamModel: string) => Listing | undefined
}

/** The key of a meter in `Rates`; `above` 0 is no tier. */
export const rateKey = (meter: Meter, above: number): string =>
  above === 0 ? meter : `${meter}>${above}`

/** A key for people: "input above 200,000 tokens". */
export function rateName(key: string): string {
  const [meter = '', above] = key.split('>')
  return above === undefined ? meter : `${meter} above ${Number(above).toLocaleString('en')} tokens`
}

/**
 * An amount of a catalogue as micro-dollars per million tokens. `scale` says how many of these its unit is.
 *
 * Undefined for 0 (in a catalogue that means "not known" as often as "free"), for what is no amount, and for what is
 * finer than a micro-dollar by more than the noise of a float.
 */
export function microUsd(amount: unknown, scale: number): number | undefined {
  if (typeof amount !== 'number' || !(amount > 0)) return undefined
  const whole = Math.round(amount * scale)
  const noise = Math.abs(amount * scale - whole)
  return Number.isSafeInteger(whole) && whole > 0 && noise <= whole * 1e-9 ? whole : undefined
}

/** Rates of what is known, without what is not. */
export const ratesFrom = (known: readonly (readonly [string, number | undefined])[]): Rates =>
  new Map(known.flatMap(([key, rate]) => (rate === undefined ? [] : [[key, rate] as const])))

/** A price as rates, its tiers included. */
export const ratesOf = ({ meters, tiers }: Pick<Price, 'meters' | 'tiers'>): Rates =>
  ratesFrom(
    [{ aboveInputTokens: 0, meters }, ...tiers].flatMap((band) =>
      METERS.map((meter) => [rateKey(meter, band.aboveInputTokens), band.meters[meter]] as const),
    ),
  )

/** Rates as a price; undefined where a band has no input or no output: then it is not a whole price. */
export function priceOf(rates: Rates): Pick<Price, 'meters' | 'tiers'> | undefined {
  const starts = [...rates.keys()].map((key) => Number(key.split('>')[1] ?? 0))
  const bands = [...new Set([0, ...starts])]
    .toSorted((a, b) => a - b)
    .map((above) => ({ aboveInputTokens: above, meters: metersAt(rates, above) }))
  const [first, ...tiers] = bands.flatMap(({ aboveInputTokens, meters }) =>
    meters === undefined ? [] : [{ aboveInputTokens, meters }],
  )
  if (first === undefined || tiers.length + 1 !== bands.length) return undefined
  return { meters: first.meters, tiers }
}

function metersAt(rates: Rates, above: number): Meters | undefined {
  const rate = (meter: Meter): number | undefined => rates.get(rateKey(meter, above))
  const [input, output] = [rate('input'), rate('output')]
  if (input === undefined || output === undefined) return undefined
  const [cachedInput, cacheWrite5m, cacheWrite1h] = [
    rate('cachedInput'),
    rate('cacheWrite5m'),
    rate('cacheWrite1h'),
  ]
  return {
    input,
    ...(cachedInput === undefined ? {} : { cachedInput }),
    ...(cacheWrite5m === undefined ? {} : { cacheWrite5m }),
    ...(cacheWrite1h === undefined ? {} : { cacheWrite1h }),
    output,
  }
}
