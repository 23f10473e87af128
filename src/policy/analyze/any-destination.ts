import { countriesOf, type Groups } from '../conditions.ts'
import type { Bundle, DestinationCondition, Guardrail } from '../schema.ts'
import { Diagram, EVERYTHING, type Node, NOTHING } from './diagram.ts'
import { meets } from './diagram-queries.ts'
import { type Ground, requestSet } from './sets.ts'
import { type Space, unique, type Variable } from './space.ts'

/**
 * Whether a guardrail would be redundant whatever destinations there were: then others already say the same. One that is redundant only
 * with those of today waits for a destination that nobody has entered yet.
 */
export type AnyDestination = {
  /** True if the others forbid all that it forbids, at every destination that there could be. */
  readonly isCovered: (rule: Guardrail, others: readonly Guardrail[]) => boolean
}

/** The space of requests with every combination of facts in place of the destinations. Days and waivers are left out. */
export function anyDestination(space: Space, bundle: Bundle, nodesMax: number): AnyDestination {
  const groups = bundle.attributes.countryGroups
  const conditions = bundle.guardrails.map(({ never }) => never)
  const requests = space.variables.filter(
    ({ kind }) => kind !== 'form' && kind !== 'destination' && kind !== 'time',
  )
  const facts = factsOf(conditions, groups)
  const variables: readonly Variable[] = [...requests, ...facts.variables]
  const diagram = new Diagram(
    variables.map(({ values }) => values.length),
    nodesMax,
  )
  // Requests keep their positions, because what is left out comes after them.
  const ground: Ground = { space: { ...space, variables }, diagram }
  const sets = new Map<Guardrail, Node>()
  const setOf = (rule: Guardrail): Node => {
    const known = sets.get(rule)
    if (known !== undefined) return known
    const set = diagram.and(
      requestSet(ground, rule.when, groups, 'worst'),
      facts.setOf(diagram, requests.length, rule.never),
    )
    sets.set(rule, set)
    return set
  }
  return {
    isCovered: (rule, others) => {
      let rest = setOf(rule)
      for (const other of others) {
        if (other.window !== undefined) continue
        if (rest === NOTHING) break
        if (meets(diagram, rest, setOf(other))) rest = diagram.without(rest, setOf(other))
      }
      return rest === NOTHING
    },
  }
}

type Fact = Extract<Variable, { readonly kind: 'fact' }>

type FactSpace = {
  readonly variables: readonly Fact[]
  /** The combinations of facts that meet a condition; `first` is where their variables begin. */
  readonly setOf: (diagram: Diagram, first: number, condition: DestinationCondition) => Node
}

const UNKNOWN = ''

const fact = (name: string, values: readonly unknown[]): Fact => ({ kind: 'fact', name, values })

function factsOf(conditions: readonly DestinationCondition[], groups: Groups): FactSpace {
  const places = conditions.flatMap(({ countries }) =>
    countries === undefined ? [] : ['any' in countries ? countries.any : countries.outside],
  )
  const lists = places.map((list) => countriesOf(list, groups))
  const alike = new Map<string, string>([[lists.map(() => 0).join(''), 'ZZ']])
  for (const country of lists.flatMap((list) => [...list])) {
    const signature = lists.map((list) => (list.has(country) ? 1 : 0)).join('')
    if (!alike.has(signature)) alike.set(signature, country)
  }
  const countries = lists.length === 0 ? [] : [...alike.values()]
  const cuts = unique(
    conditions.flatMap(({ retentionDays: days }) =>
      days === undefined ? [] : ['above' in days ? days.above : days.atMost],
    ),
  ).toSorted((a, b) => a - b)
  const agreements = unique(
    conditions.flatMap(({ agreements: some }) =>
      some === undefined ? [] : 'has' in some ? some.has : some.lacks,
    ),
  )
  const variables = [
    fact('class', ['edge', 'hosted', 'onprem', 'closed']),
    fact('zone', ['own', 'third-party']),
    fact('legalEntity', [
      UNKNOWN,
      'other',
      ...unique(conditions.flatMap((one) => one.legalEntity ?? [])),
    ]),
    // Each span of days is told by its last; the last span has none.
    fact('retentionDays', [...cuts, Number.POSITIVE_INFINITY]),
    fact('trainsOnData', [false, true]),
    ...agreements.map((name) => fact(`agreement ${name}`, [false, true])),
    ...countries.map((name) => fact(`country ${name}`, [false, true])),
  ]
  return {
    variables,
    setOf: (diagram, first, condition) => {
      const where = (name: string, test: (value: unknown) => boolean): Node => {
        const at = variables.findIndex((one) => one.name === name)
        return diagram.literal(first + at, (value) => test(variables[at]?.values[value]))
      }
      return diagram.all(partsOf(condition, diagram, where, countries, groups))
    },
  }
}

const isTrue = (value: unknown): boolean => value === true

type Where = (name: string, test: (value: unknown) => boolean) => Node

function partsOf(
  condition: DestinationCondition,
  diagram: Diagram,
  where: Where,
  countries: readonly string[],
  groups: Groups,
): readonly Node[] {
  const {
    zone,
    legalEntity,
    retentionDays,
    trainsOnData,
    agreements,
    countries: places,
  } = condition
  const classes: readonly unknown[] | undefined = condition.class
  const signed = (names: readonly string[]): Node =>
    diagram.any(names.map((name) => where(`agreement ${name}`, isTrue)))
  return [
    classes === undefined ? EVERYTHING : where('class', (value) => classes.includes(value)),
    zone === undefined ? EVERYTHING : where('zone', (value) => value === zone),
    legalEntity === undefined
      ? EVERYTHING
      : where('legalEntity', (value) => value === UNKNOWN || legalEntity.includes(String(value))),
    retentionDays === undefined
      ? EVERYTHING
      : where('retentionDays', (value) =>
          'above' in retentionDays
            ? Number(value) > retentionDays.above
            : Number(value) <= retentionDays.atMost,
        ),
    trainsOnData === undefined
      ? EVERYTHING
      : where('trainsOnData', (value) => value === trainsOnData),
    agreements === undefined
      ? EVERYTHING
      : 'has' in agreements
        ? signed(agreements.has)
        : diagram.not(signed(agreements.lacks)),
    places === undefined ? EVERYTHING : countrySet(places, diagram, where, countries, groups),
  ]
}

function countrySet(
  places: NonNullable<DestinationCondition['countries']>,
  diagram: Diagram,
  where: Where,
  countries: readonly string[],
  groups: Groups,
): Node {
  const isInside = 'any' in places
  const listed = countriesOf('any' in places ? places.any : places.outside, groups)
  const present = (names: readonly string[]): Node =>
    diagram.any(names.map((name) => where(`country ${name}`, isTrue)))
  const hit = present(countries.filter((country) => listed.has(country) === isInside))
  // Unknown countries are both in and outside of any list.
  return diagram.or(hit, diagram.not(present(countries)))
}
