import { type Case, type Example, sayMayGo } from './analyze/cases.ts'
import { type DemandChange, diffPolicies, type PolicyDiff, type Reroute } from './analyze/diff.ts'
import { type AnalysisOptions, scopeSentences } from './analyze/ground.ts'
import { pointOf } from './analyze/space.ts'
import { compileRules, type Rules } from './evaluate.ts'
import type { Change } from './lifecycle-events.ts'
import { outcomeOf } from './replay.ts'
import type { Bundle } from './schema.ts'
import type { TrafficGroup } from './traffic.ts'

/** One thing that a policy decides otherwise than another, as a sentence. */
export type Difference = {
  readonly severity: 'warning' | 'note'
  readonly problem: string
  /** Share of the traffic that was given, from 0 to 1; absent where none was. */
  readonly share?: number
  readonly witness: Example | null
}

/** What a candidate would change, for people to read and to approve. */
export type DiffReport = {
  readonly class: Change
  readonly differences: readonly Difference[]
  /** Tables that differ and that decide no permission. */
  readonly otherTables: readonly string[]
  readonly fallbacksChanged: boolean
  /** Requests of the traffic; absent where none was given. */
  readonly traffic?: TrafficShare
  /** What the comparison is about, and what it takes for granted. */
  readonly scope: readonly string[]
}

export type TrafficShare = {
  readonly requests: number
  readonly newlyAnswered: number
  readonly newlyRefused: number
  readonly rerouted: number
}

/** Compares a candidate with what it would replace. Too large for an exact answer is a class of its own: nothing is claimed then. */
export function diffReport(
  before: Bundle | undefined,
  after: Bundle,
  atMs: number,
  { traffic, ...options }: AnalysisOptions & { readonly traffic?: readonly TrafficGroup[] } = {},
): DiffReport {
  const nothing = { differences: [], otherTables: [], fallbacksChanged: false }
  if (before === undefined)
    return {
      class: 'first',
      ...nothing,
      scope: ['There is no policy in force to compare it with.'],
    }
  const compared = diffPolicies(before, after, atMs, options)
  if (!compared.ok) return { class: 'unknown', ...nothing, scope: [compared.error.message] }
  const diff = compared.value
  const share = traffic === undefined ? undefined : shareIn(traffic, diff)
  return {
    class: diff.class,
    differences: differencesOf(diff, share),
    otherTables: diff.otherTables,
    fallbacksChanged: diff.fallbacksChanged,
    ...(traffic === undefined
      ? {}
      : { traffic: trafficShare(traffic, compileRules(before, atMs), compileRules(after, atMs)) }),
    scope: scopeSentences(diff.scope),
  }
}

type Share = (one: Case) => number

/** The differences as sentences, what is loosened first. */
export function differencesOf(diff: PolicyDiff, share?: Share): readonly Difference[] {
  const { newlyAllowed, newlyRefused, rerouted, demandedAnew, noLongerDemanded } = diff
  const says = (severity: Difference['severity'], problem: string, one: Case): Difference => ({
    severity,
    problem,
    ...(share === undefined ? {} : { share: share(one) }),
    witness: one.example,
  })
  return [
    ...newlyAllowed.cases.map((one) => says('warning', `newly allowed: ${sayMayGo(one)}`, one)),
    ...more(newlyAllowed.isWhole, 'newly allowed'),
    ...noLongerDemanded.map((one) => demanded('warning', 'no longer demanded', one)),
    ...newlyRefused.cases.map((one) =>
      says('note', `newly refused: ${sayMayGo(one)} no longer`, one),
    ),
    ...more(newlyRefused.isWhole, 'newly refused'),
    ...demandedAnew.map((one) => demanded('note', 'demanded anew', one)),
    ...rerouted.map((one) => says('note', rerouteSentence(one), one.case)),
  ]
}

const more = (isWhole: boolean, what: string): readonly Difference[] =>
  isWhole
    ? []
    : [
        {
          severity: 'note',
          problem: `There is more that is ${what}; these are the largest cases.`,
          witness: null,
        },
      ]

const demanded = (
  severity: Difference['severity'],
  what: string,
  { what: demand, cases }: DemandChange,
): Difference => ({
  severity,
  problem: `${what}: ${demand} for ${cases.map(({ words }) => `${words.data}${words.days}`).join('; ')}`,
  witness: cases[0]?.example ?? null,
})

const rerouteSentence = ({ case: { words }, before, after }: Reroute): string =>
  `re-routed: ${words.data}${words.days}: first ${before.join(', ')}, now ${after.join(', ')}`

/** Requests whose attributes lie in a case, whatever its destination and days, as a share of all. */
export function shareIn(traffic: readonly TrafficGroup[], { space }: PolicyDiff): Share {
  const skipped = new Set(['form', 'destination', 'time'])
  const points = traffic.map(({ attributes, count }) => ({
    point: pointOf(space, attributes),
    count,
  }))
  const total = points.reduce((sum, { count }) => sum + count, 0)
  return ({ box }) => {
    const inside = points.filter(({ point }) =>
      box.every(
        (values, at) =>
          values === undefined ||
          skipped.has(space.variables[at]?.kind ?? '') ||
          values.includes(point[at] ?? 0),
      ),
    )
    const count = inside.reduce((sum, one) => sum + one.count, 0)
    return total === 0 ? 0 : count / total
  }
}

/** What would become of each request of the traffic. */
export function trafficShare(
  traffic: readonly TrafficGroup[],
  before: Rules,
  after: Rules,
): TrafficShare {
  const counts = { requests: 0, newlyAnswered: 0, newlyRefused: 0, rerouted: 0 }
  for (const { attributes, count } of traffic) {
    counts.requests += count
    const [from, to] = [outcomeOf(before, attributes), outcomeOf(after, attributes)]
    if (from.permitted.length === 0 && to.permitted.length > 0) counts.newlyAnswered += count
    else if (from.permitted.length > 0 && to.permitted.length === 0) counts.newlyRefused += count
    else if (from.first.join() !== to.first.join()) counts.rerouted += count
  }
  return counts
}

/** A share as people read it. */
export const sharePercent = (share: number): string => `${(share * 100).toFixed(1)} % of traffic`
