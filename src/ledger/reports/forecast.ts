import type { Budget } from '../../domain/catalog.ts'
import { monthEnd } from '../focus/times.ts'
import { squareRoot } from './slice.ts'

export type Forecast = {
  readonly actualPicoUsd: bigint
  /** Days of the span that are over; the forecast stands on them. */
  readonly daysElapsed: number
  readonly daysInSpan: number
  /** What the span comes to if every day is like the average one. */
  readonly runRatePicoUsd: bigint
  /** What it stays under in nine cases of ten, if days vary as they did and know nothing of each other. */
  readonly p90PicoUsd: bigint
}

/** The standard normal's 90 % quantile, 1.2816, in ten-thousandths. */
const Z90_E4 = 12_816n

/** @param costs of the days that are over, in order, days without spend included as 0; of the last one too if the span is over */
export function forecast(daysInSpan: number, costs: readonly bigint[], today: bigint): Forecast {
  const elapsed = BigInt(costs.length)
  const left = BigInt(daysInSpan - costs.length)
  const spent = costs.reduce((sum, cost) => sum + cost, 0n)
  const actualPicoUsd = spent + today
  const base = { actualPicoUsd, daysElapsed: costs.length, daysInSpan }
  if (elapsed === 0n || left === 0n) {
    return { ...base, runRatePicoUsd: actualPicoUsd, p90PicoUsd: actualPicoUsd }
  }
  const mean = spent / elapsed
  const expected = spent + mean * left
  const squares = costs.reduce((sum, cost) => sum + (cost - mean) ** 2n, 0n)
  const variance = elapsed > 1n ? squares / (elapsed - 1n) : 0n
  const spread = (squareRoot(variance * left) * Z90_E4) / 10_000n
  const atLeastActual = (value: bigint): bigint => (value > actualPicoUsd ? value : actualPicoUsd)
  return {
    ...base,
    runRatePicoUsd: atLeastActual(expected),
    p90PicoUsd: atLeastActual(expected + spread),
  }
}

/** Months of a budget's span, both included. */
export type Span = { readonly from: string; readonly to: string }

type BudgetPeriod = Pick<Budget, 'period'> & { readonly yearStartsInMonth?: number | undefined }

/** The month, quarter or fiscal year that a month lies in; a day's budget is looked at month by month. */
export function spanOf({ period, yearStartsInMonth = 1 }: BudgetPeriod, month: string): Span {
  if (period === 'day' || period === 'month') return { from: month, to: month }
  const [year = 0, number = 1] = month.split('-').map(Number)
  const length = period === 'quarter' ? 3 : 12
  const since = ((number - yearStartsInMonth + 12) % 12) % length
  const at = (months: number): string =>
    new Date(Date.UTC(year, number - 1 - since + months)).toISOString().slice(0, 7)
  return { from: at(0), to: at(length - 1) }
}

const DAY_MS = 86_400_000

export const daysOf = ({ from, to }: Span): number =>
  (Date.parse(monthEnd(to)) - Date.parse(`${from}-01`)) / DAY_MS
