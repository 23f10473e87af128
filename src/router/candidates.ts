import type { Caller } from '../domain/caller.ts'
import { ESSENTIAL_FEATURES } from '../domain/features.ts'
import type { Attempt, Form } from '../domain/plan.ts'
import { QUALITIES, type Quality, type RequestFacts } from '../domain/request.ts'
import { costMax, inputTokensMax } from '../pricing/bound.ts'
import { type CompiledOffer, essentialBits } from './compile.ts'
import { comparableBound, type Quote } from './quotes.ts'
import type { Restriction, World } from './world.ts'

/**
 * How far a candidate came before something removed it. When none is left, the farthest stage says what would help most: a destination
 * that could do it and is only too dear says more than ten that cannot do it at all.
 */
export const STAGES = [
  'configured',
  'able',
  'permitted',
  'priced',
  'affordable',
  'healthy',
] as const
export type Stage = (typeof STAGES)[number]

/** A destination, judged once for all models that it offers. */
export type Place = {
  readonly form: Form
  /** Rank in the route; lower comes first. */
  readonly rank: number
  /** False if nobody has said how to reach it, or there is no code that speaks to it. */
  readonly configured: 'yes' | 'unconfigured' | 'adapter'
  /** Bit set of the essential features that its adapter has no words for. */
  readonly unableBits: number
  readonly unsupported: readonly string[]
  /** Rules, or our own reasons, for which policy does not permit it; empty if it does. */
  readonly forbiddenBy: readonly string[]
  readonly isCooling: boolean
  readonly isOwn: boolean
}

/** What all candidates of one request are measured against. */
export type Demands = {
  readonly request: RequestFacts
  readonly essentialBits: number
  /** At least so many tokens of context are needed. */
  readonly contextTokensMin: number
  /** Upper bound, for the cost; undefined if the request has media, whose tokens depend on the offer. */
  readonly inputTokensMax: number | undefined
  readonly outputTokensAsked: number | undefined
  readonly outputTokensDefault: number
  /** Index in QUALITIES. */
  readonly qualityMin: number
  readonly strict: boolean
  readonly maxCostPicoUsd: bigint | undefined
}

/** An offer that may serve the request. */
export type Candidate = {
  readonly offer: CompiledOffer
  readonly place: Place
  readonly quote: Quote
  readonly outputTokensMax: number
  /** Bound of the cost, for comparing: see `comparableBound`. */
  readonly cost: number
}

/** A candidate, or the stage at which it failed and why. */
export type Judgement =
  | Candidate
  | { readonly offer: undefined; readonly failed: Stage; readonly by: string }

/**
 * A text has rarely fewer than one token in four bytes, and a request that does not fit is refused by the provider without being billed
 * for output; the byte count itself, which bounds the cost, would refuse most long prompts that fit.
 */
const BYTES_PER_TOKEN_MAX = 4

/** What a request demands of any model. */
export function demandsOf(
  request: RequestFacts,
  caller: Caller,
  quality: Quality,
  strict: boolean,
  maxCostPicoUsd: bigint | undefined,
): Demands {
  const outputTokensAsked = request.outputTokensMax
  return {
    request,
    essentialBits: essentialBits(request.features),
    // Texts to embed each have a context of their own, and its limit is for the provider to enforce.
    contextTokensMin:
      request.operation === 'embeddings'
        ? 1
        : Math.ceil(request.promptBytes / BYTES_PER_TOKEN_MAX) + (outputTokensAsked ?? 1),
    inputTokensMax: inputTokensMax(request, undefined),
    outputTokensAsked,
    outputTokensDefault: caller.defaultOutputTokens ?? Number.POSITIVE_INFINITY,
    qualityMin: QUALITIES.indexOf(quality),
    strict,
    maxCostPicoUsd,
  }
}

/** Why an offer cannot do what is asked, whatever the policy says; undefined if it can. */
export function inability(
  offer: CompiledOffer,
  place: Place,
  demands: Demands,
  world: World,
): string | undefined {
  const doesEmbed = offer.operation === 'embeddings'
  if (doesEmbed !== (demands.request.operation === 'embeddings')) return 'operation'
  const missing = demands.essentialBits & (~offer.features | place.unableBits)
  if (missing !== 0) return `capability:${firstFeature(missing)}`
  if (demands.contextTokensMin > offer.contextTokens) return 'context'
  if ((demands.outputTokensAsked ?? 0) > offer.outputTokensMax) {
    return OUTPUT_LIMIT + offer.outputTokensMax
  }
  if (offer.quality < demands.qualityMin) return 'quality'
  if (demands.strict && place.unsupported.length > 0) return strictReason(place, demands)
  // A key's or an alias's model id is ours; only the upstream's own id tells whether it would be passed on to somebody else.
  return world.adapters[offer.adapter]?.acceptsModel(offer.upstreamModel) === true
    ? undefined
    : 'model-refused'
}

/** What a permitted, able offer would cost at most, and whether that is within the limit. */
export function price(
  offer: CompiledOffer,
  place: Place,
  demands: Demands,
  quote: Quote | undefined,
  restrictions: readonly Restriction[] = [],
): Judgement {
  if (quote === undefined) return { offer: undefined, failed: 'priced', by: 'price-unknown' }
  const outputTokensMax =
    demands.outputTokensAsked ?? Math.min(demands.outputTokensDefault, offer.outputTokensMax)
  const cost = comparableBound(
    quote,
    demands.request,
    demands.inputTokensMax,
    outputTokensMax,
    offer.mediaTokensMax,
  )
  if (Number.isNaN(cost) || (cost > 0 && isUnmetered(demands.request, place)))
    return { offer: undefined, failed: 'priced', by: 'no-bound' }
  if (demands.maxCostPicoUsd !== undefined && cost > demands.maxCostPicoUsd)
    return { offer: undefined, failed: 'affordable', by: 'cost-limit' }
  const budget = restrictedBy(offer, place, restrictions)
  if (budget !== undefined) return { offer: undefined, failed: 'affordable', by: budget }
  if (place.isCooling) return { offer: undefined, failed: 'healthy', by: 'cooling' }
  return { offer, place, quote, outputTokensMax, cost }
}

/** The budget, as a reason, whose restriction an offer does not fit; undefined if it fits all. */
function restrictedBy(
  { quality, openWeights }: CompiledOffer,
  { isOwn }: Place,
  restrictions: readonly Restriction[],
): string | undefined {
  const broken = restrictions.find(({ action }) => {
    if (action === 'basic-quality') return quality > 0
    if (action === 'open-weights-only') return !openWeights
    if (action === 'own-zone-only') return !isOwn
    return action === 'refuse'
  })
  return broken === undefined ? undefined : `${BUDGET_REASON}${broken.budget}`
}
/** A reason that names how many tokens a model writes at most begins like this. */
export const OUTPUT_LIMIT = 'output-limit:'

/** Reasons that name a budget begin like this. */
export const BUDGET_REASON = 'budget:'

const PROVIDER_RUN = ['web-search', 'hosted-tools'] as const

/** Asks for what the price book has no meter for: another service class, or tools that the provider runs and bills. */
const isUnmetered = ({ features, handling }: RequestFacts, { unsupported }: Place): boolean =>
  (handling.serviceTier === 'other' && !unsupported.includes('service-tier')) ||
  PROVIDER_RUN.some((one) => features.includes(one) && !unsupported.includes(one))

/** Route first, then cost, then quality; the ids make it total, so that the same facts give the same plan. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.place.rank !== b.place.rank) return a.place.rank - b.place.rank
  if (a.cost !== b.cost) return a.cost - b.cost
  if (a.offer.quality !== b.offer.quality) return b.offer.quality - a.offer.quality
  if (a.offer.destination !== b.offer.destination)
    return a.offer.destination < b.offer.destination ? -1 : 1
  return a.offer.model < b.offer.model ? -1 : 1
}

/**
 * A candidate as the plan holds it, with the exact bound.
 *
 * @throws TypeError if nothing bounds its cost: it would not have become a candidate.
 */
export function toAttempt(candidate: Candidate, request: RequestFacts): Attempt {
  const { offer, place, quote, outputTokensMax } = candidate
  const bound = costMax(request, outputTokensMax, quote.price, offer.mediaTokensMax)
  if (bound === undefined) throw new TypeError('a candidate without a bound')
  return {
    destination: offer.destination,
    model: offer.model,
    upstreamModel: offer.upstreamModel,
    form: place.form,
    boundPicoUsd: bound,
    outputTokensMax,
    priceVersion: quote.price.version,
    unsupported: place.unsupported,
  }
}

/** Reasons are recorded, and the client chooses the names of unknown fields: those are told to the client alone. */
function strictReason({ unsupported }: Place, { request }: Demands): string {
  const feature = unsupported.find((name) => request.features.some((one) => one === name))
  return `strict:${feature ?? UNKNOWN_FIELD}`
}
export const UNKNOWN_FIELD = 'unknown-field'

const firstFeature = (bits: number): string =>
  ESSENTIAL_FEATURES.find((_, bit) => (bits & (1 << bit)) !== 0) ?? 'unknown'
