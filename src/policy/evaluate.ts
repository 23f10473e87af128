import type { DestinationFacts } from '../domain/destination.ts'
import type { Hedge, Obligations } from '../domain/plan.ts'
import type { Quality } from '../domain/request.ts'
import { compileDestinationCondition, type RequestAttributes } from './conditions.ts'
import { DAY_MS, factsAt, isOutside, isWithin } from './facts.ts'
import { type CompiledObligation, compileObligation, oblige } from './oblige.ts'
import {
  type CategoryBits,
  categoryBitsOf,
  compileRequestCondition,
  type Encoded,
  encode,
  meets,
  type RequestTest,
} from './request-test.ts'
import type { Bundle, Guardrail, Route, Waiver, Window } from './schema.ts'

export { lower } from './oblige.ts'

/** Compiled rules for one day: facts, expiry dates and waivers change at midnight UTC only. */
export type Rules = {
  readonly destinations: readonly string[]
  readonly facts: readonly DestinationFacts[]
  readonly guardrails: readonly CompiledGuardrail[]
  readonly routes: readonly CompiledRoute[]
  readonly obligations: readonly CompiledObligation[]
  readonly categoryBits: CategoryBits
}

type CompiledGuardrail = {
  readonly id: string
  readonly simulated: boolean
  readonly applies: RequestTest
  /** Positions of the destinations that it forbids. */
  readonly forbids: readonly number[]
  readonly waivers: readonly CompiledWaiver[]
}
type CompiledWaiver = {
  readonly id: string
  readonly applies: RequestTest
  readonly lifts: readonly number[]
}
type CompiledRoute = {
  readonly id: string
  readonly simulated: boolean
  readonly applies: RequestTest
  /** Rank of each destination, from 0; -1 for one that the route does not use. */
  readonly ranks: readonly number[]
  readonly quality: Quality | undefined
  readonly hedge: Hedge | undefined
}
/** What the policy says of one request. `removedBy` is by position of the destination; undefined where nothing forbids it. */
export type Verdict = {
  /** Enforced guardrails whose condition the request meets. */
  readonly fired: readonly string[]
  /** Rules in simulation that would have removed something, been the route, or demanded something. */
  readonly simulated: readonly string[]
  /** Waivers that lifted something. */
  readonly waived: readonly string[]
  readonly removedBy: readonly (readonly string[] | undefined)[]
  /** The first that matches; undefined refuses everything. */
  readonly route: CompiledRoute | undefined
  readonly obligations: Obligations
}

/** Compiles the tables for the day of `atMs`. The order of guardrails and obligations in the files means nothing. */
export function compileRules(bundle: Bundle, atMs: number): Rules {
  const groups = bundle.attributes.countryGroups
  const facts = bundle.destinations.map((destination) => factsAt(destination, atMs))
  const bits = categoryBitsOf(
    [bundle.guardrails, bundle.routes, bundle.obligations, bundle.waivers].flatMap((rules) =>
      rules.map(({ when }) => when),
    ),
  )
  const matching = (condition: Guardrail['never']): readonly number[] => {
    const test = compileDestinationCondition(condition, groups)
    return bundle.destinations.flatMap(({ id }, position) => {
      const known = facts[position]
      return known !== undefined && test(known, id) ? [position] : []
    })
  }
  const waiver = ({ id, when, to }: Waiver): CompiledWaiver => ({
    id,
    // What is lifted must be certain: nothing is waived for a request that was not read completely.
    applies: compileRequestCondition({ ...when, scan: certain(when) }, groups, 'seen', bits),
    lifts: matching(to),
  })
  return {
    destinations: bundle.destinations.map(({ id }) => id),
    facts,
    guardrails: byWeight(inForce(bundle.guardrails, atMs)).map(({ id, level, when, never }) => ({
      id,
      simulated: level === 'simulate',
      applies: compileRequestCondition(when, groups, 'worst', bits),
      forbids: matching(never),
      waivers:
        level === 'enforce'
          ? bundle.waivers.filter((one) => one.guardrail === id && isOpen(one, atMs)).map(waiver)
          : [],
    })),
    routes: bundle.routes
      .filter(({ window }) => window === undefined || isWithin(window, atMs))
      .map((route) => compileRoute(route, bundle, bits)),
    obligations: byId(inForce(bundle.obligations, atMs)).map((one) =>
      compileObligation(one, facts, groups, bits),
    ),
    categoryBits: bits,
  }
}

/** Keeps compiled rules for the day that was asked for last: one entry, replaced when the day changes. */
export function openRules(bundle: Bundle): (atMs: number) => Rules {
  let day = Number.NaN
  let rules: Rules | undefined
  return (atMs) => {
    const asked = Math.floor(atMs / DAY_MS)
    if (rules === undefined || asked !== day) {
      rules = compileRules(bundle, atMs)
      day = asked
    }
    return rules
  }
}

/** Applies the rules to a request. Total: whatever the attributes are, there is a verdict, and what nobody knows counts as the worst. */
export function evaluate(rules: Rules, request: RequestAttributes): Verdict {
  const fired: string[] = []
  const simulated: string[] = []
  const waived: string[] = []
  const removedBy = rules.destinations.map((): string[] | undefined => undefined)
  const encoded = encode(request, rules.categoryBits)
  for (const guardrail of rules.guardrails) {
    if (!meets(guardrail.applies, encoded)) continue
    if (guardrail.simulated) {
      if (guardrail.forbids.length > 0) simulated.push(guardrail.id)
      continue
    }
    fired.push(guardrail.id)
    const lifted = lift(guardrail, encoded, waived)
    for (const position of guardrail.forbids) {
      if (lifted?.has(position) !== true) (removedBy[position] ??= []).push(guardrail.id)
    }
  }
  const route = routeFor(rules.routes, encoded, simulated)
  const obligations = oblige(rules.obligations, encoded, removedBy, simulated)
  return { fired, simulated, waived, removedBy, route, obligations }
}

function routeFor(
  routes: readonly CompiledRoute[],
  encoded: Encoded,
  simulated: string[],
): CompiledRoute | undefined {
  for (const route of routes) {
    if (!meets(route.applies, encoded)) continue
    if (!route.simulated) return route
    simulated.push(route.id)
  }
  return undefined
}

function lift(
  { forbids, waivers }: CompiledGuardrail,
  encoded: Encoded,
  waived: string[],
): ReadonlySet<number> | undefined {
  if (waivers.length === 0) return undefined
  const lifted = new Set<number>()
  for (const waiver of waivers) {
    if (!meets(waiver.applies, encoded)) continue
    if (waiver.lifts.some((position) => forbids.includes(position))) waived.push(waiver.id)
    for (const position of waiver.lifts) lifted.add(position)
  }
  return lifted
}

const isOpen = ({ from, expires }: Waiver, atMs: number): boolean =>
  isWithin({ from, until: expires }, atMs)

/** Outside of its days a rule does not exist. */
const inForce = <T extends { readonly window?: Window | undefined }>(
  rules: readonly T[],
  atMs: number,
): readonly T[] => rules.filter(({ window }) => window === undefined || !isOutside(window, atMs))

const byId = <T extends { readonly id: string }>(rules: readonly T[]): readonly T[] =>
  rules.toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** The hardest to get round first, because refusals name one: what nobody can waive, then what depends on least, then by id. */
const byWeight = (guardrails: readonly Guardrail[]): readonly Guardrail[] =>
  byId(guardrails).toSorted((a, b) => weightOf(a) - weightOf(b))

const WAIVABLE = 1000
const weightOf = ({ level, never }: Guardrail): number =>
  (level === 'enforce-no-waiver' ? 0 : WAIVABLE) + Object.keys(never).length

/** A waiver is for requests that were read completely, whatever else its condition says of the scan. */
const certain = ({ scan }: Waiver['when']): Waiver['when']['scan'] =>
  scan === undefined || scan.includes('complete') ? ['complete'] : []

function compileRoute(route: Route, bundle: Bundle, bits: CategoryBits): CompiledRoute {
  const ranks = bundle.destinations.map(({ id, facts }) =>
    route.prefer.findIndex((rank) => {
      const targets = Array.isArray(rank) ? rank : [rank]
      return targets.includes('cheapest') || targets.includes(id) || targets.includes(facts.class)
    }),
  )
  return {
    id: route.id,
    simulated: route.level === 'simulate',
    applies: compileRequestCondition(route.when, bundle.attributes.countryGroups, 'seen', bits),
    ranks,
    quality: route.quality,
    hedge: route.hedge,
  }
}
