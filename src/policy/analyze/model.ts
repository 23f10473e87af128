import { compileDestinationCondition } from '../conditions.ts'
import { EVERYTHING, type Node, NOTHING } from './diagram.ts'
import { exists, restrict } from './diagram-queries.ts'
import { factsAt } from '../facts.ts'
import { forbiddenBy } from '../oblige.ts'
import type { Bundle, Guardrail, Obligation, Route, Waiver } from '../schema.ts'
import {
  type FactsByTime,
  type Ground,
  openSet,
  placeSet,
  requestSet,
  standingSet,
  valueSet,
} from './sets.ts'

/** A policy as sets of points: what each of its rules does, and what they permit together. */
export type Model = Ground & {
  readonly bundle: Bundle
  readonly facts: FactsByTime
  readonly guardrails: readonly ModelGuardrail[]
  readonly waivers: readonly ModelWaiver[]
  readonly routes: readonly ModelRoute[]
  readonly obligations: readonly ModelObligation[]
  /** What a guardrail or an obligation forbids. */
  readonly denied: Node
  /** Requests that some route takes. */
  readonly covered: Node
  /** What may be sent where, in which form and when. */
  readonly permitted: Node
}

export type ModelGuardrail = {
  readonly rule: Guardrail
  /** Requests that it is about, while it is in force. */
  readonly applies: Node
  /** What it forbids, before any waiver. */
  readonly forbids: Node
  /** What it forbids after waivers; nothing if it is in simulation. */
  readonly denies: Node
}
export type ModelWaiver = { readonly rule: Waiver; readonly covers: Node; readonly lifts: Node }
export type ModelRoute = {
  readonly rule: Route
  /** Requests that meet its condition, while it is in force. */
  readonly applies: Node
  /** Of those, the ones that no earlier route takes; nothing if it is in simulation. */
  readonly reached: Node
  /** Destinations that it uses, in any rank. */
  readonly targets: Node
}
export type ModelObligation = {
  readonly rule: Obligation
  readonly applies: Node
  /** What it leaves out by itself. */
  readonly forbids: Node
}

/** Compiles a policy into sets. `times` are those of the space. */
export function modelOf(ground: Ground, bundle: Bundle, times: readonly number[]): Model {
  const { diagram } = ground
  const facts: FactsByTime = new Map(
    bundle.destinations.map((destination) => [
      destination.id,
      times.map((atMs) => factsAt(destination, atMs)),
    ]),
  )
  const waivers = bundle.waivers.map((rule) => waiverOf(ground, bundle, facts, rule))
  const guardrails = bundle.guardrails.map((rule) =>
    guardrailOf(ground, bundle, facts, rule, waivers),
  )
  const obligations = bundle.obligations.map((rule) => obligationOf(ground, bundle, facts, rule))
  const routes = routesOf(ground, bundle, facts)
  // Those that nobody can waive first, as the search for redundant ones joins them: the diagram then has the nodes already.
  const denied = diagram.any([
    ...guardrails.filter(isFirm).map(({ denies }) => denies),
    ...guardrails.filter((one) => !isFirm(one)).map(({ denies }) => denies),
    ...obligations.filter(isEnforced).map(({ forbids }) => forbids),
  ])
  let sent: Node = NOTHING
  for (const { reached, targets } of routes) sent = diagram.or(sent, diagram.and(reached, targets))
  return {
    ...ground,
    bundle,
    facts,
    guardrails,
    waivers,
    routes,
    obligations,
    denied,
    covered: diagram.any(routes.map(({ reached }) => reached)),
    permitted: diagram.and(diagram.without(sent, denied), formSet(ground, facts, obligations)),
  }
}

const isFirm = ({ rule }: ModelGuardrail): boolean => rule.level === 'enforce-no-waiver'

export const isEnforced = ({ rule }: { readonly rule: { readonly level?: string | undefined } }) =>
  rule.level !== 'simulate'

function waiverOf(ground: Ground, bundle: Bundle, facts: FactsByTime, rule: Waiver): ModelWaiver {
  const { diagram } = ground
  const groups = bundle.attributes.countryGroups
  const applies = diagram.all([
    requestSet(ground, rule.when, groups, 'seen'),
    // What is lifted must be certain.
    valueSet(ground, 'scan', '', (value) => value === 'complete'),
    openSet(ground, { from: rule.from, until: rule.expires }),
  ])
  const to = placeSet(ground, facts, compileDestinationCondition(rule.to, groups))
  const guardrail = bundle.guardrails.find(({ id }) => id === rule.guardrail)
  const covers = diagram.and(applies, to)
  return { rule, covers, lifts: guardrail?.level === 'enforce' ? covers : NOTHING }
}

function guardrailOf(
  ground: Ground,
  bundle: Bundle,
  facts: FactsByTime,
  rule: Guardrail,
  waivers: readonly ModelWaiver[],
): ModelGuardrail {
  const { diagram } = ground
  const groups = bundle.attributes.countryGroups
  const applies = diagram.and(
    requestSet(ground, rule.when, groups, 'worst'),
    standingSet(ground, rule.window),
  )
  const places = placeSet(ground, facts, compileDestinationCondition(rule.never, groups))
  const forbids = diagram.and(applies, places)
  const lifted = waivers.filter((one) => one.rule.guardrail === rule.id)
  const denies =
    rule.level === 'simulate'
      ? NOTHING
      : lifted.reduce<Node>((set, { lifts }) => diagram.without(set, lifts), forbids)
  return { rule, applies, forbids, denies }
}

function obligationOf(
  ground: Ground,
  bundle: Bundle,
  facts: FactsByTime,
  rule: Obligation,
): ModelObligation {
  const { diagram } = ground
  const groups = bundle.attributes.countryGroups
  const applies = diagram.and(
    requestSet(ground, rule.when, groups, 'worst'),
    standingSet(ground, rule.window),
  )
  const isAsked =
    'cache' in rule.must
      ? valueSet(ground, 'handling', 'longCache', (value) => value === true)
      : EVERYTHING
  const places = placeSet(ground, facts, forbiddenBy(rule.must))
  return { rule, applies, forbids: diagram.all([applies, isAsked, places]) }
}

function routesOf(ground: Ground, bundle: Bundle, facts: FactsByTime): readonly ModelRoute[] {
  const { diagram } = ground
  let earlier: Node = NOTHING
  return bundle.routes.map((rule) => {
    const applies = diagram.and(
      requestSet(ground, rule.when, bundle.attributes.countryGroups, 'seen'),
      openSet(ground, rule.window),
    )
    const reached = rule.level === 'simulate' ? NOTHING : diagram.without(applies, earlier)
    earlier = diagram.or(earlier, reached)
    return { rule, applies, reached, targets: targetSet(ground, facts, rule.prefer.flat()) }
  })
}

/** The destinations that some targets of a route stand for. */
export const targetSet = (ground: Ground, facts: FactsByTime, targets: readonly string[]): Node =>
  placeSet(
    ground,
    facts,
    ({ class: kind }, id) =>
      targets.includes('cheapest') || targets.includes(id) || targets.includes(kind),
  )

/**
 * Which form may go where. Where an obligation demands redaction, zone `own` gets the raw form and third parties the redacted one, which is
 * judged by the label that remains: so the label at a point is that of what is sent, and which original it came from is left open.
 */
function formSet(
  ground: Ground,
  facts: FactsByTime,
  obligations: readonly ModelObligation[],
): Node {
  const { diagram, space } = ground
  if (space.at('form') < 0) return EVERYTHING
  const raw = valueSet(ground, 'form', '', (value) => value === 'raw')
  const third = placeSet(ground, facts, ({ zone }) => zone !== 'own')
  const demanded = redactionDemanded(ground, obligations)
  const content = new Set(
    space.variables.flatMap(({ kind }, at) =>
      kind === 'level' || kind === 'category' || kind === 'jurisdiction' ? [at] : [],
    ),
  )
  const possible = exists(diagram, demanded, content)
  return diagram.or(
    diagram.without(raw, diagram.and(demanded, third)),
    diagram.without(diagram.and(possible, third), raw),
  )
}

/** Requests for which some obligation in force demands redaction. */
export const redactionDemanded = (
  { diagram }: Ground,
  obligations: readonly ModelObligation[],
): Node =>
  diagram.any(
    obligations
      .filter((one) => isEnforced(one) && 'redact' in one.rule.must)
      .map(({ applies }) => applies),
  )

/** A set at the first time: later expiries do not count. */
export const today = ({ diagram, space }: Ground, set: Node): Node =>
  restrict(diagram, set, space.at('time'), 0)
