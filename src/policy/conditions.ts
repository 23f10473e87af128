import type { DestinationFacts } from '../domain/destination.ts'
import type { Label } from '../domain/label.ts'
import type { Handling, Operation, Quality } from '../domain/request.ts'
import type { DestinationCondition } from './schema.ts'
import type { Attributes } from './vocabulary.ts'

/** All that a policy can know of a request. */
export type RequestAttributes = {
  readonly label: Label
  readonly team: string
  readonly app: string
  readonly purpose: string
  readonly quality: Quality
  readonly operation: Operation
  readonly handling: Handling
}

export type Groups = Attributes['countryGroups']

/**
 * What to take for the categories and jurisdictions of a request that nobody could read. A rule that protects assumes that it has them
 * (and lacks what would exempt it); a rule that prefers goes by what was seen.
 */
export type Reading = 'worst' | 'seen'

export type DestinationTest = (facts: DestinationFacts, id: string) => boolean

/** Compiles a condition on a destination. Unknown countries are both in and outside of any list. */
export function compileDestinationCondition(
  condition: DestinationCondition,
  groups: Groups,
): DestinationTest {
  const tests: DestinationTest[] = []
  const { destination: named } = condition
  if (named !== undefined) tests.push((_facts, id) => named.includes(id))
  const { class: classes, zone, countries, legalEntity, retentionDays, trainsOnData } = condition
  if (classes !== undefined) tests.push((facts) => classes.includes(facts.class))
  if (zone !== undefined) tests.push((facts) => facts.zone === zone)
  if (countries !== undefined) {
    const isInside = 'any' in countries
    const listed = countriesOf(isInside ? countries.any : countries.outside, groups)
    tests.push(
      ({ countries: places }) =>
        places.length === 0 || places.some((place) => listed.has(place) === isInside),
    )
  }
  if (legalEntity !== undefined)
    tests.push((facts) => facts.legalEntity === '' || legalEntity.includes(facts.legalEntity))
  if (retentionDays !== undefined)
    tests.push(
      'above' in retentionDays
        ? (facts) => facts.retentionDays > retentionDays.above
        : (facts) => facts.retentionDays <= retentionDays.atMost,
    )
  if (trainsOnData !== undefined) tests.push((facts) => facts.trainsOnData === trainsOnData)
  const { agreements } = condition
  if (agreements !== undefined) {
    const wanted = 'has' in agreements
    const listed = 'has' in agreements ? agreements.has : agreements.lacks
    tests.push((facts) => facts.agreements.some((one) => listed.includes(one)) === wanted)
  }
  return (facts, id) => tests.every((test) => test(facts, id))
}

/** The countries that a list of countries and groups stands for. */
export function countriesOf(places: readonly string[], groups: Groups): ReadonlySet<string> {
  return new Set(places.flatMap((place) => groups[place]?.countries ?? [place]))
}
