import { formatUsd } from '../../src/domain/money.ts'
import { type Backtest } from '../../src/policy/replay.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { backtestOf, figuresOf } from '../../src/router/backtest.ts'

export type BacktestOptions = { readonly json: boolean; readonly atMs: number }

/** Replays traffic under a candidate. Holds if nobody is newly refused. */
export function backtest(
  traffic: readonly TrafficGroup[],
  base: Bundle | undefined,
  candidate: Bundle,
  { json, atMs }: BacktestOptions,
): number {
  const result = backtestOf(traffic, base, candidate, atMs)
  if (json) console.log(JSON.stringify(figuresOf(result)))
  else for (const line of linesOf(result)) console.log(line)
  return result.newlyRefused.count === 0 ? 0 : 1
}

const APPS_MAX = 10

function linesOf(result: Backtest): readonly string[] {
  const { newlyRefused, newlyAllowed, rerouted, costDeltaPicoUsd: delta, unpriced } = result
  const share = (count: number): string =>
    `${count} (${result.requests === 0 ? 0 : ((count / result.requests) * 100).toFixed(2)} %)`
  const sign = delta < 0n ? '-' : '+'
  return [
    `${result.requests} requests, ${result.vectors} different ones.`,
    `Newly refused: ${share(newlyRefused.count)}. Newly allowed: ${share(newlyAllowed.count)}. Re-routed: ${share(rerouted.count)}.`,
    `Cost: ${sign}${formatUsd(delta < 0n ? -delta : delta)} USD by list price, the cheapest model that is good enough${unpriced === 0 ? '' : `; ${unpriced} requests have no price`}.`,
    ...result.apps
      .slice(0, APPS_MAX)
      .map(([app, count]) => `  app ${app}: ${count} decided otherwise`),
    'Requests from which a rule removes a destination (before → after):',
    ...[...result.hits].map(([rule, { before, after }]) => `  ${rule}: ${before} → ${after}`),
    ...[...result.simulated].map(
      ([rule, count]) => `  ${rule}: would have acted on ${count} (simulated)`,
    ),
    'The policy is replayed, not the classifier: the labels are those of the time.',
  ]
}
