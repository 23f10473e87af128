import { diffPolicies } from '../../src/policy/analyze/diff.ts'
import { type AnalysisOptions, scopeSentences } from '../../src/policy/analyze/ground.ts'
import { differencesOf, shareIn, sharePercent, trafficShare } from '../../src/policy/diff-report.ts'
import { compileRules } from '../../src/policy/evaluate.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { report } from '../lib/policy-report.ts'

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
  const share = traffic === undefined ? undefined : shareIn(traffic, result)
  const findings = differencesOf(result, share).map(
    ({ severity, problem, share: part, witness }) => ({
      severity,
      rule: null,
      problem: part === undefined ? problem : `${problem} (${sharePercent(part)})`,
      witness,
    }),
  )
  return report(result.class !== 'loosened', findings, {
    json,
    print: console.log,
    extra: { class: result.class, otherTables: result.otherTables, scope: result.scope },
    closing: [
      ...(traffic === undefined ? [] : [trafficSentence(traffic, before, after, atMs)]),
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

function trafficSentence(
  traffic: readonly TrafficGroup[],
  before: Bundle,
  after: Bundle,
  atMs: number,
): string {
  const { requests, newlyAnswered, newlyRefused, rerouted } = trafficShare(
    traffic,
    compileRules(before, atMs),
    compileRules(after, atMs),
  )
  return `Of ${requests} requests in the traffic: ${newlyAnswered} newly answered, ${newlyRefused} newly refused, ${rerouted} with another first choice.`
}
