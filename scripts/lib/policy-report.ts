import type { Finding } from '../../src/policy/analyze/findings.ts'

/** What `--json` prints of each finding. `witness` shows the problem: a place in a file, a golden case, a request, or rules. */
export type ReportedFinding = Pick<Finding, 'rule' | 'problem' | 'witness' | 'severity'>

/** Prints a report and answers the exit code: 0 if it holds. */
export function report(
  holds: boolean,
  findings: readonly ReportedFinding[],
  { json, print, extra, closing }: ReportOptions,
): number {
  if (json) print(JSON.stringify({ holds, findings, ...extra }))
  else {
    for (const { severity, problem } of findings) print(`${severity}: ${problem}`)
    for (const line of closing) print(line)
  }
  return holds ? 0 : 1
}

export type ReportOptions = {
  readonly json: boolean
  readonly print: (line: string) => void
  /** More keys beside `holds` and `findings`. */
  readonly extra?: Readonly<Record<string, unknown>>
  /** Lines for people, after the findings. */
  readonly closing: readonly string[]
}
