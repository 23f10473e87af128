import { rateName, type Rates } from './price-listing.ts'

/** Within 2 % of the greater. In whole numbers, so that exactly 2 % is within. */
export const isClose = (a: number, b: number): boolean => Math.abs(a - b) * 50 <= Math.max(a, b)

const MICRO_USD = 1e6

/** Micro-dollars per million tokens in dollars, as price lists print them: "$0.35". */
export const usdWords = (microUsd: number): string => `$${String(microUsd / MICRO_USD)}`

/** "input $2.5, output $15, input above 272,000 tokens $5". */
export const valueWords = (rates: Rates): string =>
  [...rates].map(([key, rate]) => `${rateName(key)} ${usdWords(rate)}`).join(', ')

export const ratioWords = (rate: number, other: number): string =>
  rate >= other ? `×${shortened(rate / other)}` : `1/${shortened(other / rate)}`

const shortened = (value: number): string => String(Number(value.toPrecision(3)))

/** What changes from one price to another, meter by meter; empty where nothing does. */
export function changeWords(from: Rates, to: Rates): readonly string[] {
  const words = [...to].flatMap(([key, rate]) => {
    const before = from.get(key)
    if (before === undefined)
      return [
        `${key.includes('>') ? 'tier changed' : 'new meter'}: ${rateName(key)} ${usdWords(rate)}`,
      ]
    if (before === rate) return []
    const verb = rate > before ? 'raised' : 'lowered'
    const share =
      before === 0 ? 'from nothing' : `by ${shortened((Math.abs(rate - before) / before) * 100)} %`
    return [`${rateName(key)} ${verb} ${share}: ${usdWords(before)} → ${usdWords(rate)}`]
  })
  const gone = [...from.keys()].filter((key) => !to.has(key))
  return [...words, ...gone.map((key) => `${rateName(key)} is gone`)]
}
