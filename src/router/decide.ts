import type { Caller } from '../domain/caller.ts'
import type { Classification } from '../domain/finding.ts'
import type { Label } from '../domain/label.ts'
import { formatUsd } from '../domain/money.ts'
import type { Attempt, Obligations, Plan, Removal } from '../domain/plan.ts'
import type { Pin } from '../domain/pin.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { Quality, RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { lower } from '../policy/evaluate.ts'
import { followPin } from './affinity.ts'
import {
  type Candidate,
  compareCandidates,
  type Demands,
  demandsOf,
  inability,
  type Place,
  price,
  STAGES,
  type Stage,
  toAttempt,
} from './candidates.ts'
import type { NamedModels } from './compile.ts'
import { judgeForms, placeOf, type Verdicts } from './places.ts'
import { redactedLabel } from './redacted-label.ts'
import { receiptOf, routeOf } from './receipt.ts'
import { type Failure, refusalOf } from './refuse.ts'
import { resolveModel } from './resolve.ts'
import { seenOf } from './seen.ts'
import type { Wishes, World } from './world.ts'

/** All that a decision depends on. */
export type Facts = {
  readonly classification: Classification
  /** What the caller declared, as a label: it stays on whatever is redacted. */
  readonly declared: Label
  readonly request: RequestFacts
  readonly caller: Caller
  readonly wishes: Wishes
  readonly world: World
  /** Where the conversation was answered last; absent: it is new, or nobody remembers. */
  readonly pin?: Pin | undefined
}

/** Every attempt is a reservation and a round trip; a request that eight places failed will not be served by a ninth. */
const ATTEMPTS_MAX = 8
/** Of one destination: a place that is down is down for all its models, and must not use the plan up. */
const ATTEMPTS_PER_DESTINATION_MAX = 2

/**
 * Which destinations may serve a request, in which order. Guardrails and routes decide what is permitted, the route and then the cost
 * bound in which order. Same facts, same plan; money is the journal's to grant.
 */
export function decide(facts: Facts): Result<Plan, Refusal> {
  const { request, caller, wishes, world } = facts
  const resolved = resolveModel(request.model, caller, world.policy)
  if (!resolved.ok) return resolved
  const named = resolved.value
  if (request.operation === 'embeddings' && named.kind !== 'concrete') return err(ONE_MODEL)
  const rules = world.policy.rulesAt(world.nowMs)
  const verdicts = verdictsOf(facts)
  const { raw } = verdicts
  const demands = demandsOf(
    request,
    caller,
    qualityOf(facts, named, raw.route?.quality),
    caller.strict || wishes.strict,
    lower(wishes.maxCostPicoUsd, raw.obligations.maxCostPicoUsd),
  )
  const places: (Place | undefined)[] = []
  const sieve = sift(named, demands, world, (offer) => {
    const known = places[offer.destinationAt]
    if (known !== undefined) return known
    const place = placeOf(offer, request, rules, verdicts, world)
    places[offer.destinationAt] = place
    return place
  })
  return conclude(facts, named, demands, verdicts, sieve)
}

/** What was asked for, unless a budget leaves only basic quality. */
function qualityOf(
  { wishes, world }: Facts,
  named: NamedModels,
  routed: Quality | undefined,
): Quality {
  if (world.restrictions?.some(({ action }) => action === 'basic-quality') === true) return 'basic'
  return wishes.quality ?? (named.kind === 'auto' ? routed : undefined) ?? 'basic'
}

function verdictsOf({ classification, declared, request, caller, wishes, world }: Facts): Verdicts {
  const { team, app, purpose } = caller
  const { operation, handling } = request
  const quality = wishes.quality ?? 'basic'
  const attributes = {
    label: classification.label,
    team,
    app,
    purpose,
    quality,
    operation,
    handling,
  }
  return judgeForms(world.policy.rulesAt(world.nowMs), attributes, (kinds) =>
    redactedLabel(classification, kinds, declared),
  )
}

const ONE_MODEL: Refusal = {
  code: 'invalid_request',
  param: 'model',
  message: '`model` must be one model: vectors of different models cannot be compared.',
}

type Sieve = {
  readonly candidates: readonly Candidate[]
  readonly removed: readonly Removal[]
  /** Of the offers that came farthest. */
  readonly failures: readonly Failure[]
  readonly farthest: Stage
}

/** Lets every offer through the stages. What the policy forbids is on record even where the offer could not have served. */
function sift(
  { offers }: NamedModels,
  demands: Demands,
  world: World,
  placeFor: (offer: NamedModels['offers'][number]) => Place,
): Sieve {
  const candidates: Candidate[] = []
  const removed: Removal[] = []
  const noted = new Set<number>()
  let failures: Failure[] = []
  let farthest: Stage = 'configured'
  const quotes = world.policy.quotesAt(world.nowMs)
  const fail = (stage: Stage, by: readonly string[]): void => {
    if (STAGES.indexOf(stage) < STAGES.indexOf(farthest)) return
    if (stage !== farthest) failures = []
    farthest = stage
    failures.push(by)
  }
  for (const offer of offers) {
    const { destination, destinationAt, model } = offer
    const place = placeFor(offer)
    const isNew = !noted.has(destinationAt)
    noted.add(destinationAt)
    if (isNew) for (const by of place.forbiddenBy) removed.push({ destination, by })
    if (place.configured !== 'yes') {
      if (isNew) removed.push({ destination, by: place.configured })
      fail('configured', [place.configured])
      continue
    }
    const unable = inability(offer, place, demands, world)
    if (unable !== undefined) {
      if (place.forbiddenBy.length === 0) removed.push({ destination, model, by: unable })
      fail('able', [unable])
      continue
    }
    if (place.forbiddenBy.length > 0) {
      fail('permitted', place.forbiddenBy)
      continue
    }
    const judgement = price(offer, place, demands, quotes[offer.at], world.restrictions)
    if (judgement.offer !== undefined) candidates.push(judgement)
    else {
      removed.push({ destination, model, by: judgement.by })
      fail(judgement.failed, [judgement.by])
    }
  }
  return { candidates, removed, failures, farthest }
}

function conclude(
  facts: Facts,
  named: NamedModels,
  demands: Demands,
  verdicts: Verdicts,
  { candidates, removed, failures, farthest }: Sieve,
): Result<Plan, Refusal> {
  const { ordered, pinned } = followPin(
    candidates.toSorted(compareCandidates),
    facts.pin,
    facts.request,
    facts.world.nowMs,
  )
  const [first, ...others] = pick(ordered).map((candidate) => toAttempt(candidate, facts.request))
  const attempts = first === undefined ? [] : [first, ...others]
  const receipt = receiptOf({
    classification: facts.classification,
    policyHash: facts.world.policy.hash,
    requestedModel: named.name,
    verdicts,
    removed: [...removed, ...beyondLimit(ordered, attempts)],
    attempts,
    pinned,
    seen: seenOf(
      facts.classification,
      facts.declared,
      facts.wishes.quality,
      facts.request.handling,
    ),
  })
  if (first !== undefined) {
    const obligations: Obligations = verdicts.raw.obligations
    const hedge = routeOf(verdicts, first)?.hedge
    return ok({ attempts: [first, ...others], obligations, hedge, receipt })
  }
  const limit = demands.maxCostPicoUsd
  return err(
    refusalOf(
      farthest,
      failures,
      receipt,
      facts.request,
      limit === undefined ? '' : `${formatUsd(limit)} USD`,
      facts.world.restrictions,
    ),
  )
}

/** The best, spread over destinations. */
function pick(ordered: readonly Candidate[]): readonly Candidate[] {
  const picked: Candidate[] = []
  const counts = new Map<string, number>()
  for (const candidate of ordered) {
    if (picked.length >= ATTEMPTS_MAX) break
    const count = counts.get(candidate.offer.destination) ?? 0
    if (count >= ATTEMPTS_PER_DESTINATION_MAX) continue
    counts.set(candidate.offer.destination, count + 1)
    picked.push(candidate)
  }
  return picked
}

/** Destinations that were permitted and would have come after the last attempt. */
function beyondLimit(ordered: readonly Candidate[], attempts: readonly Attempt[]): Removal[] {
  if (ordered.length === attempts.length) return []
  const planned = new Set(attempts.map(({ destination }) => destination))
  const beyond = new Set<string>()
  for (const { offer } of ordered)
    if (!planned.has(offer.destination)) beyond.add(offer.destination)
  return [...beyond].map((destination) => ({ destination, by: 'attempt-limit' }))
}
