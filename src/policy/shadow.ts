import type { Obligations } from '../domain/plan.ts'
import type { Rules, Verdict } from './evaluate.ts'
import { placesOf, type Place } from './replay.ts'
import type { AttributeVector } from './traffic.ts'

/** How another policy would have decided otherwise; a request can differ in several ways. */
export const DIFFERENCE_KINDS = [
  'newly-refused',
  'newly-allowed',
  'fewer-destinations',
  'more-destinations',
  'other-first-choice',
  'other-route',
  'other-obligations',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

export type Difference = {
  readonly kind: DifferenceKind
  /** The guardrail, obligation or route that it comes from: of the candidate, or, if something is newly allowed, of the policy in force. */
  readonly rule: string
  /** The route in force. */
  readonly route: string
}

/**
 * How a candidate's decision on a vector differs from that of the policy in force: whether it is served, the set of permitted
 * destinations, those of the first rank, the route, and what must be done. Which of several permitted models is taken depends
 * on more than policy (prices, health, budgets, the model that was named), and is not compared.
 */
export function differences(
  inForce: Rules,
  candidate: Rules,
  vector: AttributeVector,
): readonly Difference[] {
  const [before, after] = [placesOf(inForce, vector), placesOf(candidate, vector)]
  const route = before.raw.route?.id ?? NO_ROUTE
  const found = [...servingOf(before, after), ...obligationsOf(before.raw, after.raw)]
  return found.map(([kind, rule]) => ({ kind, rule, route }))
}

const NO_ROUTE = 'no-route'

type Judged = ReturnType<typeof placesOf>
type Found = readonly [kind: DifferenceKind, rule: string]

function servingOf(before: Judged, after: Judged): Found[] {
  const [was, is] = [permittedIn(before.places), permittedIn(after.places)]
  const lost = was.find(({ id }) => !is.some((one) => one.id === id))
  const gained = is.find(({ id }) => !was.some((one) => one.id === id))
  if (is.length === 0) return lost === undefined ? [] : [['newly-refused', whyNot(after, lost)]]
  if (was.length === 0)
    return gained === undefined ? [] : [['newly-allowed', whyNot(before, gained)]]
  const found: Found[] = []
  if (lost !== undefined) found.push(['fewer-destinations', whyNot(after, lost)])
  if (gained !== undefined) found.push(['more-destinations', whyNot(before, gained)])
  const route = after.raw.route?.id ?? NO_ROUTE
  if (firstOf(was) !== firstOf(is)) found.push(['other-first-choice', route])
  else if (route !== (before.raw.route?.id ?? NO_ROUTE)) found.push(['other-route', route])
  return found
}

/** The weightiest rule for which a destination is not permitted; the route, if none forbids it. */
function whyNot({ places }: Judged, { id }: Place): string {
  const place = places.find((one) => one.id === id)
  return place?.forbiddenBy[0] ?? place?.route ?? NO_ROUTE
}

const permittedIn = (places: readonly Place[]): readonly Place[] =>
  places
    .filter(({ rank, forbiddenBy }) => rank >= 0 && forbiddenBy.length === 0)
    .toSorted((a, b) => a.rank - b.rank)

const firstOf = (permitted: readonly Place[]): string =>
  permitted
    .filter(({ rank }) => rank === permitted[0]?.rank)
    .map(({ id }) => id)
    .toSorted()
    .join()

function obligationsOf(before: Verdict, after: Verdict): Found[] {
  const [was, is] = [before.obligations, after.obligations]
  if (demanded(was) === demanded(is)) return []
  return [
    ['other-obligations', ownSource(is, was) ?? ownSource(was, is) ?? is.sources[0] ?? NO_ROUTE],
  ]
}

const ownSource = (a: Obligations, b: Obligations): string | undefined =>
  a.sources.find((id) => !b.sources.includes(id))

const demanded = (one: Obligations): string =>
  JSON.stringify([
    one.redact.toSorted(),
    one.redact.length === 0 ? '' : one.redactBy,
    one.logLevel,
    String(one.maxCostPicoUsd),
    one.cache,
    one.review,
    one.fresh,
  ])
