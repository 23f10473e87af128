import type { BudgetCap, CapAction, CapStep, ReserveRequest } from './messages.ts'

/** The steps of a cap that posted spend has reached. */
export const activeSteps = (
  { limitPicoUsd, steps = [] }: Pick<BudgetCap, 'limitPicoUsd' | 'steps'>,
  postedPicoUsd: bigint,
): readonly CapStep[] =>
  steps.filter(({ atPercent }) => postedPicoUsd * 100n >= BigInt(limitPicoUsd) * BigInt(atPercent))

type Offered = Pick<ReserveRequest, 'zone' | 'isOpenWeights' | 'isBasicQuality'>

/** Whether an attempt may still be held where an action is in force. */
export function fits({ zone, isOpenWeights, isBasicQuality }: Offered, action: CapAction): boolean {
  switch (action) {
    case 'notify':
      return true
    case 'basic-quality':
      return isBasicQuality
    case 'open-weights-only':
      return isOpenWeights
    case 'own-zone-only':
      return zone === 'own'
    case 'refuse':
      return false
  }
}
