/** Cloudflare bills $0.011 for 1,000 neurons (https://developers.cloudflare.com/workers-ai/platform/pricing/). */
const MICRO_USD_PER_NEURON = 11

/**
 * The unit price of a Workers AI meter in micro-dollars per million tokens, from its neurons per million tokens: exact,
 * where the token prices that Cloudflare prints are rounded. 4,625 neurons are $0.050875; printed is .051.
 *
 * @throws RangeError if the neurons are not a whole number from 0.
 */
export function neuronsToMicroUsdPerMTok(neuronsPerMTok: number): number {
  const microUsd = neuronsPerMTok * MICRO_USD_PER_NEURON
  if (
    !Number.isSafeInteger(neuronsPerMTok) ||
    neuronsPerMTok < 0 ||
    !Number.isSafeInteger(microUsd)
  )
    throw new RangeError(`neurons must be a whole number from 0, got ${neuronsPerMTok}`)
  return microUsd
}
