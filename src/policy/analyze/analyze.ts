import type { Result } from '../../domain/result.ts'
import type { Bundle } from '../schema.ts'
import { changeFinding, changesAhead, unlistedFinding } from './changes.ts'
import { claimFinding, judge } from './claims.ts'
import { coverageFindings } from './coverage.ts'
import { ruleDefects } from './defects.ts'
import type { Finding, Severity } from './findings.ts'
import { type AnalysisOptions, onGround, type Scope, type TooLarge } from './ground.ts'

export type Analysis = {
  /** No error among the findings: every invariant is proved. */
  readonly holds: boolean
  /** The gravest first. */
  readonly findings: readonly Finding[]
  readonly scope: Scope
}

/**
 * Everything that can be said of a policy without seeing a request, for every day from `atMs` on: exact, or not at all. Takes milliseconds
 * for dozens of rules and under a second for a thousand.
 */
export const analyze = (
  bundle: Bundle,
  atMs: number,
  options: AnalysisOptions = {},
): Result<Analysis, TooLarge> =>
  onGround([bundle], [], atMs, options, ({ models, times, scope }) => {
    const findings = models
      .flatMap((model) => [
        ...bundle.invariants.flatMap((claim) => claimFinding(judge(model, claim)) ?? []),
        ...ruleDefects(model),
        ...coverageFindings(model),
        ...changesAhead(model, times).map((change) => changeFinding(change, atMs)),
        ...[unlistedFinding(times)].filter((one) => one !== undefined),
      ])
      .toSorted((a, b) => RANKS.indexOf(a.severity) - RANKS.indexOf(b.severity))
    return {
      holds: findings.every(({ severity }) => severity !== 'error'),
      findings,
      scope: scope(),
    }
  })

const RANKS: readonly Severity[] = ['error', 'warning', 'note']
