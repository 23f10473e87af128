import type { BudgetAction, Budget } from '../domain/catalog.ts'
import type { Caller } from '../domain/caller.ts'
import type { Restriction } from '../router/world.ts'
import { isOnPath } from './reserve-request.ts'

/** How long an answer of the journal is believed: a budget may get more money at any time. */
const BELIEVED_MS = 10_000

/**
 * What journals have said of budgets that are partly spent, by tenant. Only a hint that saves asking for what would be
 * refused: the journal judges every attempt by itself.
 */
const known = new Map<
  string,
  Map<string, { readonly action: BudgetAction; readonly untilMs: number }>
>()

const NONE: readonly Restriction[] = []

/** The journal has refused an attempt because of a step of this budget. */
export function noteRestriction(
  tenant: string,
  { budget, action, resetsAtMs }: Restriction & { readonly resetsAtMs: number },
  nowMs: number,
): void {
  const budgets = known.get(tenant) ?? new Map()
  known.set(tenant, budgets)
  budgets.set(`${budget} ${action}`, { action, untilMs: Math.min(nowMs + BELIEVED_MS, resetsAtMs) })
}

/** What the budgets on a caller's path allow no longer, as far as this isolate has heard. */
export function restrictionsOf(
  caller: Caller,
  budgets: readonly Budget[],
  nowMs: number,
): readonly Restriction[] {
  const noted = known.get(caller.tenant)
  if (noted === undefined) return NONE
  const restrictions: Restriction[] = []
  for (const [key, { action, untilMs }] of noted) {
    const [id = ''] = key.split(' ')
    const budget = budgets.find((one) => one.id === id)
    if (nowMs >= untilMs) noted.delete(key)
    else if (budget !== undefined && isOnPath(budget, caller))
      restrictions.push({ budget: id, action })
  }
  if (noted.size === 0) known.delete(caller.tenant)
  return restrictions
}
