import { PRICE_LAYERS, type Price } from '../domain/catalog.ts'

type Line = {
  /** Position in `PRICE_LAYERS`: the higher beats the lower. */
  readonly rank: number
  readonly fromMs: number
  readonly toMs: number
  readonly price: Price
}

/** Prices by destination and model, each with its dated lines: the strongest layer first, within a layer the newest first. */
export type PriceBook = ReadonlyMap<string, ReadonlyMap<string, readonly Line[]>>

/**
 * What makes a set of prices unusable, one sentence each; empty when it can be opened.
 *
 * Where prices enter the house (policy check, release) these are findings to show. A book that reaches `openBook` with them is a bug.
 */
export function priceProblems(prices: readonly Price[]): readonly string[] {
  const problems: string[] = []
  const versions = new Set<string>()
  for (const price of prices) {
    if (versions.has(price.version)) problems.push(`version ${price.version} is used twice`)
    versions.add(price.version)
    if (price.validTo !== undefined && price.validTo <= price.validFrom)
      problems.push(`${price.version} ends before it starts`)
    const starts = price.tiers.map(({ aboveInputTokens }) => aboveInputTokens)
    if (starts.some((start, at) => start <= (starts[at - 1] ?? 0)))
      problems.push(`tiers of ${price.version} do not rise`)
  }
  for (const lines of pairs(prices).flatMap((models) => [...models.values()]))
    for (const [at, line] of lines.entries()) {
      const newer = lines[at - 1]
      if (newer?.rank === line.rank && line.toMs > newer.fromMs)
        problems.push(`${line.price.version} and ${newer.price.version} overlap`)
    }
  return problems
}

/**
 * Indexes prices for lookup.
 *
 * @throws RangeError if `priceProblems` finds any: two prices for one moment would make the cost depend on their order.
 */
export function openBook(prices: readonly Price[]): PriceBook {
  const [problem] = priceProblems(prices)
  if (problem !== undefined) throw new RangeError(`price book: ${problem}`)
  return index(prices)
}

/**
 * The price in force at a moment: `validFrom` belongs to the span, `validTo` does not, both are midnight UTC.
 * Of several layers the strongest that holds then; where it has ended the next one holds again.
 *
 * Two map lookups and a walk over the dated lines of one model; the current line is the first or second of its layer.
 */
export function priceAt(
  book: PriceBook,
  destination: string,
  model: string,
  atMs: number,
): Price | undefined {
  const lines = book.get(destination)?.get(model)
  return lines?.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.price
}

const pairs = (prices: readonly Price[]) => [...index(prices).values()]

function index(prices: readonly Price[]): PriceBook {
  const book = new Map<string, Map<string, readonly Line[]>>()
  for (const price of prices) {
    const models = book.get(price.destination) ?? new Map<string, readonly Line[]>()
    book.set(price.destination, models)
    const lines = [...(models.get(price.model) ?? []), toLine(price)]
    models.set(
      price.model,
      lines.toSorted((a, b) => b.rank - a.rank || b.fromMs - a.fromMs),
    )
  }
  return book
}

const toLine = (price: Price): Line => ({
  rank: PRICE_LAYERS.indexOf(price.layer ?? 'catalogue'),
  fromMs: midnightMs(price.validFrom),
  toMs: price.validTo === undefined ? Number.POSITIVE_INFINITY : midnightMs(price.validTo),
  price,
})

/** A date without a time is midnight UTC (ECMA-262, Date Time String Format). */
const midnightMs = (date: string): number => Date.parse(date)
