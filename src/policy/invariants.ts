import type { Category, Label } from '../domain/label.ts'
import { LEVELS, SCANS } from '../domain/label.ts'
import { type Handling, QUALITIES } from '../domain/request.ts'
import {
  compileDestinationCondition,
  compileRequestCondition,
  countriesOf,
  type Groups,
  type RequestAttributes,
} from './conditions.ts'
import { evaluate, type Rules } from './evaluate.ts'
import type { Bundle, Invariant, RequestCondition } from './schema.ts'

/** A request that the policy would send where an invariant says it never may. */
export type Violation = {
  readonly invariant: string
  readonly request: RequestAttributes
  readonly destination: string
}

/**
 * Looks for a request that breaks an invariant, with the facts of the day that the rules were compiled for. One violation for each
 * invariant is enough.
 *
 * Exact, although it does not try every set of categories: a guardrail never fires less when a category is added, unless it exempts it by
 * `none`. So the sets worth trying are the smallest that meet the invariant and a route, with and without what some `none` names.
 */
export function findViolations(bundle: Bundle, rules: Rules): readonly Violation[] {
  return bundle.invariants.flatMap((invariant) => {
    const found = findViolation(invariant, bundle, rules)
    return found === undefined ? [] : [found]
  })
}

function findViolation(invariant: Invariant, bundle: Bundle, rules: Rules): Violation | undefined {
  const groups = bundle.attributes.countryGroups
  const concerns = compileRequestCondition(invariant.when, groups, 'seen')
  const forbidden = compileDestinationCondition(invariant.never, groups)
  for (const request of requestsOf(invariant, bundle)) {
    if (!concerns(request)) continue
    const { removedBy, route } = evaluate(rules, request)
    const at = rules.facts.findIndex(
      (facts, position) =>
        (route?.ranks[position] ?? -1) >= 0 &&
        removedBy[position] === undefined &&
        forbidden(facts),
    )
    const destination = rules.destinations[at]
    if (destination !== undefined) return { invariant: invariant.id, request, destination }
  }
  return undefined
}

/** Every request that differs in something that some rule looks at, one of each kind. */
function* requestsOf(invariant: Invariant, bundle: Bundle): Generator<RequestAttributes> {
  const conditions = [
    invariant.when,
    ...bundle.guardrails.map(({ when }) => when),
    ...bundle.routes.map(({ when }) => when),
    ...bundle.waivers.map(({ when }) => when),
  ]
  const callers = product([
    named(conditions, ({ team }) => team),
    named(conditions, ({ app }) => app),
    named(conditions, ({ purpose }) => purpose),
  ])
  const qualities = conditions.some(({ quality }) => quality !== undefined)
    ? QUALITIES
    : (['basic'] as const)
  const handlings = handlingsOf(conditions)
  for (const label of labelsOf(invariant.when, conditions, bundle))
    for (const [team = '', app = '', purpose = ''] of callers)
      for (const quality of qualities)
        for (const handling of handlings)
          yield { label, team, app, purpose, quality, operation: 'chat', handling }
}

function* labelsOf(
  when: RequestCondition,
  conditions: readonly RequestCondition[],
  { attributes, routes, waivers }: Bundle,
): Generator<Label> {
  const exempting = unique(conditions.flatMap(({ categories }) => categories?.none ?? []))
  const others = [...routes, ...waivers].map((rule) => rule.when)
  const wanted = [{}, ...others].flatMap((other) => smallestSets(when, other))
  const categorySets = uniqueSets(
    wanted.flatMap((set) =>
      subsets(exempting).map((extra) => unique([...set, ...extra]).toSorted()),
    ),
  )
  const jurisdictionSets = jurisdictionSetsOf(conditions, attributes.countryGroups)
  // The plainest first, because the first that breaks an invariant is shown to people.
  for (const scan of SCANS)
    for (const categories of categorySets)
      for (const jurisdictions of jurisdictionSets)
        for (const level of LEVELS) yield { level, categories, jurisdictions, scan }
}

/** The smallest sets of categories that meet two conditions together. */
function smallestSets(a: RequestCondition, b: RequestCondition): readonly (readonly Category[])[] {
  const all = [...(a.categories?.all ?? []), ...(b.categories?.all ?? [])]
  const choices = [a.categories?.any ?? [], b.categories?.any ?? []].filter(
    ({ length }) => length > 0,
  )
  return product(choices).map((chosen) => unique([...all, ...chosen]))
}

/** None, one or two countries, each standing for all that the rules treat alike. */
function jurisdictionSetsOf(
  conditions: readonly RequestCondition[],
  groups: Groups,
): readonly (readonly string[])[] {
  const lists = conditions.flatMap(({ jurisdictions }) =>
    jurisdictions === undefined ? [] : [countriesOf(jurisdictions.any, groups)],
  )
  const alike = new Map<string, string>([[lists.map(() => '0').join(''), 'ZZ']])
  for (const country of lists.flatMap((list) => [...list])) {
    const signature = lists.map((list) => (list.has(country) ? '1' : '0')).join('')
    if (!alike.has(signature)) alike.set(signature, country)
  }
  const countries = [...alike.values()]
  const pairs = countries.flatMap((a, at) => countries.slice(at + 1).map((b) => [a, b].toSorted()))
  return [[], ...countries.map((country) => [country]), ...pairs]
}

function handlingsOf(conditions: readonly RequestCondition[]): readonly Handling[] {
  const looks = (key: keyof Handling): boolean =>
    conditions.some(({ handling }) => handling?.[key] !== undefined)
  const flag = (key: keyof Handling): readonly boolean[] => (looks(key) ? [false, true] : [false])
  const tiers = looks('serviceTier') ? (['default', 'other'] as const) : (['default'] as const)
  return flag('stored').flatMap((stored) =>
    flag('hostedTools').flatMap((hostedTools) =>
      flag('longCache').flatMap((longCache) =>
        tiers.map((serviceTier) => ({ stored, hostedTools, longCache, serviceTier })),
      ),
    ),
  )
}

const named = (
  conditions: readonly RequestCondition[],
  pick: (condition: RequestCondition) => readonly string[] | undefined,
): readonly string[] =>
  unique([...conditions.flatMap((condition) => pick(condition) ?? []), '(other)'])

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]

const uniqueSets = <T>(sets: readonly (readonly T[])[]): readonly (readonly T[])[] => [
  ...new Map(sets.map((set) => [JSON.stringify(set), set])).values(),
]

const product = <T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] =>
  lists.reduce<readonly (readonly T[])[]>(
    (rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])),
    [[]],
  )

const subsets = <T>(values: readonly T[]): readonly (readonly T[])[] =>
  values.reduce<readonly (readonly T[])[]>(
    (sets, value) => sets.flatMap((set) => [set, [...set, value]]),
    [[]],
  )
