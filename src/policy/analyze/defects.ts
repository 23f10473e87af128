import { type AnyDestination, anyDestination } from './any-destination.ts'
import { caseOf } from './cases.ts'
import { type Node, NOTHING } from './diagram.ts'
import { isWithin, meets } from './diagram-queries.ts'
import { coveringRules, type Finding } from './findings.ts'
import { isEnforced, type Model, type ModelGuardrail, targetSet, today } from './model.ts'

/** Of the space of all destinations that there could be. */
const NODES_MAX = 2_000_000

/** Rules that do not do what they seem to do. */
export const ruleDefects = (model: Model): readonly Finding[] => [
  ...neverApply(model),
  ...unreachableRoutes(model),
  ...redundantGuardrails(model),
  ...uselessWaivers(model),
  ...unusedTargets(model),
]

function neverApply({ guardrails, routes, obligations }: Model): Finding[] {
  return [...guardrails, ...routes, ...obligations]
    .filter(({ applies }) => applies === NOTHING)
    .map(({ rule }) => ({
      kind: 'never-applies',
      severity: 'warning',
      rule: rule.id,
      problem: `${rule.id} never applies: no request meets its condition, or its days are over.`,
      witness: null,
    }))
}

function unreachableRoutes(model: Model): Finding[] {
  const enforced = model.routes.filter(isEnforced)
  return enforced.flatMap(({ rule, applies, reached }, at) => {
    if (applies === NOTHING || reached !== NOTHING) return []
    const earlier = enforced.slice(0, at).map((one) => ({ id: one.rule.id, set: one.applies }))
    const by = coveringRules(model, applies, earlier) ?? []
    return [
      {
        kind: 'unreachable-route',
        severity: 'warning',
        rule: rule.id,
        problem: `${rule.id} is never reached: ${listed(by)} ${by.length === 1 ? 'takes' : 'together take'} every request that it is about.`,
        witness: { shadowedBy: by },
      } as const,
    ]
  })
}

/**
 * Guardrails without which nothing would be permitted that is not now. One that nobody can waive is redundant only if others that nobody
 * can waive do its work, because a waiver may lift the rest tomorrow.
 */
function redundantGuardrails(model: Model): Finding[] {
  const enforced = model.guardrails.filter(isEnforced)
  const firm = enforced.filter(({ rule }) => rule.level === 'enforce-no-waiver')
  const soft = enforced.filter(({ rule }) => rule.level === 'enforce')
  // Most policies have nothing redundant and need no second space.
  let known: AnyDestination | undefined
  const universe = (): AnyDestination =>
    (known ??= anyDestination(model.space, model.bundle, NODES_MAX))
  return [
    ...enforced
      .filter(({ applies, forbids }) => applies !== NOTHING && today(model, forbids) === NOTHING)
      .map((one) => forbidsNothing(one)),
    ...redundantAmong(model, firm, [], universe),
    ...redundantAmong(model, soft, firm, universe),
  ]
}

const forbidsNothing = ({ rule }: ModelGuardrail): Finding => ({
  kind: 'forbids-nothing',
  severity: 'note',
  rule: rule.id,
  problem: `${rule.id} forbids nothing yet: no destination of today's catalogue is what it speaks of.`,
  witness: null,
})

function redundantAmong(
  model: Model,
  candidates: readonly ModelGuardrail[],
  always: readonly ModelGuardrail[],
  universe: () => AnyDestination,
): Finding[] {
  const { diagram } = model
  const sets = candidates.map(({ denies }) => denies)
  const base = diagram.any(always.map(({ denies }) => denies))
  const after = suffixes(sets, (a, b) => diagram.or(a, b))
  let before: Node = base
  return candidates.flatMap((one, at) => {
    const { rule, denies } = one
    const alone = diagram.without(denies, before)
    before = diagram.or(before, denies)
    if (denies === NOTHING || !isWithin(diagram, alone, after[at + 1] ?? NOTHING)) return []
    const rest = [...always, ...candidates].filter((other) => other !== one)
    const by = coveringRules(
      model,
      denies,
      rest.map((other) => ({ id: other.rule.id, set: other.denies })),
    )
    const named = rest.filter((other) => by?.includes(other.rule.id))
    const isAlways = universe().isCovered(
      rule,
      named.map((other) => other.rule),
    )
    const already = `${listed(by ?? [])} already ${by?.length === 1 ? 'forbids' : 'forbid'} all that it forbids`
    return [
      {
        kind: 'redundant-guardrail',
        severity: isAlways ? 'warning' : 'note',
        rule: rule.id,
        problem: isAlways
          ? `${rule.id} changes nothing, whatever the destinations: ${already}.`
          : `${rule.id} changes nothing with the destinations of today: ${already}.`,
        witness: { coveredBy: by },
      } as const,
    ]
  })
}

/** For each position, what all from it on are together. */
function suffixes(sets: readonly Node[], join: (a: Node, b: Node) => Node): readonly Node[] {
  const joined: Node[] = [NOTHING]
  for (const set of sets.toReversed()) joined.unshift(join(set, joined[0] ?? NOTHING))
  return joined
}

function uselessWaivers(model: Model): Finding[] {
  const { diagram, waivers, guardrails, permitted } = model
  return waivers.flatMap(({ rule, lifts }) => {
    const lifted = guardrails.find((one) => one.rule.id === rule.guardrail)
    const useful = diagram.and(lifts, lifted?.forbids ?? NOTHING)
    if (meets(diagram, useful, permitted)) return []
    const isIdle = useful === NOTHING
    return [
      {
        kind: 'useless-waiver',
        severity: 'warning',
        rule: rule.id,
        problem: isIdle
          ? `${rule.id} lifts nothing: ${rule.guardrail} forbids none of what it is about, or its days are over.`
          : `${rule.id} permits nothing: other rules forbid all that it lifts.`,
        witness: isIdle ? null : (caseOf(model, useful)?.example ?? null),
      } as const,
    ]
  })
}

/** Targets of a route that guardrails never permit there. */
function unusedTargets(model: Model): Finding[] {
  const { diagram, routes, permitted, facts } = model
  return routes.flatMap(({ rule, reached, targets }) => {
    if (reached === NOTHING) return []
    const sent = diagram.and(reached, permitted)
    const unused = rule.prefer
      .flat()
      .filter((target) => !meets(diagram, sent, targetSet(model, facts, [target])))
    if (unused.length === 0) return []
    const isAll = !meets(diagram, sent, targets)
    return [
      {
        kind: 'unused-target',
        severity: isAll ? 'warning' : 'note',
        rule: rule.id,
        problem: isAll
          ? `${rule.id} sends nothing anywhere: guardrails or the catalogue leave none of its destinations for any request that it takes.`
          : `${rule.id} names ${listed(unused)}, which guardrails or the catalogue never leave to it.`,
        witness: { targets: unused },
      } as const,
    ]
  })
}

const listed = (ids: readonly string[]): string => ids.join(', ')
