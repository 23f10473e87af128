import { costByPrice, priceOn, type LedgerCatalog } from './catalog.ts'
import { isWithin, type Counterfactual, type Finance } from './finance.ts'
import { monthEnd } from './focus/times.ts'
import type { RolledRow, Sums, TokenMeter } from './rollup.ts'

type Tokens = Readonly<Record<TokenMeter, number>>
type Row = Sums & Pick<RolledRow, 'day' | 'app' | 'model' | 'kind' | 'outcome'>

/** What was fixed for an app on a day: its own choice, else the one for every app. */
function choiceOf(finance: Finance, app: string, day: string): Counterfactual | undefined {
  const inForce = finance.counterfactuals.filter((each) => isWithin(each, day))
  return inForce.find((each) => each.app === app) ?? inForce.find((each) => each.app === '*')
}

/** Endings that brought nobody an answer, though some of them tell their usage. */
const UNANSWERED: ReadonlySet<string> = new Set(['upstream-error', 'superseded'])

/**
 * What the answered requests of a group would have cost at the app's counterfactual, in pico-dollars; null where none is
 * fixed or it has no price. Only answers count: retries and failures are Demarc's own cost.
 */
export function counterfactualOf(
  row: Row,
  finance: Finance,
  catalog: LedgerCatalog,
): bigint | null {
  if (row.kind !== 'settle' || UNANSWERED.has(row.outcome)) return null
  const choice = choiceOf(finance, row.app, row.day)
  if (choice === undefined) return null
  const price = priceOn(catalog, choice.destination, choice.model, row.day)
  if (price === undefined) return null
  const family = catalog.models.get(choice.model)?.family
  const [from, to] = [
    tokensPer1000(finance, catalog.models.get(row.model)?.family),
    tokensPer1000(finance, family),
  ]
  return costByPrice(rescaled(row, from, to), price)
}

const tokensPer1000 = (finance: Finance, family: string | undefined): number =>
  finance.tokenizers.find((each) => each.family === family)?.tokensPer1000 ?? 1000

/** The same text in another tokenizer's tokens, rounded up. */
function rescaled(tokens: Tokens, from: number, to: number): Tokens {
  const scale = (count: number): number => Math.ceil((count * to) / from)
  return {
    input_tokens: scale(tokens.input_tokens),
    cached_input_tokens: scale(tokens.cached_input_tokens),
    cache_write_5m_tokens: scale(tokens.cache_write_5m_tokens),
    cache_write_1h_tokens: scale(tokens.cache_write_1h_tokens),
    output_tokens: scale(tokens.output_tokens),
  }
}

/** Whether one choice at one price holds for each app all month: then days need not be told apart. */
export function isSteady(finance: Finance, catalog: LedgerCatalog, period: string): boolean {
  const [first, end] = [`${period}-01`, monthEnd(period)]
  const last = new Date(Date.parse(end) - 1).toISOString().slice(0, 10)
  const isInside = (day: string | undefined): boolean =>
    day !== undefined && first < day && day < end
  return finance.counterfactuals.every(
    ({ from, to, destination, model }) =>
      !isInside(from) &&
      !isInside(to) &&
      priceOn(catalog, destination, model, first)?.version ===
        priceOn(catalog, destination, model, last)?.version,
  )
}

export type Savings = {
  readonly app: string
  /** What the answered requests would have cost at the counterfactual. */
  readonly counterfactualPicoUsd: bigint
  /** What all attempts cost: failed ones, retries and accruals included. */
  readonly actualPicoUsd: bigint
  /** Demarc's own cost. */
  readonly overheadPicoUsd: bigint
  /** Negative where Demarc was dearer. */
  readonly savedPicoUsd: bigint
  /** Spend of days without a counterfactual or a price for it: in neither figure. */
  readonly uncomparedPicoUsd: bigint
}

/** Savings of each app, negative ones included. */
export function savingsOf(
  rows: readonly Row[],
  finance: Finance,
  catalog: LedgerCatalog,
): readonly Savings[] {
  const perAttempt = finance.overheads.reduce(
    (sum, each) => sum + BigInt(each.picoUsdPerAttempt),
    0n,
  )
  const apps = new Map<string, { cf: bigint; actual: bigint; overhead: bigint; apart: bigint }>()
  for (const row of rows) {
    const sum = apps.get(row.app) ?? { cf: 0n, actual: 0n, overhead: 0n, apart: 0n }
    apps.set(row.app, sum)
    if (!isComparable(row, finance, catalog)) {
      sum.apart += row.costPicoUsd
      continue
    }
    sum.cf += counterfactualOf(row, finance, catalog) ?? 0n
    sum.actual += row.costPicoUsd
    sum.overhead += perAttempt * BigInt(requestsOf(row))
  }
  return [...apps].map(([app, { cf, actual, overhead, apart }]) => ({
    app,
    counterfactualPicoUsd: cf,
    actualPicoUsd: actual,
    overheadPicoUsd: overhead,
    savedPicoUsd: cf - actual - overhead,
    uncomparedPicoUsd: apart,
  }))
}

function isComparable(row: Row, finance: Finance, catalog: LedgerCatalog): boolean {
  const choice = choiceOf(finance, row.app, row.day)
  return (
    choice !== undefined &&
    priceOn(catalog, choice.destination, choice.model, row.day) !== undefined
  )
}

const requestsOf = ({ kind, attempts }: Row): number =>
  kind === 'settle' || kind === 'expire' || kind === 'void' ? attempts : 0
