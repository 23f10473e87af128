import type { Budget } from '../domain/catalog.ts'
import type { Caller } from '../domain/caller.ts'
import type { Attempt, Receipt } from '../domain/plan.ts'
import type { PostingFacts } from '../journal/entry.ts'
import type { BudgetCap, ReserveRequest } from '../journal/messages.ts'
import { PICO_PER_MICRO_USD } from '../domain/money.ts'
import type { Reach } from './world.ts'

/** What a reservation is made of: the caller, the attempt, the decision behind it, and the final body. */
export type ReserveInput = {
  readonly decision: string
  readonly number: number
  readonly waitMs: number
  readonly nowMs: number
  readonly expiresAtMs: number
  readonly caller: Caller
  readonly keyEpoch: number
  readonly surface: string
  readonly attempt: Attempt
  readonly receipt: Receipt
  /** The receipt fit to be recorded, on the first attempt of a plan. */
  readonly receiptJson: string | null
  readonly reach: Reach
  readonly zone: 'own' | 'third-party'
  readonly budgets: readonly Budget[]
  readonly tags: Readonly<Record<string, string>>
  readonly inputTokens: number
  readonly bodyHash: string
}

export const attemptId = (decision: string, number: number): string => `${decision}.${number}`

export function reserveRequest(input: ReserveInput): ReserveRequest {
  const { caller, attempt, receipt, reach, number } = input
  const nodes = ['tenant', `team:${caller.team}`, `app:${caller.app}`, `key:${caller.keyId}`]
  const facts: PostingFacts = {
    team: caller.team,
    app: caller.app,
    key: caller.keyId,
    costCentre: caller.costCentre,
    purpose: caller.purpose,
    surface: input.surface,
    destination: attempt.destination,
    account: reach.entry.account,
    region: reach.entry.region,
    legalEntity: reach.entry.facts.legalEntity.value,
    modelRequested: receipt.requestedModel,
    model: attempt.model,
    upstreamModel: attempt.upstreamModel,
    form: attempt.form,
    level: receipt.label.level,
    policyHash: receipt.policyHash,
    priceVersion: attempt.priceVersion,
    ...(Object.keys(input.tags).length === 0 ? {} : { tags: input.tags }),
  }
  return {
    attempt: attemptId(input.decision, number),
    decision: input.decision,
    number,
    boundPicoUsd: String(attempt.boundPicoUsd),
    expiresAtMs: input.expiresAtMs,
    nodes,
    caps: capsOf(input.budgets, nodes),
    period: monthOf(input.nowMs),
    policyHash: receipt.policyHash,
    keyEpoch: input.keyEpoch,
    zone: input.zone,
    key: caller.keyId,
    limits: caller.limits,
    waitMs: input.waitMs,
    inputTokens: input.inputTokens,
    factsJson: JSON.stringify(facts),
    receiptJson: input.receiptJson,
    bodyHash: input.bodyHash,
  }
}

function capsOf(budgets: readonly Budget[], nodes: readonly string[]): BudgetCap[] {
  const caps: BudgetCap[] = []
  for (const { id, scope, name, limitMicroUsd } of budgets) {
    const node = name === undefined ? scope : `${scope}:${name}`
    if (!nodes.includes(node)) continue
    caps.push({ id, node, limitPicoUsd: String(BigInt(limitMicroUsd) * PICO_PER_MICRO_USD) })
  }
  return caps
}

let month = { text: '', fromMs: 0, untilMs: 0 }

/** Calendar month in UTC: `2026-11`. */
function monthOf(nowMs: number): string {
  if (nowMs < month.fromMs || nowMs >= month.untilMs) {
    const text = new Date(nowMs).toISOString().slice(0, 7)
    month = { text, fromMs: Date.parse(text), untilMs: monthEndMs(nowMs) }
  }
  return month.text
}

/** When the month of a budget ends, in UTC. */
export function monthEndMs(nowMs: number): number {
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
}
