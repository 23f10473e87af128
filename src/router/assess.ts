import { classify } from '../classifier/classify.ts'
import type { Caller, DeclaredLabel } from '../domain/caller.ts'
import type { Classification } from '../domain/finding.ts'
import { join, type Label, PUBLIC } from '../domain/label.ts'
import type { Envelope } from '../domain/leaf.ts'
import type { Plan } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { RequestFacts } from '../domain/request.ts'
import type { Result } from '../domain/result.ts'
import { decide } from './decide.ts'
import type { Wishes, World } from './world.ts'

export type AssessInput = {
  readonly envelope: Envelope
  readonly request: RequestFacts
  readonly caller: Caller
  readonly wishes: Wishes
  readonly world: World
}

export type Assessment = {
  readonly classification: Classification
  readonly decision: Result<Plan, Refusal>
}

/** Classifies, then decides. What serving, `/v1/explain`, the command line and the tests all use. */
export function assess({ envelope, request, caller, wishes, world }: AssessInput): Assessment {
  const declared = joinDeclared(caller.defaultLabel ?? undefined, wishes.label)
  const classification = classifySafely(envelope, declared)
  const declaredLabel = declared === undefined ? PUBLIC : labelOf(declared)
  const decision = decide({ classification, declaredLabel, request, caller, wishes, world })
  return { classification, decision }
}

/** A classifier that fails has read nothing: the worst label, whatever the caller declared. */
function classifySafely(envelope: Envelope, declared: DeclaredLabel | undefined): Classification {
  try {
    return classify(envelope, declared)
  } catch {
    const worst: Label = { ...PUBLIC, level: 'restricted', scan: 'unscanned' }
    return {
      label: declared === undefined ? worst : join(worst, labelOf(declared)),
      findings: [],
      unscanned: [{ path: '', reason: 'detector-failed' }],
    }
  }
}

/** The key's default and the request's own declaration together. */
function joinDeclared(
  a: DeclaredLabel | undefined,
  b: DeclaredLabel | undefined,
): DeclaredLabel | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const { level, jurisdictions } = join(labelOf(a), labelOf(b))
  return {
    level,
    categories: [...new Set([...a.categories, ...b.categories])],
    jurisdictions: [...jurisdictions],
  }
}

const labelOf = ({ level, categories, jurisdictions }: DeclaredLabel): Label =>
  join(PUBLIC, {
    level,
    categories: categories.map((name) => `declared:${name}` as const),
    jurisdictions,
    scan: 'complete',
  })
