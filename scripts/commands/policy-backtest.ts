import { formatUsd } from '../../src/domain/money.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { type BacktestFigures, backtestOf, figuresOf } from '../../src/router/backtest.ts'
import type { StoredBacktest } from '../../src/worker/stores/backtest.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain } from '../lib/admin-report.ts'
import type { TrafficServer } from '../lib/traffic-server.ts'

export type BacktestOptions = { readonly json: boolean; readonly atMs: number }

/** Replays traffic from a file under a candidate. Holds if nobody is newly refused. */
export function backtest(
  traffic: readonly TrafficGroup[],
  base: Bundle | undefined,
  candidate: Bundle,
  { json, atMs }: BacktestOptions,
): number {
  const figures = figuresOf(backtestOf(traffic, base, candidate, atMs))
  if (json) console.log(JSON.stringify(figures))
  else for (const line of linesOf(figures)) console.log(line)
  return figures.holds ? 0 : 1
}

/** Replays the stored traffic of a Demarc under a candidate, beside the policy that is in force there. */
export async function backtestThere(
  candidate: Bundle,
  { url, tenant, days }: TrafficServer,
  json: boolean,
): Promise<number> {
  return await withAdmin(url === undefined ? {} : { url }, async (request) => {
    const path = `/admin/api/policy/backtest?tenant=${encodeURIComponent(tenant)}`
    const response = await request('POST', path, { bundle: candidate, days })
    if (response.status !== 200) return await explain(response)
    const result: StoredBacktest = JSON.parse(await response.text())
    const { report, digest, stale } = result
    if (json) console.log(JSON.stringify({ ...report, digest, stale }))
    else for (const line of [...linesOf(report), ...boundLines(result)]) console.log(line)
    return report.holds ? 0 : 1
  })
}

function boundLines({ digest, report }: StoredBacktest): readonly string[] {
  const { base, candidate, window, skipped, labelsDiffer } = report
  const left = Object.entries(skipped).map(([why, count]) => `${count} ${why}`)
  return [
    ...(left.length === 0 ? [] : [`Not replayed: ${left.join(', ')}.`]),
    ...(labelsDiffer
      ? ['The draft labels findings otherwise: these figures do not show that.']
      : []),
    `Traffic of ${window.from} to ${window.to}, entries up to ${window.throughSeq}; in force ${short(base)}, draft ${short(candidate)}.`,
    `Backtest ${digest}: good until another policy is in force.`,
  ]
}

const short = (hash: string): string => hash.slice(0, 12)

const APPS_MAX = 10

function linesOf(result: BacktestFigures): readonly string[] {
  const { newlyRefused, newlyAllowed, rerouted, unpriced } = result
  const delta = BigInt(result.costDeltaPicoUsd)
  const share = (count: number): string =>
    `${count} (${result.requests === 0 ? 0 : ((count / result.requests) * 100).toFixed(2)} %)`
  const sign = delta < 0n ? '-' : '+'
  return [
    `${result.requests} requests, ${result.vectors} different ones.`,
    `Newly refused: ${share(newlyRefused.count)}. Newly allowed: ${share(newlyAllowed.count)}. Re-routed: ${share(rerouted.count)}.`,
    `Cost: ${sign}${formatUsd(delta < 0n ? -delta : delta)} USD by list price, the cheapest model that is good enough${unpriced === 0 ? '' : `; ${unpriced} requests have no price`}.`,
    ...Object.entries(result.apps)
      .slice(0, APPS_MAX)
      .map(([app, count]) => `  app ${app}: ${count} decided otherwise`),
    'Requests from which a rule removes a destination (before → after):',
    ...Object.entries(result.hits).map(
      ([rule, { before, after }]) => `  ${rule}: ${before} → ${after}`,
    ),
    ...Object.entries(result.simulated).map(
      ([rule, count]) => `  ${rule}: would have acted on ${count} (simulated)`,
    ),
    'The policy is replayed, not the classifier: the labels are those of the time.',
  ]
}
