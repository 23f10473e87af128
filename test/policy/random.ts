import type { CatalogDestination } from '../../src/domain/catalog.ts'
import { CATEGORIES, type Label, LEVELS, SCANS } from '../../src/domain/label.ts'
import { OPERATIONS, QUALITIES } from '../../src/domain/request.ts'
import type { RequestAttributes } from '../../src/policy/conditions.ts'
import type {
  Bundle,
  DestinationCondition,
  Guardrail,
  Obligation,
  RequestCondition,
  Route,
  Waiver,
} from '../../src/policy/schema.ts'
import { bundleOf, NOW_MS, place } from './fixtures.ts'

/** Numbers from 0 to 1 that depend on the seed alone: T. Ettinger's mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export type Random = {
  readonly chance: (share: number) => boolean
  readonly pick: <T>(values: readonly T[]) => T
  /** At least one of them. */
  readonly some: <T>(values: readonly T[], share?: number) => T[]
  readonly any: <T>(values: readonly T[], share: number) => T[]
}

export function drawFrom(seed: number): Random {
  const next = randomOf(seed)
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(next() * values.length)]
    if (value === undefined) throw new Error('nothing to pick from')
    return value
  }
  const any = <T>(values: readonly T[], share: number): T[] => values.filter(() => next() < share)
  const some = <T>(values: readonly T[], share = 0.4): T[] => {
    const picked = any(values, share)
    return picked.length === 0 ? [pick(values)] : picked
  }
  return { chance: (share) => next() < share, pick, some, any }
}

const CATEGORY_NAMES = [...CATEGORIES.slice(0, 5), 'declared:health'] as const
const COUNTRIES = ['DE', 'FR', 'US', 'IN', 'JP'] as const
const PLACES = ['eu', 'US', 'IN'] as const
const TEAMS = ['red', 'blue', 'green'] as const
const APPS = ['app', 'bot', 'crm'] as const
const PURPOSES = ['general', 'chat'] as const
const AGREEMENTS = ['dpa', 'baa', 'scc', 'zdr', 'pci-aoc'] as const
const CLASSES = ['edge', 'hosted', 'onprem', 'closed'] as const
const DATES = ['2026-12-01', '2027-01-15', '2027-03-01', '2028-01-01'] as const

export function randomRequestCondition(draw: Random): RequestCondition {
  const { chance, pick, some } = draw
  return {
    ...(chance(0.4) && {
      level: chance(0.5) ? some(LEVELS) : { atLeast: pick(LEVELS) },
    }),
    ...(chance(0.5) && {
      categories: {
        ...(chance(0.7) && { any: some(CATEGORY_NAMES, 0.2) }),
        ...(chance(0.15) && { all: some(CATEGORY_NAMES, 0.2) }),
        ...(chance(0.15) && { none: some(CATEGORY_NAMES, 0.1) }),
      },
    }),
    ...(chance(0.2) && { jurisdictions: { any: some(PLACES), unknown: chance(0.5) } }),
    ...(chance(0.15) && { scan: some(SCANS) }),
    ...(chance(0.2) && { team: some(TEAMS) }),
    ...(chance(0.1) && { app: some(APPS) }),
    ...(chance(0.1) && { purpose: some(PURPOSES) }),
    ...(chance(0.1) && { quality: some(QUALITIES) }),
    ...(chance(0.1) && { operation: some(OPERATIONS) }),
    ...(chance(0.15) && {
      handling: {
        ...(chance(0.5) && { stored: chance(0.5) }),
        ...(chance(0.3) && { longCache: chance(0.5) }),
        ...(chance(0.3) && { serviceTier: pick(['default', 'other'] as const) }),
      },
    }),
  }
}

export function randomDestinationCondition({ chance, pick, some }: Random): DestinationCondition {
  return {
    ...(chance(0.4) && { zone: pick(['own', 'third-party'] as const) }),
    ...(chance(0.2) && { class: some(CLASSES) }),
    ...(chance(0.3) && {
      countries: chance(0.5) ? { any: some(PLACES) } : { outside: some(PLACES) },
    }),
    ...(chance(0.1) && { legalEntity: [pick(['Example GmbH', 'Other Inc.'])] }),
    ...(chance(0.2) && {
      retentionDays: chance(0.5) ? { above: pick([0, 30]) } : { atMost: pick([0, 30]) },
    }),
    ...(chance(0.2) && { trainsOnData: chance(0.5) }),
    ...(chance(0.3) && {
      agreements: chance(0.7) ? { lacks: some(AGREEMENTS, 0.2) } : { has: some(AGREEMENTS, 0.2) },
    }),
  }
}

function randomDestination({ chance, pick, some, any }: Random, id: string): CatalogDestination {
  const base = place(id, {
    class: pick(CLASSES),
    zone: chance(0.3) ? 'own' : 'third-party',
    countries: some(COUNTRIES, 0.3),
    legalEntity: pick(['Example GmbH', 'Other Inc.']),
    retentionDays: pick([0, 30, 90]),
    trainsOnData: chance(0.2),
    agreements: any(AGREEMENTS, 0.4),
    expires: pick(DATES),
  })
  return { ...base, facts: { ...base.facts, zone: { ...base.facts.zone, expires: pick(DATES) } } }
}

const windowOf = ({ chance, pick }: Random, share: number) =>
  chance(share) && {
    window: chance(0.5)
      ? { from: '2026-12-10' }
      : chance(0.5)
        ? { until: pick(['2026-11-01', '2027-02-01']) }
        : { from: '2026-12-10', until: '2027-02-01' },
  }

const parts = (id: string) => ({ id, owner: 'compliance', because: 'a test' })

export type Size = {
  readonly guardrails: number
  readonly routes: number
  readonly obligations: number
  readonly waivers: number
  readonly destinations: number
}

const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** A policy whose rules are drawn at random from the whole language. */
export function randomBundle(seed: number, size: Size): Bundle {
  const draw = drawFrom(seed)
  const { chance, pick, some } = draw
  const destinations = times(size.destinations, (at) => randomDestination(draw, `d-${at}`))
  const targets = [...destinations.map(({ id }) => id), ...CLASSES, 'cheapest']
  const guardrails = times(size.guardrails, (at): Guardrail => ({
    ...parts(`g-${at}`),
    level: pick(['enforce', 'enforce', 'enforce-no-waiver', 'simulate'] as const),
    ...windowOf(draw, 0.1),
    when: randomRequestCondition(draw),
    never: randomDestinationCondition(draw),
  }))
  const routes = times(size.routes, (at): Route => ({
    ...parts(`r-${at}`),
    ...(chance(0.1) && { level: 'simulate' as const }),
    ...windowOf(draw, 0.1),
    when: at === size.routes - 1 && chance(0.7) ? {} : randomRequestCondition(draw),
    prefer: times(1 + Math.floor(3 * Number(chance(0.5))), () =>
      chance(0.3) ? some(targets, 0.2) : pick(targets),
    ),
  }))
  const obligations = times(size.obligations, (at): Obligation => ({
    ...parts(`o-${at}`),
    ...(chance(0.1) && { level: 'simulate' as const }),
    ...windowOf(draw, 0.1),
    when: randomRequestCondition(draw),
    must: pick<Obligation['must']>([
      { redact: ['email'] },
      { redact: ['person', 'phone'], by: 'mask' },
      { cache: 'none' },
      { retention: 'zero' },
      { log: 'minimal' },
      { maxCostUsd: '0.5' },
      { review: 'human' },
      { fresh: 'strict' },
    ]),
  }))
  const waivable = guardrails.filter(({ level }) => level === 'enforce')
  const waivers = waivable.slice(0, size.waivers).map(({ id }, at): Waiver => ({
    id: `w-${at}`,
    guardrail: id,
    ticket: 'T-1',
    because: 'a test',
    approvers: ['a', 'b'],
    when: randomRequestCondition(draw),
    to: randomDestinationCondition(draw),
    from: pick(['2026-11-01', '2026-12-05']),
    expires: pick(['2026-12-20', '2027-01-20']),
  }))
  return bundleOf({
    attributes: {
      countryGroups: { eu: { title: 'the EU', countries: ['DE', 'FR'], source: 'a treaty' } },
      teams: [...TEAMS],
      apps: [...APPS],
      purposes: [...PURPOSES],
      declaredCategories: ['health'],
    },
    guardrails,
    routes,
    obligations,
    waivers,
    destinations,
  })
}

export function randomLabel({ chance, pick, any }: Random): Label {
  return {
    level: pick(LEVELS),
    categories: any(CATEGORY_NAMES, 0.3).toSorted(),
    jurisdictions: chance(0.5) ? any(COUNTRIES, 0.3) : [],
    scan: pick(['complete', 'complete', 'complete', 'partial', 'unscanned'] as const),
  }
}

/** A request, sometimes with names that no rule knows. */
export function randomRequest(draw: Random): RequestAttributes {
  const { chance, pick } = draw
  return {
    label: randomLabel(draw),
    team: pick([...TEAMS, 'unheard-of']),
    app: pick([...APPS, 'unheard-of']),
    purpose: pick([...PURPOSES, 'unheard-of']),
    quality: pick(QUALITIES),
    operation: pick(OPERATIONS),
    handling: {
      stored: chance(0.3),
      hostedTools: chance(0.3),
      longCache: chance(0.3),
      serviceTier: chance(0.2) ? 'other' : 'default',
    },
  }
}

/** Moments on both sides of every date that random policies name. */
export const MOMENTS: readonly number[] = [
  NOW_MS,
  ...['2026-12-06', '2026-12-15', '2027-01-16', '2027-02-10', '2027-06-01', '2029-01-01'].map(
    (date) => Date.parse(`${date}T09:30:00Z`),
  ),
]
