import type { Caller } from '../domain/caller.ts'
import { ESSENTIAL_FEATURES } from '../domain/features.ts'
import type { Attempt, Form } from '../domain/plan.ts'
import { QUALITIES, type Quality, type RequestFacts } from '../domain/request.ts'
import { costMax } from '../pricing/bound.ts'
import { type CompiledOffer, essentialBits } from './compile.ts'
import type { World } from './world.ts'

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
}

/** What all candidates of one request are measured against. */
export type Demands = {
  readonly request: RequestFacts
  readonly essentialBits: number
  /** At least so many tokens of context are needed. */
  readonly contextTokensMin: number
  readonly outputTokensAsked: number | undefined
  readonly outputTokensDefault: number
  /** Index in QUALITIES. */
  readonly qualityMin: number
  readonly strict: boolean
  readonly maxCostPicoUsd: bigint | undefined
}

export type Candidate = Attempt & { readonly rank: number; readonly quality: number }

/** A candidate, or the stage at which it failed and why. */
export type Judgement =
  | { readonly candidate: Candidate }
  | { readonly candidate: undefined; readonly failed: Stage; readonly by: string }

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
    contextTokensMin:
      Math.ceil(request.promptBytes / BYTES_PER_TOKEN_MAX) + (outputTokensAsked ?? 1),
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
  const missing = demands.essentialBits & (~offer.features | place.unableBits)
  if (missing !== 0) return `capability:${firstFeature(missing)}`
  if (demands.contextTokensMin > offer.contextTokens) return 'context'
  if ((demands.outputTokensAsked ?? 0) > offer.outputTokensMax) return 'output-limit'
  if (offer.quality < demands.qualityMin) return 'quality'
  if (demands.strict && place.unsupported.length > 0) return `strict:${place.unsupported[0]}`
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
  { policy, nowMs }: World,
): Judgement {
  const priceNow = policy.pricesAt(nowMs)[offer.at]
  if (priceNow === undefined) return { candidate: undefined, failed: 'priced', by: 'price-unknown' }
  const outputTokensMax =
    demands.outputTokensAsked ?? Math.min(demands.outputTokensDefault, offer.outputTokensMax)
  const bound = costMax(demands.request, outputTokensMax, priceNow, offer.mediaTokensMax)
  if (bound === undefined) return { candidate: undefined, failed: 'priced', by: 'no-bound' }
  if (demands.maxCostPicoUsd !== undefined && bound > demands.maxCostPicoUsd)
    return { candidate: undefined, failed: 'affordable', by: 'cost-limit' }
  if (place.isCooling) return { candidate: undefined, failed: 'healthy', by: 'cooling' }
  return {
    candidate: {
      destination: offer.destination,
      model: offer.model,
      upstreamModel: offer.upstreamModel,
      form: place.form,
      boundPicoUsd: bound,
      outputTokensMax,
      priceVersion: priceNow.version,
      unsupported: place.unsupported,
      rank: place.rank,
      quality: offer.quality,
    },
  }
}

/** Route first, then cost, then quality; the ids make it total, so that the same facts give the same plan. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.boundPicoUsd !== b.boundPicoUsd) return a.boundPicoUsd < b.boundPicoUsd ? -1 : 1
  if (a.quality !== b.quality) return b.quality - a.quality
  if (a.destination !== b.destination) return a.destination < b.destination ? -1 : 1
  return a.model < b.model ? -1 : 1
}

const firstFeature = (bits: number): string =>
  ESSENTIAL_FEATURES.find((_, bit) => (bits & (1 << bit)) !== 0) ?? 'unknown'
