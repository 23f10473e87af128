import { type Table, tableOf } from '../classifier/table.ts'
import { ESSENTIAL_FEATURES, type Feature } from '../domain/features.ts'
import { QUALITIES } from '../domain/request.ts'
import { openRules, type Rules } from '../policy/evaluate.ts'
import { DAY_MS } from '../policy/facts.ts'
import type { Bundle } from '../policy/schema.ts'
import { guardrailSentence } from '../policy/sentence.ts'
import { openBook, priceAt } from '../pricing/book.ts'
import { type Quote, quoteOf } from './quotes.ts'

/** One model at one destination, flattened for the hot path. */
export type CompiledOffer = {
  /** Position in `Compiled.offers`. */
  readonly at: number
  readonly destination: string
  /** Position of the destination in the bundle, as in `Rules.destinations`. */
  readonly destinationAt: number
  readonly adapter: string
  readonly model: string
  readonly upstreamModel: string
  /** Index in QUALITIES. */
  readonly quality: number
  readonly openWeights: boolean
  /** What its model does. */
  readonly operation: 'chat' | 'embeddings'
  /** Bit set of what it can do: see `essentialBits`. */
  readonly features: number
  readonly contextTokens: number
  readonly outputTokensMax: number
  readonly mediaTokensMax: number | undefined
}

/** What a name in the `model` field stands for. */
export type NamedModels = {
  readonly kind: 'auto' | 'alias' | 'concrete'
  /** The name in our own words, fit to be recorded. */
  readonly name: string
  readonly offers: readonly CompiledOffer[]
}

/** A policy bundle, ready to decide with. Immutable but for two memos of the current day. */
export type Compiled = {
  readonly hash: string
  readonly offers: readonly CompiledOffer[]
  readonly names: ReadonlyMap<string, NamedModels>
  readonly rulesAt: (atMs: number) => Rules
  /** Prices in force, by position of the offer. */
  readonly quotesAt: (atMs: number) => readonly (Quote | undefined)[]
  /** What a rule says, by its id: for receipts. */
  readonly sentences: ReadonlyMap<string, string>
  /** What each finding means here. */
  readonly labelTable: Table
}

/**
 * Prepares a parsed bundle. Takes about a millisecond: once per bundle, not per request.
 *
 * @throws RangeError if prices contradict each other: `pricing/book` says which, and `demarc policy check` finds it first.
 */
export function compileBundle(bundle: Bundle, hash: string): Compiled {
  const offers = offersOf(bundle)
  return {
    hash,
    offers,
    names: namesOf(bundle, offers),
    rulesAt: openRules(bundle),
    quotesAt: openQuotes(bundle, offers),
    sentences: sentencesOf(bundle),
    labelTable: tableOf(bundle.labels.table),
  }
}

/** The essential features among some, as a bit set. */
export function essentialBits(features: readonly Feature[]): number {
  let bits = 0
  for (const feature of features) bits |= BITS.get(feature) ?? 0
  return bits
}

const BITS: ReadonlyMap<Feature, number> = new Map(
  ESSENTIAL_FEATURES.map((feature, bit) => [feature, 1 << bit]),
)

function offersOf({ models, destinations }: Bundle): readonly CompiledOffer[] {
  const positions = new Map(destinations.map(({ id }, position) => [id, position]))
  const offers: CompiledOffer[] = []
  for (const { id, quality, openWeights, operation = 'chat', offers: places } of models)
    for (const place of places) {
      if (place.pricedOnly === true) continue
      const destinationAt = positions.get(place.destination) ?? -1
      const destination = destinations[destinationAt]
      if (destination === undefined) continue // parseBundle refuses it
      offers.push({
        at: offers.length,
        destination: destination.id,
        destinationAt,
        adapter: destination.adapter,
        model: id,
        upstreamModel: place.upstreamModel,
        quality: QUALITIES.indexOf(quality),
        openWeights,
        operation,
        features: essentialBits(place.features),
        contextTokens: place.contextTokens,
        outputTokensMax: place.outputTokensMax,
        mediaTokensMax: place.mediaTokensMax,
      })
    }
  return offers
}

/**
 * All names that a client may write. The earlier of two equal ones counts: `auto`, aliases, our model ids,
 * `destination/model`, then the providers' own ids (which may hold slashes, even another destination's name).
 */
function namesOf(
  bundle: Bundle,
  offers: readonly CompiledOffer[],
): ReadonlyMap<string, NamedModels> {
  const names = new Map<string, NamedModels>([
    ['auto', { kind: 'auto', name: 'auto', offers: offers.filter(isForChat) }],
  ])
  const add = (
    written: string,
    kind: NamedModels['kind'],
    name: string,
    which: readonly CompiledOffer[],
  ) => {
    if (!names.has(written)) names.set(written, { kind, name, offers: which })
  }
  for (const { id, models } of bundle.aliases)
    add(
      id,
      'alias',
      id,
      offers.filter(({ model }) => models.includes(model)),
    )
  for (const { id } of bundle.models)
    add(
      id,
      'concrete',
      id,
      offers.filter(({ model }) => model === id),
    )
  for (const offer of offers) {
    const name = `${offer.destination}/${offer.model}`
    add(name, 'concrete', name, [offer])
    add(`${offer.destination}/${offer.upstreamModel}`, 'concrete', name, [offer])
  }
  for (const { upstreamModel, model } of offers)
    add(
      upstreamModel,
      'concrete',
      model,
      offers.filter((one) => one.upstreamModel === upstreamModel),
    )
  return names
}

/** Vectors of different models cannot be compared, so nobody may be given one that was not named. */
const isForChat = ({ operation }: CompiledOffer): boolean => operation === 'chat'

function openQuotes({ prices }: Bundle, offers: readonly CompiledOffer[]): Compiled['quotesAt'] {
  const book = openBook(prices)
  let day = Number.NaN
  let quotes: readonly (Quote | undefined)[] = []
  return (atMs) => {
    const asked = Math.floor(atMs / DAY_MS)
    if (asked !== day) {
      quotes = offers.map(({ destination, model }) => {
        const price = priceAt(book, destination, model, atMs)
        return price === undefined ? undefined : quoteOf(price)
      })
      day = asked
    }
    return quotes
  }
}

function sentencesOf({
  guardrails,
  routes,
  obligations,
  attributes,
}: Bundle): Compiled['sentences'] {
  return new Map([
    ...routes.map(({ id, because }) => [id, because] as const),
    ...obligations.map(({ id, because }) => [id, because] as const),
    ...guardrails.map(
      (guardrail) =>
        [guardrail.id, guardrailSentence(guardrail, attributes.countryGroups)] as const,
    ),
  ])
}
