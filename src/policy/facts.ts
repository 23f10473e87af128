import type { CatalogDestination } from '../domain/catalog.ts'
import type { DestinationFacts } from '../domain/destination.ts'

/** Facts begin and end at midnight UTC, so nothing about a destination changes within such a day. */
export const DAY_MS = 86_400_000

/**
 * What may be believed of a destination at a moment. From the start of the day (UTC) on which a fact expires it is at its worst value:
 * third party, anywhere, kept for ever, trained on, nothing signed.
 */
export function factsAt(destination: CatalogDestination, atMs: number): DestinationFacts {
  const { facts } = destination
  const current = <T>(fact: { value: T; expires: string }, worst: T): T =>
    holdsAt(fact.expires, atMs) ? fact.value : worst
  return {
    class: facts.class,
    zone: current(facts.zone, 'third-party'),
    countries: current(facts.countries, []),
    legalEntity: current(facts.legalEntity, ''),
    retentionDays: current<number>(facts.retentionDays, Number.POSITIVE_INFINITY),
    trainsOnData: current(facts.trainsOnData, true),
    agreements: facts.agreements
      .filter(({ expires }) => holdsAt(expires, atMs))
      .map(({ value }) => value),
  }
}

/** True until the day `expires` begins, in UTC. A moment that is no number is never. */
export const holdsAt = (expires: string, atMs: number): boolean => atMs < Date.parse(expires)

/** A span of days with both ends optional, as rules have it. */
type Span = { readonly from?: string | undefined; readonly until?: string | undefined }

/** True within the days of a rule that permits something, and never at a moment that is no number. */
export const isWithin = ({ from, until }: Span, atMs: number): boolean =>
  (from === undefined ? !Number.isNaN(atMs) : atMs >= Date.parse(from)) &&
  (until === undefined || holdsAt(until, atMs))

/** True outside of the days of a rule that forbids or demands something, and never at a moment that is no number. */
export const isOutside = ({ from, until }: Span, atMs: number): boolean =>
  (from !== undefined && atMs < Date.parse(from)) ||
  (until !== undefined && atMs >= Date.parse(until))

/** Something that is believed of a destination until a day. */
export type Expiry = {
  readonly destination: string
  readonly fact: string
  readonly expires: string
}

/** When each fact of a destination expires, the agreements by their names. */
export const expiriesOf = ({ id, facts }: CatalogDestination): readonly Expiry[] => [
  ...Object.entries(facts).flatMap(([fact, stated]) =>
    typeof stated === 'object' && 'expires' in stated
      ? [{ destination: id, fact, expires: stated.expires }]
      : [],
  ),
  ...facts.agreements.map(({ value, expires }) => ({ destination: id, fact: value, expires })),
]

/** Days (begun ones count) until a fact expires; 0 and less once it has. */
export const daysLeft = ({ expires }: Pick<Expiry, 'expires'>, nowMs: number): number =>
  Math.ceil((Date.parse(expires) - nowMs) / DAY_MS)
