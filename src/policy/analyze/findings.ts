import type { Node } from './diagram.ts'
import { includes, isWithin, meets } from './diagram-queries.ts'
import type { Model } from './model.ts'

/** `error`: something that was promised does not hold. `warning`: a rule does not do what it seems to. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note'

export type Finding = {
  readonly kind: FindingKind
  readonly severity: Severity
  /** Id of the rule or destination that it is about. */
  readonly rule: string | null
  readonly problem: string
  /** A request that shows it, or the rules that cause it. */
  readonly witness: object | null
}

export type FindingKind =
  | 'invariant-refuted'
  | 'invariant-empty'
  | 'never-applies'
  | 'unreachable-route'
  | 'redundant-guardrail'
  | 'forbids-nothing'
  | 'useless-waiver'
  | 'unused-destination'
  | 'unused-target'
  | 'coverage-gap'
  | 'blocked-region'
  | 'not-monotone'
  | 'change-ahead'

type Named = { readonly id: string; readonly set: Node }

/**
 * Rules that together hold all of a set, none of which can be left out; undefined if they do not. Earlier ones are preferred, so that of
 * routes those are named that take the requests.
 */
export function coveringRules(
  { diagram }: Model,
  set: Node,
  rules: readonly Named[],
): readonly string[] | undefined {
  let rest = set
  const meeting: Named[] = []
  for (const rule of rules) {
    if (rest === 0) break
    if (!meets(diagram, rest, rule.set)) continue
    meeting.push(rule)
    rest = diagram.without(rest, rule.set)
  }
  if (rest !== 0) return undefined
  let picked: readonly Named[] = meeting
  for (const candidate of meeting) {
    const others = picked.filter((one) => one !== candidate)
    const union = diagram.any(others.map((one) => diagram.and(one.set, set)))
    if (isWithin(diagram, set, union)) picked = others
  }
  return picked.map(({ id }) => id)
}

/** Why a request may go where it may: the route that takes it, and what keeps guardrails from it. */
export function whyPermitted(model: Model, point: readonly number[]): string {
  const { diagram, routes, guardrails, waivers } = model
  const holds = (set: Node): boolean => includes(diagram, set, point)
  const route = routes.find(({ reached }) => holds(reached))
  const lifted = waivers.filter(({ lifts }) => holds(lifts)).map(({ rule }) => rule.id)
  const simulated = guardrails
    .filter(({ rule, forbids }) => rule.level === 'simulate' && holds(forbids))
    .map(({ rule }) => rule.id)
  return [
    ...(route === undefined ? [] : [`by route ${route.rule.id}`]),
    ...(lifted.length === 0 ? [] : [`lifted by waiver ${lifted.join(', ')}`]),
    ...(simulated.length === 0 ? [] : [`only simulated: ${simulated.join(', ')}`]),
  ].join('; ')
}
