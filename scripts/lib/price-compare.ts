import type { Price } from '../../src/domain/catalog.ts'
import {
  priceOf,
  ratesFrom,
  rateName,
  ratesOf,
  type Catalogue,
  type Rates,
  type Span,
} from './price-listing.ts'
import { neuronRates } from './price-neurons.ts'
import { changeWords, isClose, ratioWords, usdWords, valueWords } from './price-words.ts'

/**
 * What the catalogues make of one offer's price.
 *
 * `same`: the price in force stands. `accept`: two sources agree on another one. `sign`: a person must decide.
 * `disputed`: sources disagree, and somebody signed the dearest of what they say when the line was written.
 * `unlisted`: no source knows the offer, so nothing speaks for or against its price.
 */
export type Verdict = {
  readonly destination: string
  readonly model: string
  readonly state: 'same' | 'accept' | 'sign' | 'disputed' | 'unlisted'
  /** Only of `accept`. */
  readonly accepted?: Pick<Price, 'meters' | 'tiers' | 'source'>
  /** What differs, in words. */
  readonly says: readonly string[]
}

/** An offer, its lines in the catalogue layer, and the day to look at. */
export type Question = {
  readonly destination: string
  readonly model: string
  readonly upstreamModel: string
  /** Embeddings have no output; catalogues then list none, or 0. */
  readonly isEmbedding: boolean
  readonly lines: readonly Price[]
  readonly at: string
}

type Source = {
  readonly name: string
  readonly isGood: boolean
  readonly rates: Rates
  readonly later: readonly Span[]
}

/** A price that grows or shrinks by more than this is rather a slip of the unit that two catalogues copied. */
const CHANGE_FACTOR_MAX = 5

/** Their printed token prices are rounded, so that no catalogue has the exact one. */
const BILLED_IN_NEURONS: ReadonlySet<string> = new Set(['workers-ai'])
const NEURONS_NEEDED =
  'printed prices are rounded: write "neurons per million tokens (… in, … out)" into the source and multiply by 11'

/** Compares an offer's price with the catalogues. A price that nobody knows is never 0: it stays unknown. */
export function compareOffer(question: Question, catalogues: readonly Catalogue[]): Verdict {
  const { destination, model, lines, at } = question
  const current = lines.find((line) => line.validFrom <= at && at < (line.validTo ?? '9999'))
  const { sources, problems } = sourcesOf(question, catalogues)
  const book = current === undefined ? undefined : ratesOf(current)
  const ending = endOf(current, lines)
  const later = sources.flatMap((source) => announced(source, lines))
  const verdict = (state: Verdict['state'], says: readonly string[]): Verdict => ({
    destination,
    model,
    state: (ending.length > 0 || later.length > 0) && state !== 'accept' ? 'sign' : state,
    says: [...says, ...problems, ...ending, ...later],
  })
  const exact = current === undefined ? undefined : exactProblem(current)
  if (exact !== undefined) return verdict('sign', [exact])
  if (sources.length === 0)
    return current === undefined
      ? verdict('sign', ['no source lists it: its price stays unknown, and requests are refused'])
      : verdict('unlisted', ['no longer listed, or never was'])
  const doubts = sources.flatMap((source) => unitDoubts(source, sources, book))
  const agreed = agreement(sources, book)
  if (agreed === undefined) {
    const isKept = book !== undefined && isSupported(book, sources)
    const against = isKept ? sources.filter(({ rates }) => !agrees(rates, book)) : sources
    const values = against.map(({ name, rates }) => `${name} has ${valueWords(rates)}`)
    if (isKept) return verdict('same', [...values, ...doubts])
    const held = book === undefined ? [] : [`the book has ${valueWords(book)}`]
    const state = isDearest(book, sources) ? 'disputed' : 'sign'
    return verdict(state, [disagreement(sources), ...values, ...held, ...doubts])
  }
  const { pair, rates, open } = agreed
  const names = pair.map(({ name }) => name).join(' and ')
  if (open.length > 0) return verdict('sign', [...open, ...doubts])
  const changes = book === undefined ? [`new: ${valueWords(rates)}`] : changeWords(book, rates)
  const others = sources.filter((one) => !pair.includes(one) && !agrees(one.rates, rates))
  const dissent = others.map((one) => `${one.name} has ${valueWords(one.rates)}`)
  if (changes.length === 0) return verdict('same', [...dissent, ...doubts])
  if (BILLED_IN_NEURONS.has(destination)) return verdict('sign', [...changes, NEURONS_NEEDED])
  const jump = book === undefined ? undefined : jumpIn(book, rates)
  const price = priceOf(rates)
  if (price === undefined) return verdict('sign', [...changes, 'a band lacks input or output'])
  if (jump !== undefined) return verdict('sign', [...changes, jump, ...doubts])
  const source = `${names} agree within 2 %, imported for ${at}`
  const accepted = { ...price, source: [source, ...dissent].join('; ') }
  return { ...verdict('accept', [...changes, `${names} agree`, ...dissent, ...doubts]), accepted }
}

function sourcesOf(
  { destination, upstreamModel, isEmbedding, at }: Question,
  catalogues: readonly Catalogue[],
): { readonly sources: readonly Source[]; readonly problems: readonly string[] } {
  const sources: Source[] = []
  const problems: string[] = []
  for (const { name, isGood, find } of catalogues) {
    const listing = find(destination, upstreamModel)
    if (listing?.problem !== undefined) problems.push(`${name} has ${listing.problem}`)
    const spans = (listing?.spans ?? []).toSorted((a, b) => a.from.localeCompare(b.from))
    const listed = spans.findLast(({ from }) => from <= at)?.rates
    if (listed === undefined) continue
    const rates = isEmbedding ? inputOnly(listed) : listed
    if (rates.has('input') && rates.has('output'))
      sources.push({ name, isGood, rates, later: spans.filter(({ from }) => from > at) })
    else problems.push(`${name} lists no whole price`)
  }
  return { sources, problems }
}

/** Embeddings have no output. Some catalogues list none, some 0; `prices.yaml` repeats the input, so that it is not free. */
const inputOnly = (listed: Rates): Rates => {
  const input = listed.get('input')
  return ratesFrom([...listed, ['output', input]])
}

/** Whether two lists say the same of every meter that both have. */
const agrees = (a: Rates, b: Rates): boolean =>
  [...a].every(([key, rate]) => isClose(rate, b.get(key) ?? rate))

type Agreement = {
  readonly pair: readonly Source[]
  readonly rates: Rates
  /** Meters that only one of the pair lists and nothing supports, in words. */
  readonly open: readonly string[]
}

/** Two sources that agree, at least one of them good and no other good one against them. */
function agreement(sources: readonly Source[], book: Rates | undefined): Agreement | undefined {
  for (const first of sources.filter(({ isGood }) => isGood))
    for (const second of sources) {
      if (second === first || !agrees(first.rates, second.rates)) continue
      const isDisputed = sources.some(({ isGood, rates }) => isGood && !agrees(rates, first.rates))
      if (isDisputed) continue
      return { pair: [first, second], ...merged([first, second], sources, book) }
    }
  return undefined
}

function merged(
  pair: readonly Source[],
  sources: readonly Source[],
  book: Rates | undefined,
): Pick<Agreement, 'rates' | 'open'> {
  const rates = new Map<string, number>()
  const open: string[] = []
  const keys = new Set([...(book?.keys() ?? []), ...pair.flatMap((one) => [...one.rates.keys()])])
  for (const key of keys) {
    const listed = pair.flatMap((one) => one.rates.get(key) ?? [])
    const held = book?.get(key)
    const dearest = Math.max(...listed, 0)
    const supporters = sources.filter((one) => isClose(one.rates.get(key) ?? -1, dearest))
    // What is held was signed when its line was written: close to it nothing changes.
    if (held !== undefined && (listed.length === 0 || isClose(held, dearest))) rates.set(key, held)
    else if (supporters.length >= 2) rates.set(key, dearest)
    else open.push(`${rateName(key)}: only ${supporters[0]?.name} lists ${usdWords(dearest)}`)
  }
  return { rates, open }
}

/** A price that two sources do not share stands while a source says the same, and no good one says otherwise. */
const isSupported = (book: Rates, sources: readonly Source[]): boolean => {
  const good = sources.filter(({ isGood }) => isGood)
  const judges = good.length > 0 ? good : sources
  return good.length > 0
    ? judges.every(({ rates }) => agrees(rates, book))
    : judges.some(({ rates }) => agrees(rates, book))
}

/** Whether the book has, meter by meter, what the dearest source has, each of which some source lists. */
const isDearest = (book: Rates | undefined, sources: readonly Source[]): boolean =>
  book !== undefined &&
  [...new Set(sources.flatMap(({ rates }) => [...rates.keys()]))].every((key) =>
    isClose(book.get(key) ?? -1, Math.max(...sources.map(({ rates }) => rates.get(key) ?? 0))),
  )

const disagreement = (sources: readonly Source[]): string =>
  sources.length === 1 ? 'only one source lists it' : 'no two sources agree within 2 %'

/** Powers of ten between one source and the rest: a price in another unit. */
function unitDoubts(
  source: Source,
  sources: readonly Source[],
  book: Rates | undefined,
): readonly string[] {
  const others = sources.filter((one) => one !== source && (one.isGood || !source.isGood))
  const against = [...(book === undefined ? [] : [{ name: 'the book', rates: book }]), ...others]
  for (const other of against)
    for (const [key, rate] of source.rates) {
      const factor = powerOfTen(rate, other.rates.get(key))
      if (factor !== undefined)
        return [
          `wrong unit suspected: ${rateName(key)} of ${source.name} is ${factor} that of ${other.name}`,
        ]
    }
  return []
}

function powerOfTen(rate: number, other: number | undefined): string | undefined {
  if (other === undefined || other <= 0 || rate <= other) return undefined
  const power = Math.round(Math.log10(rate / other))
  return power >= 1 && isClose(rate, other * 10 ** power) ? `×${10 ** power}` : undefined
}

function jumpIn(book: Rates, rates: Rates): string | undefined {
  for (const [key, rate] of rates) {
    const held = book.get(key)
    if (held === undefined || held === 0) continue
    if (rate >= held * CHANGE_FACTOR_MAX || rate * CHANGE_FACTOR_MAX <= held)
      return `${rateName(key)} would be ${ratioWords(rate, held)} of today's: wrong unit suspected`
  }
  return undefined
}

function endOf(current: Price | undefined, lines: readonly Price[]): readonly string[] {
  const end = current?.validTo
  if (end === undefined || lines.some(({ validFrom }) => validFrom === end)) return []
  return [`ends on ${end} and nothing follows: requests are refused from then on`]
}

/** Prices that a source dates in the future and the book does not have. */
const announced = (source: Source, lines: readonly Price[]): readonly string[] =>
  source.later.flatMap(({ from, rates }) => {
    const held = lines.find((line) => line.validFrom <= from && from < (line.validTo ?? '9999'))
    if (held !== undefined && agrees(rates, ratesOf(held))) return []
    return changeWords(source.rates, rates).map(
      (words) => `from ${from} ${source.name} has ${words}`,
    )
  })

/** A price whose source quotes neurons is exactly what follows from them. */
function exactProblem(current: Price): string | undefined {
  const exact = neuronRates(current.source)
  const held = ratesOf(current)
  const wrong = [...(exact ?? [])].find(([key, rate]) => held.get(key) !== rate)
  if (wrong === undefined) return undefined
  const [key, rate] = wrong
  return `${rateName(key)} of ${current.version} is not what its neurons make: ${usdWords(rate)}`
}
