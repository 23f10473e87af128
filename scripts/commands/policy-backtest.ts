import { formatUsd } from '../../src/domain/money.ts'
import { QUALITIES } from '../../src/domain/request.ts'
import { compileRules } from '../../src/policy/evaluate.ts'
import { type Backtest, type Estimate, replay, type Tally } from '../../src/policy/replay.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { openBook, priceAt } from '../../src/pricing/book.ts'

export type BacktestOptions = { readonly json: boolean; readonly atMs: number }

/** Replays traffic under a candidate. Holds if nobody is newly refused. */
export function backtest(
  traffic: readonly TrafficGroup[],
  base: Bundle | undefined,
  candidate: Bundle,
  { json, atMs }: BacktestOptions,
): number {
  const result = replay(
    traffic,
    base === undefined ? undefined : compileRules(base, atMs),
    compileRules(candidate, atMs),
    estimateFrom(candidate, atMs),
  )
  if (json) console.log(JSON.stringify(asJson(result)))
  else for (const line of linesOf(result)) console.log(line)
  return result.newlyRefused.count === 0 ? 0 : 1
}

/** What the cheapest model of a destination that is good enough costs by the price book, with the tokens that there were. */
function estimateFrom(bundle: Bundle, atMs: number): Estimate {
  const book = openBook(bundle.prices)
  return (destination, { attributes, tokens }) => {
    const costs = bundle.models.flatMap(({ id, quality }) => {
      if (QUALITIES.indexOf(quality) < QUALITIES.indexOf(attributes.quality)) return []
      const price = priceAt(book, destination, id, atMs)
      if (price === undefined) return []
      const { input, output } = price.meters
      return [BigInt(tokens.input) * BigInt(input) + BigInt(tokens.output) * BigInt(output)]
    })
    return costs.reduce<bigint | undefined>(
      (least, cost) => (least === undefined || cost < least ? cost : least),
      undefined,
    )
  }
}

const tally = ({ count, costPicoUsd }: Tally) => ({ count, costPicoUsd: String(costPicoUsd) })

function asJson(result: Backtest) {
  const { newlyRefused, newlyAllowed, rerouted, hits, simulated, apps, ...rest } = result
  const findings = [
    ...examplesOf('warning', 'newly refused', newlyRefused.examples),
    ...examplesOf('warning', 'newly allowed', newlyAllowed.examples),
    ...examplesOf('note', 're-routed', rerouted.examples),
  ]
  return {
    holds: newlyRefused.count === 0,
    findings,
    requests: rest.requests,
    vectors: rest.vectors,
    newlyRefused: tally(newlyRefused),
    newlyAllowed: tally(newlyAllowed),
    rerouted: tally(rerouted),
    costDeltaPicoUsd: String(rest.costDeltaPicoUsd),
    unpriced: rest.unpriced,
    hits: Object.fromEntries(hits),
    simulated: Object.fromEntries(simulated),
    apps: Object.fromEntries(apps),
  }
}

const examplesOf = (severity: string, what: string, groups: readonly TrafficGroup[]) =>
  groups.map(({ attributes, count, destination }) => ({
    severity,
    rule: null,
    problem: `${what}: ${count} requests like this`,
    witness: { attributes, destination },
  }))

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
