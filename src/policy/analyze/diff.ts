import type { Result } from '../../domain/result.ts'
import type { Bundle } from '../schema.ts'
import { type Case, casesOf, shareWords } from './cases.ts'
import { demandNames, demandSets, type DemandSets, wishSets } from './demands.ts'
import { type Node, NOTHING } from './diagram.ts'
import { exists } from './diagram-queries.ts'
import { type AnalysisOptions, onGround, type Scope, type TooLarge } from './ground.ts'
import type { Model } from './model.ts'
import { choicesOf } from './order.ts'
import type { Space } from './space.ts'

/**
 * How a policy differs from another. `loosened`: something is newly allowed, or something is no longer demanded. `same-meaning`: every
 * decision is the same. `tightened`: all else; what only goes elsewhere counts as this, so that one person looks at it.
 */
export type DiffClass = 'loosened' | 'tightened' | 'same-meaning'

/** A part of the space in which the two differ. */
export type Part = {
  readonly cases: readonly Case[]
  /** False if the cases leave something out. */
  readonly isWhole: boolean
  /** Of all cases that there can be, in words; empty if nothing is in it. */
  readonly share: string
}

export type Reroute = {
  readonly case: Case
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export type PolicyDiff = {
  readonly class: DiffClass
  readonly newlyAllowed: Part
  readonly newlyRefused: Part
  /** Requests that both serve, and that go first to another destination. */
  readonly rerouted: readonly Reroute[]
  /** Only what comes after the first choice is different. */
  readonly fallbacksChanged: boolean
  readonly demandedAnew: readonly DemandChange[]
  readonly noLongerDemanded: readonly DemandChange[]
  /** Tables that differ and that decide no permission: what models there are, what they cost, who may spend how much. */
  readonly otherTables: readonly string[]
  readonly space: Space
  readonly scope: Scope
}

export type DemandChange = { readonly what: string; readonly cases: readonly Case[] }

const CASES_MAX = 8
const DEMAND_CASES_MAX = 2

/** Compares what two policies mean, from `atMs` on: exact, or not at all. */
export const diffPolicies = (
  before: Bundle,
  after: Bundle,
  atMs: number,
  options: AnalysisOptions = {},
): Result<PolicyDiff, TooLarge> =>
  onGround([before, after], [], atMs, options, ({ models, scope }) => {
    const [from, to] = models
    if (from === undefined || to === undefined) throw new TypeError('two policies are compared')
    return compare(from, to, scope)
  })

function compare(from: Model, to: Model, scope: () => Scope): PolicyDiff {
  const { diagram, space } = from
  const allowed = diagram.without(to.permitted, from.permitted)
  const refused = diagram.without(from.permitted, to.permitted)
  const names = demandNames([from, to])
  const [demandsFrom, demandsTo] = [demandSets(from, names), demandSets(to, names)]
  const demandedAnew = [
    ...changedDemands(from, demandsFrom, demandsTo),
    ...changedDemands(from, wishSets(from), wishSets(to)),
  ]
  const lostDemands = changedDemands(from, demandsTo, demandsFrom)
  const lostWishes = changedDemands(from, wishSets(to), wishSets(from))
  const [choicesFrom, choicesTo] = [choicesOf(from), choicesOf(to)]
  const rerouted = reroutes(from, to, choicesFrom[0] ?? NOTHING, choicesTo[0] ?? NOTHING)
  const isSameOrder =
    choicesFrom.length === choicesTo.length &&
    choicesFrom.every((choice, at) => choice === choicesTo[at])
  const isSame =
    isSameOrder &&
    allowed === refused &&
    demandedAnew.length + lostDemands.length + lostWishes.length === 0
  return {
    class:
      allowed !== NOTHING || lostDemands.length > 0
        ? 'loosened'
        : isSame
          ? 'same-meaning'
          : 'tightened',
    newlyAllowed: partOf(from, allowed),
    newlyRefused: partOf(from, refused),
    rerouted,
    fallbacksChanged:
      !isSameOrder && rerouted.length === 0 && allowed === NOTHING && refused === NOTHING,
    demandedAnew,
    noLongerDemanded: [...lostDemands, ...lostWishes],
    otherTables: (['models', 'aliases', 'prices', 'budgets'] as const).filter(
      (table) => JSON.stringify(from.bundle[table]) !== JSON.stringify(to.bundle[table]),
    ),
    space,
    scope: scope(),
  }
}

const partOf = (model: Model, set: Node): Part => ({
  ...casesOf(model, set, CASES_MAX),
  share: set === NOTHING ? '' : shareWords(model, set),
})

/** What is demanded in `to` and was not in `from`, of requests that are served at all in either. */
function changedDemands(ground: Model, from: DemandSets, to: DemandSets): readonly DemandChange[] {
  const { diagram } = ground
  return [...to].flatMap(([what, set]) => {
    const anew = diagram.without(set, from.get(what) ?? NOTHING)
    return anew === NOTHING ? [] : [{ what, cases: casesOf(ground, anew, DEMAND_CASES_MAX).cases }]
  })
}

/** Requests that both policies serve and whose first choice is another set of destinations. */
function reroutes(from: Model, to: Model, before: Node, after: Node): readonly Reroute[] {
  const { diagram, space } = from
  const destination = new Set([space.at('destination')])
  const somewhere = (set: Node): Node => exists(diagram, set, destination)
  const changed = somewhere(
    diagram.or(diagram.without(before, after), diagram.without(after, before)),
  )
  const both = diagram.and(somewhere(before), somewhere(after))
  const moved = diagram.and(changed, both)
  return casesOf(from, moved, CASES_MAX).cases.map((one) => ({
    case: one,
    before: placesAt(from, before, one),
    after: placesAt(to, after, one),
  }))
}

/** Where the first request of a case goes. */
function placesAt({ diagram, space }: Model, choice: Node, { box }: Case): readonly string[] {
  const at = space.at('destination')
  const point = box.map((values) => values?.[0] ?? 0)
  return (space.variables[at]?.values ?? []).flatMap((id, value) => {
    let node = choice
    const here = point.with(at, value)
    while (node > 1) node = diagram.kid(node, here[diagram.variableOf(node)] ?? 0)
    return node === 1 ? [String(id)] : []
  })
}
