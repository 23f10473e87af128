import { QUALITIES } from '../domain/request.ts'
import type { Estimate } from '../policy/replay.ts'
import type { Bundle } from '../policy/schema.ts'
import { openBook, priceAt } from '../pricing/book.ts'

/** What the cheapest model of a destination that is good enough costs by the price book, with the tokens that there were. */
export function estimateFrom(bundle: Bundle, atMs: number): Estimate {
  const book = openBook(bundle.prices)
  return (destination, { attributes, tokens }) => {
    const costs = bundle.models.flatMap(({ id, quality }) => {
      if (QUALITIES.indexOf(quality) < QUALITIES.indexOf(attributes.quality)) return []
      const price = priceAt(book, destination, id, atMs)
      if (price === undefined) return []
      const { input, output } = price.meters
      return [BigInt(tokens.input) * BigInt(input) + BigInt(tokens.output) * BigInt(output)]
    })
    return costs.reduce<bigint | undefined>(
      (least, cost) => (least === undefined || cost < least ? cost : least),
      undefined,
    )
  }
}
