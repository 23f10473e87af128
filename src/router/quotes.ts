import type { Price } from '../domain/catalog.ts'
import { costMax, type Size } from '../pricing/bound.ts'
import { type Band, bandsOf } from '../pricing/meters.ts'

/** A price in force. `flat` are its dearest rates, if the same meters hold for every size: then a bound is two products. */
export type Quote = {
  readonly price: Price
  readonly flat: { readonly input: number; readonly output: number } | undefined
  /** The same for every size of input. */
  readonly bands: readonly Band[]
}

export function quoteOf(price: Price): Quote {
  const bands = bandsOf(price)
  const [band, ...others] = bands
  if (band === undefined || others.length > 0) return { price, flat: undefined, bands }
  const { output, ...inputs } = band.meters
  return { price, flat: { input: Math.max(...Object.values(inputs)), output }, bands }
}

/**
 * The bound of `pricing/bound` as a number, in pico-dollars; NaN if there is none. Comparing numbers is what makes a decision over all
 * offers cheap; what is reserved is computed as a bigint, for the few that are planned.
 *
 * Exact up to 2^53, which is $9,007. Above that it is rounded up, so that it never seems to be within a limit that it exceeds.
 *
 * @param inputTokensMax from `pricing/bound`; undefined if the request has media, whose bound depends on the offer.
 */
export function comparableBound(
  quote: Quote,
  size: Size,
  inputTokensMax: number | undefined,
  outputTokensMax: number,
  mediaTokensMax: number | undefined,
): number {
  const { flat, price } = quote
  if (flat !== undefined && inputTokensMax !== undefined) {
    const cost = inputTokensMax * flat.input + outputTokensMax * size.choices * flat.output
    if (Number.isSafeInteger(cost)) return cost
  }
  const bound = costMax(size, outputTokensMax, price, mediaTokensMax)
  return bound === undefined ? Number.NaN : roundUp(bound)
}

function roundUp(bound: bigint): number {
  const nearest = Number(bound)
  return nearest < bound ? nearest * (1 + Number.EPSILON) : nearest
}

/** Token counts that an exchange will probably be billed for. */
type Expected = {
  readonly input: number
  readonly cachedInput: number
  readonly output: number
}

/** What an exchange of about this size costs, in pico-dollars: a number to compare with, never one to reserve. */
export function expectedCost({ bands }: Quote, { input, cachedInput, output }: Expected): number {
  const total = input + cachedInput
  const meters = (bands.findLast(({ above }) => total > above) ?? bands[0])?.meters
  if (meters === undefined) return Number.POSITIVE_INFINITY
  return input * meters.input + cachedInput * meters.cachedInput + output * meters.output
}
