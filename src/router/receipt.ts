import type { Classification, Finding } from '../domain/finding.ts'
import { LEVELS } from '../domain/label.ts'
import type { Attempt, Evidence, Receipt, Removal } from '../domain/plan.ts'
import type { Pinned } from '../domain/pin.ts'
import type { Seen } from '../domain/seen.ts'
import type { Verdicts } from './places.ts'

const EVIDENCE_MAX = 32

type ReceiptParts = {
  readonly classification: Classification
  readonly policyHash: string
  readonly requestedModel: string
  readonly verdicts: Verdicts
  readonly removed: readonly Removal[]
  readonly attempts: readonly Attempt[]
  readonly pinned: Pinned | undefined
  readonly seen: Seen
}

/** The record of a decision: kinds, pointers and rule ids, never text. */
export function receiptOf(parts: ReceiptParts): Receipt {
  const { label, findings, unscanned } = parts.classification
  const { raw, redacted } = parts.verdicts
  const both = (pick: (verdict: Verdicts['raw']) => readonly string[]): readonly string[] =>
    redacted === undefined ? pick(raw) : [...new Set([...pick(raw), ...pick(redacted)])].toSorted()
  const simulated = both((verdict) => verdict.simulated)
  const waivers = both((verdict) => verdict.waived)
  return {
    label,
    evidence: evidenceOf(findings),
    findingCount: findings.length,
    unscanned,
    policyHash: parts.policyHash,
    requestedModel: parts.requestedModel,
    guardrails: both((verdict) => verdict.fired),
    ...(simulated.length === 0 ? {} : { simulated }),
    ...(waivers.length === 0 ? {} : { waivers }),
    removed: parts.removed,
    route: routeOf(parts.verdicts, parts.attempts[0])?.id ?? 'none',
    obligations: raw.obligations.sources,
    attempts: parts.attempts.map(({ destination, model, form, boundPicoUsd }) => ({
      destination,
      model,
      form,
      boundPicoUsd: String(boundPicoUsd),
    })),
    ...(parts.pinned === undefined ? {} : { pinned: parts.pinned }),
    seen: parts.seen,
  }
}

/** The route that the first attempt came by; without one, the route of the request as it came. */
export function routeOf(
  { raw, redacted }: Verdicts,
  first: Pick<Attempt, 'form'> | undefined,
): Verdicts['raw']['route'] {
  return (first?.form === 'redacted' ? (redacted ?? raw) : raw).route
}

/** The most sensitive first; of equals the surer, then the earlier. */
function evidenceOf(findings: readonly Finding[]): readonly Evidence[] {
  const ordered = findings.length > 1 ? findings.toSorted(compareFindings) : findings
  return ordered
    .slice(0, EVIDENCE_MAX)
    .map(({ kind, path, start, end, confidence }) => ({ kind, path, start, end, confidence }))
}

const compareFindings = (a: Finding, b: Finding): number =>
  LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.confidence - a.confidence
