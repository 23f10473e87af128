/**
 * Billed quantities of one exchange, in disjoint meters: cached input is not part of input.
 *
 * `reasoning` is the share of `output` that was not shown; it is billed as output and counted only for reports.
 */
export type Usage = {
  readonly input: number
  readonly cachedInput: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly output: number
  readonly reasoning: number
}

export const NO_USAGE: Usage = {
  input: 0,
  cachedInput: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
}

/** Where a usage figure comes from: the provider's reply, our own count, or the bound that was reserved. */
export type UsageSource = 'provider' | 'counted' | 'bound'
