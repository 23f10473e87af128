import type { Meters, Price } from '../domain/catalog.ts'

/** Micro-dollars per million tokens for every meter, those that are not offered on their own included. */
export type FullMeters = Readonly<Record<keyof Meters, number>>

/**
 * What each meter costs when a price does not list it: a cache read or write is then billed like any other input,
 * and an hour's write like one of five minutes.
 */
function fullMeters(meters: Meters): FullMeters {
  const cacheWrite5m = meters.cacheWrite5m ?? meters.input
  return {
    input: meters.input,
    cachedInput: meters.cachedInput ?? meters.input,
    cacheWrite5m,
    cacheWrite1h: meters.cacheWrite1h ?? cacheWrite5m,
    output: meters.output,
  }
}

/** A span of input sizes in which one set of meters holds: more than `above`, at most `upTo` tokens. */
export type Band = { readonly above: number; readonly upTo: number; readonly meters: FullMeters }

/** The bands of a price, in order; together they cover every size. A request of no tokens belongs to the first. */
export function bandsOf(price: Price): readonly Band[] {
  const starts = [{ aboveInputTokens: -1, meters: price.meters }, ...price.tiers]
  return starts.map(({ aboveInputTokens, meters }, index) => ({
    above: aboveInputTokens,
    upTo: starts[index + 1]?.aboveInputTokens ?? Number.POSITIVE_INFINITY,
    meters: fullMeters(meters),
  }))
}

/** A count of tokens, parts or bytes as a bigint. @throws RangeError if it is negative, a fraction or beyond 2^53: a bug in the caller. */
export function countOf(name: string, value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} must be a whole number from 0, got ${value}`)
  return BigInt(value)
}
