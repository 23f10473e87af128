import { unknownFinds } from '../classifier/table.ts'
import { canonicalJson } from '../encoding/canonical-json.ts'
import { sha256Hex } from '../encoding/sha256.ts'
import { analyze } from '../policy/analyze/analyze.ts'
import { scopeSentences } from '../policy/analyze/ground.ts'
import { diffReport, type DiffReport } from '../policy/diff-report.ts'
import { DAY_MS } from '../policy/facts.ts'
import { signedHash, type DraftStatus } from '../policy/lifecycle.ts'
import type { LifecycleEvent } from '../policy/lifecycle-events.ts'
import { needsOf } from '../policy/lifecycle-needs.ts'
import type { Bundle } from '../policy/schema.ts'
import { priceProblems } from '../pricing/book.ts'
import type { Env } from './env.ts'
import type { Who } from './policy-life.ts'
import type { DraftContent } from './stores/lifecycle-drafts.ts'
import { releaseOf } from './stores/policy-rules.ts'
import { trafficRecords } from './stores/traffic.ts'

/** What the analysis says of a policy, for the officer. */
export type Review = {
  readonly holds: boolean
  readonly errors: number
  readonly warnings: number
  readonly findings: readonly ReviewFinding[]
  readonly scope: readonly string[]
}

export type ReviewFinding = {
  readonly severity: 'error' | 'warning' | 'note'
  readonly rule: string | null
  readonly problem: string
  readonly witness: object | null
}

/** Looks at a policy as `demarc policy check` does, golden cases aside: those stand in files. */
export function reviewOf(bundle: Bundle, nowMs: number): Review {
  const analyzed = analyze(bundle, nowMs)
  const own = ownProblems(bundle)
  const findings: readonly ReviewFinding[] = analyzed.ok
    ? [...own, ...analyzed.value.findings.map(toFinding)]
    : [...own, errorOf(null, analyzed.error.message)]
  const count = (severity: string): number =>
    findings.filter((one) => one.severity === severity).length
  return {
    holds: count('error') === 0,
    errors: count('error'),
    warnings: count('warning'),
    findings,
    scope: analyzed.ok ? scopeSentences(analyzed.value.scope) : [],
  }
}

const toFinding = ({ severity, rule, problem, witness }: ReviewFinding): ReviewFinding => ({
  severity,
  rule,
  problem,
  witness,
})

const errorOf = (rule: string | null, problem: string): ReviewFinding => ({
  severity: 'error',
  rule,
  problem,
  witness: null,
})

/** What the bundle's own shape does not show: prices that contradict each other, and labels for what is never found. */
const ownProblems = ({ prices, labels }: Bundle): readonly ReviewFinding[] => [
  ...priceProblems(prices).map((problem) => errorOf(null, problem)),
  ...unknownFinds(labels.table).map(({ find }) =>
    errorOf(find, `the classifier finds no ${find}, so this row of the label table never counts`),
  ),
]

/** Days of real traffic that a comparison is weighed with. */
const TRAFFIC_DAYS = 7

/** A comparison with what is in force, as approvers read and sign it. */
export type BoundDiff = DiffReport & {
  readonly base: string | null
  readonly candidate: string
  readonly at: string
}

/** Compares a draft with its base, and says how much of the stored traffic each difference is. */
export async function compareDraft(
  env: Env,
  tenant: string,
  { base, hash, bundle }: DraftContent,
  nowMs: number,
): Promise<BoundDiff> {
  const before = base === null ? undefined : (await releaseOf(env, base)).bundle
  const traffic = await trafficRecords(env, tenant, nowMs - (TRAFFIC_DAYS - 1) * DAY_MS, nowMs + 1)
  const report = diffReport(before, bundle, nowMs, traffic.length === 0 ? {} : { traffic })
  return { base, candidate: hash, at: new Date(nowMs).toISOString(), ...report }
}

/** The submission of a draft: what its approvers will sign, and how many they must be. */
export async function submissionOf(
  env: Env,
  tenant: string,
  status: DraftStatus,
  content: DraftContent,
  { who, nowMs }: { readonly who: Who; readonly nowMs: number },
): Promise<Submitted> {
  const before = content.base === null ? undefined : (await releaseOf(env, content.base)).bundle
  const compared = await compareDraft(env, tenant, content, nowMs)
  const text = canonicalJson(compared)
  const diff = sha256Hex(text)
  const isBacktested =
    status.backtest?.bundle === content.hash && status.backtest.base === content.base
  const backtest = isBacktested ? (status.backtest?.digest ?? null) : null
  const event = {
    event: 'submitted',
    ...who,
    atMs: nowMs,
    ticket: status.ticket,
    draft: status.id,
    base: content.base,
    bundle: content.hash,
    diff,
    backtest,
    signs: signedHash({ bundle: content.hash, diff, backtest }),
    change: compared.class,
    ...needsOf(before, content.bundle, compared.class, nowMs),
  } as const
  return { event: { ...event, named: [...event.named], because: [...event.because] }, diff, text }
}

export type Submitted = {
  readonly event: Extract<LifecycleEvent, { event: 'submitted' }>
  readonly diff: string
  /** Canonical JSON of the comparison. */
  readonly text: string
}
