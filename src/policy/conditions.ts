import type { DestinationFacts } from '../domain/destination.ts'
import { LEVELS, type Label, type Level } from '../domain/label.ts'
import type { Handling, Operation, Quality } from '../domain/request.ts'
import type { DestinationCondition, RequestCondition } from './schema.ts'
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

export type RequestTest = (request: RequestAttributes) => boolean
export type DestinationTest = (facts: DestinationFacts) => boolean

/** Compiles a condition. The tests are total: no errors, no loops that grow with anything but the rule and the label. */
export function compileRequestCondition(
  condition: RequestCondition,
  groups: Groups,
  reading: Reading,
): RequestTest {
  const tests = [
    ...labelTests(condition, groups, reading === 'worst'),
    ...callerTests(condition),
    ...handlingTests(condition),
  ]
  return all(tests)
}

/** An unscanned request counts as the highest level, whatever was seen of it. */
const levelOf = (label: Label): Level => (label.scan === 'unscanned' ? 'restricted' : label.level)

function labelTests(condition: RequestCondition, groups: Groups, worst: boolean): RequestTest[] {
  const tests: RequestTest[] = []
  const { level, categories, jurisdictions, scan } = condition
  if (level !== undefined) {
    const levels = Array.isArray(level) ? level : LEVELS.slice(LEVELS.indexOf(level.atLeast))
    tests.push(({ label }) => levels.includes(levelOf(label)))
  }
  if (scan !== undefined) tests.push(({ label }) => scan.includes(label.scan))
  const orUnread = (test: (label: Label) => boolean): RequestTest =>
    worst ? ({ label }) => label.scan === 'unscanned' || test(label) : ({ label }) => test(label)
  const { any, all: every, none } = categories ?? {}
  if (any !== undefined)
    tests.push(orUnread((label) => label.categories.some((one) => any.includes(one))))
  if (every !== undefined)
    tests.push(orUnread((label) => every.every((one) => label.categories.includes(one))))
  if (none !== undefined)
    tests.push(orUnread((label) => !label.categories.some((one) => none.includes(one))))
  if (jurisdictions !== undefined) {
    const countries = countriesOf(jurisdictions.any, groups)
    const { unknown } = jurisdictions
    tests.push(
      orUnread(({ jurisdictions: found }) =>
        found.length === 0 ? unknown : found.some((country) => countries.has(country)),
      ),
    )
  }
  return tests
}

function callerTests(condition: RequestCondition): RequestTest[] {
  const tests: RequestTest[] = []
  const { team, app, purpose, quality, operation } = condition
  if (team !== undefined) tests.push((request) => team.includes(request.team))
  if (app !== undefined) tests.push((request) => app.includes(request.app))
  if (purpose !== undefined) tests.push((request) => purpose.includes(request.purpose))
  if (quality !== undefined) tests.push((request) => quality.includes(request.quality))
  if (operation !== undefined) tests.push((request) => operation.includes(request.operation))
  return tests
}

function handlingTests({ handling }: RequestCondition): RequestTest[] {
  const { stored, hostedTools, longCache, serviceTier } = handling ?? {}
  const tests: RequestTest[] = []
  if (stored !== undefined) tests.push((request) => request.handling.stored === stored)
  if (hostedTools !== undefined)
    tests.push((request) => request.handling.hostedTools === hostedTools)
  if (longCache !== undefined) tests.push((request) => request.handling.longCache === longCache)
  if (serviceTier !== undefined)
    tests.push((request) => request.handling.serviceTier === serviceTier)
  return tests
}

/** Compiles a condition on a destination. Unknown countries are both in and outside of any list. */
export function compileDestinationCondition(
  condition: DestinationCondition,
  groups: Groups,
): DestinationTest {
  const tests: DestinationTest[] = []
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
  return (facts) => tests.every((test) => test(facts))
}

/** The countries that a list of countries and groups stands for. */
export function countriesOf(places: readonly string[], groups: Groups): ReadonlySet<string> {
  return new Set(places.flatMap((place) => groups[place]?.countries ?? [place]))
}

function all(tests: readonly RequestTest[]): RequestTest {
  const [first, second] = tests
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (tests.length === 2) return (request) => first(request) && second(request)
  return (request) => tests.every((test) => test(request))
}
