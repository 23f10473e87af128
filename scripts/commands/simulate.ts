import { parseArgs } from 'node:util'
import type { Command } from '../demarc.ts'
import { simulate, type Outcome, type Setup } from '../simulate/leases.ts'

const SEEDS = 60
/** A budget of about 18,000 requests over twelve shards. */
const BASE: Omit<Setup, 'seed'> = {
  budget: 20_000_000,
  shards: 12,
  lease: 50_000,
  steps: 40_000,
  cost: 1_000,
  overestimate: 5,
  wrongBounds: 0,
  loss: 0.01,
  duplicates: 0.01,
  partitions: 0,
  crashes: 0.001,
  silent: 0.002,
}

const CASES: Readonly<Record<string, Partial<Setup>>> = {
  'lease 0.25 % of the budget': {},
  'lease 1 %': { lease: 200_000 },
  'lease 0.05 %': { lease: 10_000 },
  'shards cut off 0.2 % of steps': { partitions: 0.002 },
  'lease 1 %, shards cut off': { lease: 200_000, partitions: 0.002 },
  '10 % of messages lost, 10 % twice': { loss: 0.1, duplicates: 0.1 },
  '40 shards': { shards: 40 },
  '5 % of bounds half of the cost': { wrongBounds: 0.05, overestimate: 1 },
  'a budget of about 180 requests': { budget: 200_000, lease: 5_000 },
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const quantile = (values: readonly number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * at)] ?? Number.NaN

function row(name: string, budget: number, outcomes: readonly Outcome[]): string[] {
  const mean = (pick: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + pick(outcome), 0) / outcomes.length
  const firsts = outcomes.map(({ firstRefusalAt }) => firstRefusalAt)
  return [
    name,
    Math.max(...outcomes.map(({ spent }) => spent / budget)).toFixed(4),
    String(outcomes.filter(({ breach }) => breach > 0).length),
    percent(quantile(firsts, 0.05)),
    percent(mean(({ refusedEarly }) => refusedEarly)),
    mean(({ rootCallsPerThousand }) => rootCallsPerThousand).toFixed(1),
  ]
}

const HEAD = [
  'setting',
  'most spent ÷ budget',
  'runs that broke the promise',
  'first refusal (p5)',
  'refused before 95 % was spent',
  'root calls per 1,000 requests',
]

export const simulateCommand: Command = {
  usage: `usage: demarc simulate leases [--seeds N]

Runs the protocol of sharded journals (docs/leases.md) under loss, repetition, partitions and crashes, N times a setting
(default ${SEEDS}), and prints what came of it. Exit 1 if any run spent more than the budget allows.`,
  run: async (args) => {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { seeds: { type: 'string', default: String(SEEDS) } },
    })
    const seeds = Number(values.seeds)
    if (positionals.join(' ') !== 'leases' || !Number.isSafeInteger(seeds) || seeds < 1) {
      throw new RangeError('say `demarc simulate leases`, with --seeds N at least 1')
    }
    const rows = Object.entries(CASES).map(([name, changes]) => {
      const setup = { ...BASE, ...changes }
      const outcomes = Array.from({ length: seeds }, (_, at) =>
        simulate({ ...setup, seed: (at + 1) * 7919 }),
      )
      return row(name, setup.budget, outcomes)
    })
    for (const cells of [HEAD, HEAD.map(() => '---'), ...rows])
      console.log(`| ${cells.join(' | ')} |`)
    return rows.every(([, , broken]) => broken === '0') ? 0 : 1
  },
}
