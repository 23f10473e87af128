import { type Backtest, type Tally } from './replay.ts'
import type { TrafficGroup } from './traffic.ts'

/** A backtest as JSON: money is text. `holds` says that nobody is newly refused. */
export function backtestReport(result: Backtest) {
  const { newlyRefused, newlyAllowed, rerouted, hits, simulated, apps, ...rest } = result
  return {
    holds: newlyRefused.count === 0,
    findings: [
      ...examplesOf('warning', 'newly refused', newlyRefused.examples),
      ...examplesOf('warning', 'newly allowed', newlyAllowed.examples),
      ...examplesOf('note', 're-routed', rerouted.examples),
    ],
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

const tally = ({ count, costPicoUsd }: Tally) => ({ count, costPicoUsd: String(costPicoUsd) })

const examplesOf = (severity: string, what: string, groups: readonly TrafficGroup[]) =>
  groups.map(({ attributes, count, destination }) => ({
    severity,
    rule: null,
    problem: `${what}: ${count} requests like this`,
    witness: { attributes, destination },
  }))
