import { compileDestinationCondition, type DestinationTest } from '../conditions.ts'
import { factsAt, holdsAt, isOutside, isWithin } from '../facts.ts'
import { forbiddenBy } from '../oblige.ts'
import type { Bundle, DestinationCondition } from '../schema.ts'

/**
 * The moments, from `atMs` on, at which what the policies permit can change: days on which facts, waivers and windows begin or end, without
 * those that no rule can notice. The first is `atMs`; each holds until the next.
 */
export function timesOf(
  bundles: readonly Bundle[],
  claims: readonly DestinationCondition[],
  atMs: number,
): readonly number[] {
  const looks = bundles.map((bundle) => lookAt(bundle, claims))
  const times: number[] = []
  let last: string | undefined
  for (const time of [atMs, ...datesAfter(bundles, atMs)]) {
    const seen = looks.map((look) => look(time)).join('|')
    if (seen !== last) times.push(time)
    last = seen
  }
  return times
}

function datesAfter(bundles: readonly Bundle[], atMs: number): readonly number[] {
  const dates = new Set(
    bundles.flatMap((bundle) => [
      ...bundle.destinations.flatMap(({ facts }) => [
        ...[facts.zone, facts.countries, facts.legalEntity, facts.retentionDays].map(expiryOf),
        ...[facts.trainsOnData, ...facts.agreements].map(expiryOf),
      ]),
      ...bundle.waivers.flatMap(({ from, expires }) => [from, expires]),
      ...[...bundle.guardrails, ...bundle.routes, ...bundle.obligations].flatMap(({ window }) =>
        [window?.from, window?.until].filter((date) => date !== undefined),
      ),
    ]),
  )
  return [...dates]
    .map((date) => Date.parse(date))
    .filter((date) => date > atMs)
    .toSorted((a, b) => a - b)
}

const expiryOf = ({ expires }: { readonly expires: string }): string => expires

/** Everything about a moment that a rule of a policy can notice, as text. */
function lookAt(bundle: Bundle, claims: readonly DestinationCondition[]): (atMs: number) => string {
  const groups = bundle.attributes.countryGroups
  const conditions = [
    ...bundle.guardrails.map(({ never }) => never),
    ...bundle.waivers.map(({ to }) => to),
    ...bundle.invariants.map(({ never }) => never),
    ...claims,
  ]
  const tests = new Map<string, DestinationTest>([
    ['zone', ({ zone }) => zone === 'own'],
    ...conditions.map(
      (condition) =>
        [JSON.stringify(condition), compileDestinationCondition(condition, groups)] as const,
    ),
    ...bundle.obligations.map(({ must }) => [JSON.stringify(must), forbiddenBy(must)] as const),
  ])
  const standing = [...bundle.guardrails, ...bundle.obligations].flatMap(
    ({ window }) => window ?? [],
  )
  const open = [
    ...bundle.routes.flatMap(({ window }) => window ?? []),
    ...bundle.waivers.map(({ from, expires }) => ({ from, until: expires })),
  ]
  return (atMs) => {
    const facts = bundle.destinations.map((one) => [factsAt(one, atMs), one.id] as const)
    const bits = [
      ...[...tests.values()].flatMap((test) => facts.map((one) => test(...one))),
      ...standing.map((window) => isOutside(window, atMs)),
      ...open.map((window) => isWithin(window, atMs)),
    ]
    return bits.map((bit) => (bit ? '1' : '0')).join('')
  }
}

/** A fact that is believed before a moment and no longer from it on. */
export type Expiry = {
  readonly destination: string
  readonly fact: string
  /** Its evidence: what to read again. */
  readonly evidence: string
}

/** The facts that expire at a moment. */
export function expiriesAt(bundle: Bundle, atMs: number): readonly Expiry[] {
  const isDue = ({ expires }: { readonly expires: string }): boolean =>
    Date.parse(expires) === atMs && !holdsAt(expires, atMs)
  return bundle.destinations.flatMap(({ id, facts }) => {
    const { zone, countries, legalEntity, retentionDays, trainsOnData, agreements } = facts
    const single = { zone, countries, legalEntity, retentionDays, trainsOnData }
    return [
      ...Object.entries(single)
        .filter(([, fact]) => isDue(fact))
        .map(([fact, { evidence }]) => ({ destination: id, fact, evidence })),
      ...agreements
        .filter(isDue)
        .map(({ value, evidence }) => ({ destination: id, fact: value, evidence })),
    ]
  })
}
