import type { Price } from '../domain/catalog.ts'
import type { Usage } from '../domain/usage.ts'
import { priceAt, type PriceBook } from '../pricing/book.ts'
import { costOf } from '../pricing/cost.ts'
import type { Posting } from './postings.ts'

/** What a posting says of its cost. */
export type PricedPosting = Pick<
  Posting,
  | 'posted_ms'
  | 'kind'
  | 'destination'
  | 'model'
  | 'cost_pico'
  | 'input_tokens'
  | 'cached_input_tokens'
  | 'cache_write_5m_tokens'
  | 'cache_write_1h_tokens'
  | 'output_tokens'
>

type Place = { readonly destination: string; readonly model: string }

/** The question: each cost times a factor, or the same tokens by another book and, where mapped, at another place. */
export type WhatIf =
  /** Whole percent on top, by destination, `*` for all that are not named; the rest stay. Below 0 it is a discount. */
  | { readonly how: 'raise'; readonly percentByDestination: ReadonlyMap<string, number> }
  | {
      readonly how: 'book'
      readonly book: PriceBook
      /** Where the tokens go instead; undefined: where they went. Counted as they were: other tokenizers make others. */
      readonly placeOf: (place: Place) => Place
    }

/** Why a posting's cost could not be worked out again. It then stays as recorded, in neither figure. */
export type Unrepriced = 'no price there on that day' | 'no tokens reported' | 'booked by a person'

/** What the postings of one model at one destination cost, and would have. */
export type WhatIfLine = Place & {
  readonly postings: number
  /** Of those that were repriced only: it compares with `repricedPicoUsd`. */
  readonly recordedPicoUsd: bigint
  readonly repricedPicoUsd: bigint
  /** Postings that were not repriced, by reason, with what they are recorded at. */
  readonly unrepriced: ReadonlyMap<
    Unrepriced,
    { readonly postings: number; readonly picoUsd: bigint }
  >
}

/** A new cost in pico-dollars, or why there is none. Free stays free: what was never sent costs nothing anywhere. */
export function repriced(posting: PricedPosting, whatIf: WhatIf): bigint | Unrepriced {
  const recorded = BigInt(posting.cost_pico)
  if (whatIf.how === 'raise') {
    const { percentByDestination: percents } = whatIf
    return raised(recorded, percents.get(posting.destination) ?? percents.get('*') ?? 0)
  }
  const usage = usageOf(posting)
  if (posting.kind === 'adjust') return 'booked by a person'
  if (usage === undefined) return recorded === 0n ? 0n : 'no tokens reported'
  if (isUnbilled(usage) && recorded === 0n) return 0n
  const { destination, model } = whatIf.placeOf(posting)
  const price: Price | undefined = priceAt(whatIf.book, destination, model, posting.posted_ms)
  return price === undefined ? 'no price there on that day' : costOf(usage, price)
}

/** Sums line by line: memory is one entry a model and destination, not the month. */
export class WhatIfSums {
  readonly #whatIf: WhatIf
  readonly #lines = new Map<string, Sum>()

  constructor(whatIf: WhatIf) {
    this.#whatIf = whatIf
  }

  push(posting: PricedPosting): void {
    const { destination, model } = posting
    const key = JSON.stringify([destination, model])
    const sum = this.#lines.get(key) ?? new Sum({ destination, model })
    this.#lines.set(key, sum)
    sum.add(BigInt(posting.cost_pico), repriced(posting, this.#whatIf))
  }

  /** The dearest first. */
  finish(): readonly WhatIfLine[] {
    return [...this.#lines.values()]
      .map((sum) => sum.line())
      .toSorted((a, b) => (b.recordedPicoUsd > a.recordedPicoUsd ? 1 : -1))
  }
}

class Sum {
  readonly #place: Place
  #postings = 0
  #recorded = 0n
  #repriced = 0n
  readonly #unrepriced = new Map<Unrepriced, { postings: number; picoUsd: bigint }>()

  constructor(place: Place) {
    this.#place = place
  }

  add(recorded: bigint, now: bigint | Unrepriced): void {
    this.#postings += 1
    if (typeof now === 'bigint') {
      this.#recorded += recorded
      this.#repriced += now
      return
    }
    const { postings, picoUsd } = this.#unrepriced.get(now) ?? { postings: 0, picoUsd: 0n }
    this.#unrepriced.set(now, { postings: postings + 1, picoUsd: picoUsd + recorded })
  }

  line(): WhatIfLine {
    return {
      ...this.#place,
      postings: this.#postings,
      recordedPicoUsd: this.#recorded,
      repricedPicoUsd: this.#repriced,
      unrepriced: this.#unrepriced,
    }
  }
}

/** Rounded away from zero to a whole pico-dollar, so that a reversal takes back exactly what was added. */
function raised(picoUsd: bigint, percent: number): bigint {
  const scaled = (picoUsd < 0n ? -picoUsd : picoUsd) * BigInt(100 + percent)
  const whole = (scaled + 99n) / 100n
  return picoUsd < 0n ? -whole : whole
}

/** The tokens that a posting names, or undefined if nobody reported any. */
function usageOf(posting: PricedPosting): Usage | undefined {
  const counts = [
    posting.input_tokens,
    posting.cached_input_tokens,
    posting.cache_write_5m_tokens,
    posting.cache_write_1h_tokens,
    posting.output_tokens,
  ]
  if (counts.every((count) => count === null)) return undefined
  const [input = 0, cachedInput = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0] = counts.map(
    (count) => count ?? 0,
  )
  return { input, cachedInput, cacheWrite5m, cacheWrite1h, output, reasoning: 0 }
}

const isUnbilled = ({ input, cachedInput, cacheWrite5m, cacheWrite1h, output }: Usage): boolean =>
  input + cachedInput + cacheWrite5m + cacheWrite1h + output === 0
