import type { Transition } from './state.ts'

/** One step of the policy's life, as the journal keeps it: names, hashes and numbers, so that the log proves what was done and by whom. */
export type PolicyStep = {
  /** Number in the life-cycle's own chain, from 1; its hash there covers the whole step. */
  readonly step: number
  readonly stepHash: string
  readonly atMs: number
  /** `submitted`, `approved`, `activated`, `stopped`, … */
  readonly event: string
  readonly actor: string
  readonly draft: string | null
  /** Of the bundle that it is about. */
  readonly policyHash: string | null
  readonly ticket: string | null
}

/** Entries of the steps that a journal does not have yet. They hold, spend and release nothing. */
export function policySteps(
  steps: readonly PolicyStep[],
  throughStep: number,
): readonly Transition[] {
  return steps
    .filter(({ step }) => step > throughStep)
    .map((each) => {
      const decision = `policy-${each.step}`
      const entry = { kind: 'policy', decision, ...each }
      return {
        fieldsJson: JSON.stringify(entry).slice(1, -1),
        kind: 'policy',
        decision,
        period: '',
        nodes: [],
        postedDelta: 0n,
        heldDelta: 0n,
      } as const
    })
}
