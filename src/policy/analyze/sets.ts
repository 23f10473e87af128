import type { DestinationFacts } from '../../domain/destination.ts'
import { LEVELS } from '../../domain/label.ts'
import { countriesOf, type Groups, type Reading } from '../conditions.ts'
import { type Diagram, EVERYTHING, type Node, NOTHING } from './diagram.ts'
import { isOutside, isWithin } from '../facts.ts'
import type { RequestCondition, Window } from '../schema.ts'
import type { Space, Variable } from './space.ts'

/** A space with the diagram that holds its sets. */
export type Ground = { readonly space: Space; readonly diagram: Diagram }

/** The points of a variable whose value passes a test; everything where no rule looks at the variable. */
export function valueSet(
  { space, diagram }: Ground,
  kind: Variable['kind'],
  name: string,
  test: (value: unknown) => boolean,
): Node {
  const at = space.at(kind, name)
  const values = space.variables[at]?.values
  return values === undefined ? EVERYTHING : diagram.literal(at, (value) => test(values[value]))
}

/** The requests that meet a condition. What `conditions.ts` tests on one request, said of all. */
export function requestSet(
  ground: Ground,
  condition: RequestCondition,
  groups: Groups,
  reading: Reading,
): Node {
  const { diagram } = ground
  return diagram.all([
    ...labelSets(ground, condition, groups, reading),
    ...(['team', 'app', 'purpose', 'quality', 'operation'] as const).flatMap((kind) => {
      const names: readonly string[] | undefined = condition[kind]
      return names === undefined
        ? []
        : [valueSet(ground, kind, '', (value) => names.some((name) => name === value))]
    }),
    ...(['stored', 'hostedTools', 'longCache', 'serviceTier'] as const).flatMap((field) => {
      const wanted = condition.handling?.[field]
      return wanted === undefined
        ? []
        : [valueSet(ground, 'handling', field, (value) => value === wanted)]
    }),
  ])
}

function labelSets(
  ground: Ground,
  { level, scan, categories, jurisdictions }: RequestCondition,
  groups: Groups,
  reading: Reading,
): Node[] {
  const { diagram } = ground
  const unscanned = valueSet(ground, 'scan', '', (value) => value === 'unscanned')
  const orUnread = (set: Node): Node => (reading === 'worst' ? diagram.or(unscanned, set) : set)
  const sets: Node[] = []
  if (level !== undefined) {
    const levels: readonly unknown[] = Array.isArray(level)
      ? level
      : LEVELS.slice(LEVELS.indexOf(level.atLeast))
    const read = valueSet(ground, 'level', '', (value) => levels.includes(value))
    // What could not be read counts as the highest level.
    sets.push(
      levels.includes('restricted')
        ? diagram.or(unscanned, read)
        : diagram.without(read, unscanned),
    )
  }
  if (scan !== undefined)
    sets.push(valueSet(ground, 'scan', '', (value) => scan.some((one) => one === value)))
  const holds = (category: string): Node =>
    valueSet(ground, 'category', category, (value) => value === true)
  const { any, all, none } = categories ?? {}
  if (any !== undefined) sets.push(orUnread(diagram.any(any.map(holds))))
  if (all !== undefined) sets.push(orUnread(diagram.all(all.map(holds))))
  if (none !== undefined) sets.push(orUnread(diagram.not(diagram.any(none.map(holds)))))
  if (jurisdictions !== undefined)
    sets.push(orUnread(jurisdictionSet(ground, jurisdictions, groups)))
  return sets
}

function jurisdictionSet(
  ground: Ground,
  { any, unknown }: NonNullable<RequestCondition['jurisdictions']>,
  groups: Groups,
): Node {
  const { diagram, space } = ground
  const wanted = countriesOf(any, groups)
  const under = ([first = '']: readonly string[]): Node =>
    valueSet(ground, 'jurisdiction', first, (value) => value === true)
  const found = diagram.any(
    space.countryClasses
      .filter(({ countries }) => countries.some((country) => wanted.has(country)))
      .map(({ countries }) => under(countries)),
  )
  if (!unknown) return found
  const some = diagram.any(space.countryClasses.map(({ countries }) => under(countries)))
  return diagram.or(found, diagram.not(some))
}

/** What is believed of each destination of a policy, at the beginning of each span of days. */
export type FactsByTime = ReadonlyMap<string, readonly DestinationFacts[]>

/** The destinations and times at which something is true. */
export function placeSet(
  { space, diagram }: Ground,
  facts: FactsByTime,
  test: (facts: DestinationFacts, id: string) => boolean,
): Node {
  const destinationAt = space.at('destination')
  const timeAt = space.at('time')
  const times = space.variables[timeAt]?.values ?? []
  const kids = (space.variables[destinationAt]?.values ?? []).map((value) => {
    const id = String(value)
    const known = facts.get(id)
    if (known === undefined) return NOTHING
    return diagram.node(
      timeAt,
      times.map((_, at) => {
        const one = known[at]
        return one !== undefined && test(one, id) ? EVERYTHING : NOTHING
      }),
    )
  })
  return diagram.node(destinationAt, kids)
}

/** The times at which a rule that forbids or demands is in force. */
export const standingSet = (ground: Ground, window: Window | undefined): Node =>
  window === undefined
    ? EVERYTHING
    : valueSet(ground, 'time', '', (value) => !isOutside(window, Number(value)))

/** The times at which a rule that permits is in force. */
export const openSet = (ground: Ground, window: Window | undefined): Node =>
  window === undefined
    ? EVERYTHING
    : valueSet(ground, 'time', '', (value) => isWithin(window, Number(value)))
