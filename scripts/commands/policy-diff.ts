import { type Case, sayMayGo } from '../../src/policy/analyze/cases.ts'
import {
  diffPolicies,
  type DemandChange,
  type PolicyDiff,
  type Reroute,
} from '../../src/policy/analyze/diff.ts'
import { type AnalysisOptions, scopeSentences } from '../../src/policy/analyze/ground.ts'
import { compileRules, type Rules } from '../../src/policy/evaluate.ts'
import { outcomeOf } from '../../src/policy/replay.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { pointOf } from '../../src/policy/analyze/space.ts'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { report, type ReportedFinding } from '../lib/policy-report.ts'

export type DiffOptions = {
  readonly json: boolean
  readonly atMs: number
  readonly analysis: AnalysisOptions
  /** Real traffic, to say how much of it each case is. */
  readonly traffic: readonly TrafficGroup[] | undefined
}

/** What two policies mean differently. Holds if nothing is loosened. @throws Error if there is no exact answer. */
export function diff(before: Bundle, after: Bundle, options: DiffOptions): number {
  const { json, atMs, analysis, traffic } = options
  const compared = diffPolicies(before, after, atMs, analysis)
  if (!compared.ok) throw new Error(compared.error.message)
  const result = compared.value
  const share = traffic === undefined ? () => '' : shareIn(traffic, result)
  const findings = findingsOf(result, share)
  const measured =
    traffic === undefined
      ? []
      : [trafficSentence(traffic, compileRules(before, atMs), compileRules(after, atMs))]
  return report(result.class !== 'loosened', findings, {
    json,
    print: console.log,
    extra: { class: result.class, otherTables: result.otherTables, scope: result.scope },
    closing: [
      ...measured,
      ...(result.fallbacksChanged ? ['Only what comes after the first choice is different.'] : []),
      ...(result.otherTables.length === 0
        ? []
        : [
            `Not compared: ${result.otherTables.join(', ')} differ too; they permit nothing by themselves.`,
          ]),
      ...scopeSentences(result.scope),
      `Class: ${result.class.replace('-', ' ')}.`,
    ],
  })
}

type Share = (one: Case) => string

function findingsOf(result: PolicyDiff, share: Share): readonly ReportedFinding[] {
  const { newlyAllowed, newlyRefused, rerouted, demandedAnew, noLongerDemanded } = result
  return [
    ...newlyAllowed.cases.map((one) =>
      finding('warning', `newly allowed: ${sayMayGo(one)}${share(one)}`, one),
    ),
    ...more(newlyAllowed.isWhole, 'newly allowed'),
    ...noLongerDemanded.map((one) =>
      finding('warning', demandSentence('no longer demanded', one), one.cases[0] ?? null),
    ),
    ...newlyRefused.cases.map((one) =>
      finding('note', `newly refused: ${sayMayGo(one)} no longer${share(one)}`, one),
    ),
    ...more(newlyRefused.isWhole, 'newly refused'),
    ...demandedAnew.map((one) =>
      finding('note', demandSentence('demanded anew', one), one.cases[0] ?? null),
    ),
    ...rerouted.map((one) =>
      finding('note', `${rerouteSentence(one)}${share(one.case)}`, one.case),
    ),
  ]
}

const more = (isWhole: boolean, what: string): ReportedFinding[] =>
  isWhole
    ? []
    : [finding('note', `There is more that is ${what}; these are the largest cases.`, null)]

const finding = (
  severity: 'warning' | 'note',
  problem: string,
  one: Case | null,
): ReportedFinding => ({ severity, rule: null, problem, witness: one?.example ?? null })

const demandSentence = (what: string, { what: demand, cases }: DemandChange): string =>
  `${what}: ${demand} for ${cases.map(({ words }) => `${words.data}${words.days}`).join('; ')}`

const rerouteSentence = ({ case: { words }, before, after }: Reroute): string =>
  `re-routed: ${words.data}${words.days}: first ${before.join(', ')}, now ${after.join(', ')}`

/** " (2.0 % of traffic)": requests whose attributes lie in a case, whatever its destination and days. */
function shareIn(traffic: readonly TrafficGroup[], { space }: PolicyDiff): Share {
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
    return ` (${total === 0 ? 0 : ((count / total) * 100).toFixed(1)} % of traffic)`
  }
}

function trafficSentence(traffic: readonly TrafficGroup[], before: Rules, after: Rules): string {
  const counts = { allowed: 0, refused: 0, rerouted: 0, all: 0 }
  for (const { attributes, count } of traffic) {
    counts.all += count
    const [from, to] = [outcomeOf(before, attributes), outcomeOf(after, attributes)]
    if (from.permitted.length === 0 && to.permitted.length > 0) counts.allowed += count
    else if (from.permitted.length > 0 && to.permitted.length === 0) counts.refused += count
    else if (from.first.join() !== to.first.join()) counts.rerouted += count
  }
  return `Of ${counts.all} requests in the traffic: ${counts.allowed} newly answered, ${counts.refused} newly refused, ${counts.rerouted} with another first choice.`
}
