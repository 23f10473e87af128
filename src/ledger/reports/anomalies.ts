import type { Slice } from './slice.ts'

export type Anomaly = {
  readonly app: string
  readonly day: string
  readonly costPicoUsd: bigint
  /** Median of the days before. */
  readonly usualPicoUsd: bigint
  /** Robust z: 0.6745 × distance from the median, in median distances. A score, not money. */
  readonly z: number
}

/** Days that a median stands on. */
const WINDOW_DAYS = 28
const DAYS_MIN = 7
/** Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): above 3.5 in absolute value. */
const Z_MIN = 3.5
/** A spread below this, or below 5 % of the median, would make every cent an anomaly. */
const SPREAD_MIN_PICO = 1_000_000_000n

/** Days on which an app's spend was unlike its last four weeks. Days without spend count as 0 once an app has begun. */
export function anomaliesOf(
  rows: readonly Slice<'app'>[],
  days: readonly string[],
): readonly Anomaly[] {
  const apps = new Map<string, Map<string, bigint>>()
  for (const { app, day, costPicoUsd } of rows) {
    const byDay = apps.get(app) ?? new Map<string, bigint>()
    apps.set(app, byDay.set(day, (byDay.get(day) ?? 0n) + costPicoUsd))
  }
  return [...apps].flatMap(([app, byDay]) => {
    const first = days.findIndex((day) => byDay.has(day))
    const costs = days.slice(first).map((day) => byDay.get(day) ?? 0n)
    return costs.flatMap((cost, at) => {
      const usual = costs.slice(Math.max(0, at - WINDOW_DAYS), at)
      const z = usual.length < DAYS_MIN ? 0 : robustZ(cost, usual)
      const day = days[first + at] ?? ''
      return Math.abs(z) > Z_MIN
        ? [{ app, day, costPicoUsd: cost, usualPicoUsd: median(usual), z }]
        : []
    })
  })
}

/** Rounded to a tenth. */
export function robustZ(value: bigint, usual: readonly bigint[]): number {
  const middle = median(usual)
  const distance = median(usual.map((each) => absolute(each - middle)))
  const least = middle / 20n > SPREAD_MIN_PICO ? middle / 20n : SPREAD_MIN_PICO
  const spread = distance > least ? distance : least
  return Number(((value - middle) * 6745n) / (spread * 1000n)) / 10
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

function median(values: readonly bigint[]): bigint {
  const ordered = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const half = Math.floor(ordered.length / 2)
  const upper = ordered[half] ?? 0n
  return ordered.length % 2 === 1 ? upper : ((ordered[half - 1] ?? 0n) + upper) / 2n
}
