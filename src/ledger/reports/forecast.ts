import { daysIn } from '../focus/times.ts'
import { squareRoot } from './slice.ts'

export type Forecast = {
  readonly actualPicoUsd: bigint
  /** Days of the month that are over; the forecast stands on them. */
  readonly daysElapsed: number
  readonly daysInMonth: number
  /** What the month comes to if every day is like the average one. */
  readonly runRatePicoUsd: bigint
  /** What it stays under in nine months of ten, if days vary as they did and know nothing of each other. */
  readonly p90PicoUsd: bigint
}

/** The standard normal's 90 % quantile, 1.2816, in ten-thousandths. */
const Z90_E4 = 12_816n

/** @param costs of the days that are over, in order, days without spend included as 0; of the last one too if the month is over */
export function forecast(period: string, costs: readonly bigint[], today: bigint): Forecast {
  const daysInMonth = daysIn(period)
  const elapsed = BigInt(costs.length)
  const left = BigInt(daysInMonth - costs.length)
  const spent = costs.reduce((sum, cost) => sum + cost, 0n)
  const actualPicoUsd = spent + today
  const base = { actualPicoUsd, daysElapsed: costs.length, daysInMonth }
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
