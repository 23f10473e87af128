import type { TenantReadings } from '../classifier/cache.ts'
import { classify, type Setup } from '../classifier/classify.ts'
import { declaredLabel } from '../classifier/combine.ts'
import type { Caller, DeclaredLabel } from '../domain/caller.ts'
import type { Classification } from '../domain/finding.ts'
import { join, type Label, PUBLIC } from '../domain/label.ts'
import type { Envelope } from '../domain/leaf.ts'
import type { Pin } from '../domain/pin.ts'
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
  /** What this tenant's texts said when they were read before; absent: all is read anew. */
  readonly readings?: TenantReadings | undefined
  /** Where the conversation was answered last. */
  readonly pin?: Pin | undefined
}

export type Assessment = {
  readonly classification: Classification
  readonly decision: Result<Plan, Refusal>
}

/** Classifies, then decides. What serving, `/v1/explain`, the command line and the tests all use. */
export function assess(input: AssessInput): Assessment {
  const { envelope, request, caller, wishes, world, readings, pin } = input
  const declarations = [caller.defaultLabel, wishes.label].filter(
    (one) => one !== null && one !== undefined,
  )
  const declared = declarations.map(declaredLabel).reduce(join, PUBLIC)
  const classification = classifySafely(envelope, declarations, declared, {
    table: world.policy.labelTable,
    readings,
  })
  const decision = decide({ classification, declared, request, caller, wishes, world, pin })
  return { classification, decision }
}

/** A classifier that fails has read nothing: the worst label, whatever the caller declared. */
function classifySafely(
  envelope: Envelope,
  declarations: readonly DeclaredLabel[],
  declared: Label,
  setup: Pick<Setup, 'table' | 'readings'>,
): Classification {
  try {
    return classify(envelope, declarations, setup)
  } catch {
    return {
      label: join(declared, { ...PUBLIC, level: 'restricted', scan: 'unscanned' }),
      findings: [],
      unscanned: [{ path: '', reason: 'detector-failed' }],
    }
  }
}
