import { neuronsToMicroUsdPerMTok } from '../../src/pricing/neurons.ts'
import { ratesFrom, type Meter, type Rates } from './price-listing.ts'

const WORDS: Readonly<Record<string, Meter>> = { in: 'input', out: 'output', cached: 'cachedInput' }

/**
 * The exact rates of a source that quotes neurons, such as "neurons per million tokens (4,625 in, 30,475 out) x …";
 * undefined if it quotes none.
 */
export function neuronRates(source: string): Rates | undefined {
  const quoted = /neurons per million tokens \(([^)]*)\)/.exec(source)?.[1]
  if (quoted === undefined) return undefined
  return ratesFrom(
    [...quoted.matchAll(/(\d[\d,]*) (in|out|cached)\b/g)].flatMap(([, amount = '', word = '']) => {
      const meter = WORDS[word]
      const neurons = Number(amount.replaceAll(',', ''))
      return meter === undefined ? [] : [[meter, neuronsToMicroUsdPerMTok(neurons)] as const]
    }),
  )
}
