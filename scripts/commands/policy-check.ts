import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { analyze } from '../../src/policy/analyze/analyze.ts'
import type { AnalysisOptions, Scope } from '../../src/policy/analyze/ground.ts'
import { scopeSentences } from '../../src/policy/analyze/ground.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { checkPolicy, formatProblem, isFolder } from '../lib/policy-files.ts'
import { report, type ReportedFinding } from '../lib/policy-report.ts'

export type CheckOptions = {
  readonly json: boolean
  /** Warnings fail too. */
  readonly strict: boolean
  readonly atMs: number
  readonly analysis: AnalysisOptions
  readonly print?: (line: string) => void
}

/**
 * Form, names, golden cases, invariants, and all that the analysis finds. Answers the exit code.
 *
 * @throws Error if the policy is too large for an exact answer: then nothing is claimed.
 */
export async function check(path: string, options: CheckOptions): Promise<number> {
  const { json, strict, print = console.log } = options
  const { findings, scope } = await findingsOf(path, options)
  const count = (severity: string): number =>
    findings.filter((one) => one.severity === severity).length
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')]
  const holds = errors === 0 && (!strict || warnings === 0)
  const verdict = holds ? 'The policy holds' : 'The policy does not hold'
  return report(holds, findings, {
    json,
    print,
    ...(scope === undefined ? {} : { extra: { scope } }),
    closing: [
      ...(scope === undefined ? [] : scopeSentences(scope)),
      `${verdict}: ${errors} errors, ${warnings} warnings, ${notes} notes.`,
    ],
  })
}

type Checked = { readonly findings: readonly ReportedFinding[]; readonly scope?: Scope }

async function findingsOf(path: string, { atMs, analysis }: CheckOptions): Promise<Checked> {
  const checked = await checkPolicy(path)
  if (!checked.ok)
    return {
      findings: checked.error.map((problem) => ({
        severity: 'error',
        rule: problem.rule,
        problem: formatProblem(problem),
        witness: { file: problem.file, line: problem.line, path: problem.path },
      })),
    }
  const bundle = checked.value
  const analyzed = analyze(bundle, atMs, analysis)
  if (!analyzed.ok) throw new Error(analyzed.error.message)
  const golden = (await isFolder(path)) ? await goldenFindings(join(path, 'cases'), bundle) : []
  const found = analyzed.value.findings.map(({ severity, rule, problem, witness, kind }) => ({
    severity,
    rule,
    problem,
    witness,
    kind,
  }))
  return { findings: [...golden, ...found], scope: analyzed.value.scope }
}

/** Golden cases run the whole path from the surface on, which is loaded only where there are any. */
async function goldenFindings(dir: string, bundle: Bundle): Promise<readonly ReportedFinding[]> {
  const folder = await stat(dir).catch(() => undefined)
  if (folder === undefined) return []
  const { checkGoldenCase, readGoldenCases } = await import('../lib/golden-cases.ts')
  const { healthyWorld } = await import('../lib/offline-world.ts')
  const cases = await readGoldenCases(dir)
  return cases.flatMap(({ file, atMs, golden }) =>
    checkGoldenCase(golden, healthyWorld(bundle, atMs)).map((difference) => ({
      severity: 'error',
      rule: null,
      problem: `cases/${file}: ${golden.name}: ${difference}`,
      witness: { file: `cases/${file}`, case: golden.name },
    })),
  )
}
