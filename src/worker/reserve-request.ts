import type { Budget } from '../domain/catalog.ts'
import type { DestinationClass } from '../domain/destination.ts'
import type { Caller } from '../domain/caller.ts'
import type { Attempt, Receipt } from '../domain/plan.ts'
import type { PostingFacts } from '../journal/entry.ts'
import type { BudgetCap, ConversationChoice, ReserveRequest } from '../journal/messages.ts'
import { periodAt, type Period } from '../journal/period.ts'
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
  readonly isFresh: boolean
  readonly surface: string
  readonly attempt: Attempt
  readonly receipt: Receipt
  /** The receipt fit to be recorded, on the first attempt of a plan. */
  readonly receiptJson: string | null
  readonly reach: Reach
  readonly zone: 'own' | 'third-party'
  readonly isOpenWeights: boolean
  readonly isBasicQuality: boolean
  readonly budgets: readonly Budget[]
  readonly tags: Readonly<Record<string, string>>
  readonly inputTokens: number
  readonly bodyHash: string
  /** Undefined if there was nothing to choose. */
  readonly conversation: ConversationChoice | undefined
}

export const attemptId = (decision: string, number: number): string => `${decision}.${number}`

export function reserveRequest(input: ReserveInput): ReserveRequest {
  const { caller, attempt, receipt, reach, number } = input
  const path = pathOf(caller)
  const { class: destinationClass } = reach.entry.facts
  const caps = capsOf(input.budgets, path, destinationClass, input.nowMs)
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
    nodes: [...new Set([...path, ...caps.map(({ node }) => node)])],
    caps,
    period: monthOf(input.nowMs),
    policyHash: receipt.policyHash,
    keyEpoch: input.keyEpoch,
    isFresh: input.isFresh,
    zone: input.zone,
    isOpenWeights: input.isOpenWeights,
    isBasicQuality: input.isBasicQuality,
    key: caller.keyId,
    limits: caller.limits,
    waitMs: input.waitMs,
    inputTokens: input.inputTokens,
    factsJson: JSON.stringify(facts),
    receiptJson: input.receiptJson,
    bodyHash: input.bodyHash,
    ...(input.conversation === undefined ? {} : { conversation: input.conversation }),
  }
}

const pathOf = ({ team, app, keyId }: Caller): string[] => [
  'tenant',
  `team:${team}`,
  `app:${app}`,
  `key:${keyId}`,
]

const nodeOf = ({ scope, name }: Budget): string =>
  name === undefined ? scope : `${scope}:${name}`

/** Whether what a caller spends counts against a budget. */
export const isOnPath = (budget: Budget, caller: Caller): boolean =>
  pathOf(caller).includes(nodeOf(budget))

/** The caps on an attempt's path, each with the node that it counts by. */
function capsOf(
  budgets: readonly Budget[],
  path: readonly string[],
  destinationClass: DestinationClass,
  nowMs: number,
): BudgetCap[] {
  const caps: BudgetCap[] = []
  for (const budget of budgets) {
    const { id, steps } = budget
    const member = nodeOf(budget)
    if (!path.includes(member)) continue
    if (budget.class !== undefined && budget.class !== destinationClass) continue
    const period = periodNow(budget, nowMs)
    const counted = budget.class === undefined ? member : `${member}/${budget.class}`
    caps.push({
      id,
      node: budget.period === 'month' ? counted : `${period.name} ${counted}`,
      limitPicoUsd: String(limitMicroUsd(budget, nowMs) * PICO_PER_MICRO_USD),
      resetsAtMs: period.endsAtMs,
      ...(steps === undefined ? {} : { steps }),
    })
  }
  return caps
}

/** The cap with what is on top of it at the moment. */
function limitMicroUsd({ limitMicroUsd: limit, topUps = [] }: Budget, nowMs: number): bigint {
  let sum = BigInt(limit)
  for (const { amountMicroUsd, until } of topUps) {
    if (nowMs < Date.parse(until)) sum += BigInt(amountMicroUsd)
  }
  return sum
}

/** The periods that were asked for last: they change once a day at most. */
const periods = new Map<string, Period & { readonly fromMs: number }>()

function periodNow(
  { period, yearStartsInMonth }: Pick<Budget, 'period' | 'yearStartsInMonth'>,
  nowMs: number,
): Period {
  const key = `${period} ${yearStartsInMonth ?? 1}`
  const known = periods.get(key)
  if (known !== undefined && nowMs >= known.fromMs && nowMs < known.endsAtMs) return known
  const current = { ...periodAt(period, nowMs, yearStartsInMonth), fromMs: nowMs }
  periods.set(key, current)
  return current
}

/** Calendar month in UTC: `2026-11`. */
const monthOf = (nowMs: number): string => periodNow({ period: 'month' }, nowMs).name
