import { expect, test } from 'vitest'
import { simulate, type Setup } from '../../scripts/simulate/leases.ts'

const CALM: Setup = {
  seed: 1,
  budget: 2_000_000,
  shards: 8,
  lease: 10_000,
  steps: 6_000,
  cost: 1_000,
  overestimate: 4,
  wrongBounds: 0,
  loss: 0,
  duplicates: 0,
  partitions: 0,
  crashes: 0,
  silent: 0,
}

test.each<[string, Partial<Setup>]>([
  ['nothing goes wrong', {}],
  ['messages are lost', { loss: 0.3 }],
  ['messages come twice and late', { duplicates: 0.5 }],
  ['shards are cut off', { partitions: 0.02 }],
  ['shards start again', { crashes: 0.05 }],
  ['nobody hears of some requests again', { silent: 0.1 }],
  ['some bounds are half of the cost', { wrongBounds: 0.2 }],
  [
    'all of it',
    { loss: 0.3, duplicates: 0.5, partitions: 0.02, crashes: 0.05, silent: 0.1, wrongBounds: 0.2 },
  ],
])(
  'no more is spent than the budget and what costs exceeded their bounds by, when %s',
  (_name, wrong) => {
    for (let seed = 1; seed <= 10; seed++) {
      const outcome = simulate({ ...CALM, ...wrong, seed })
      expect(outcome.breach).toBe(0)
      expect(outcome.spent).toBeLessThanOrEqual(CALM.budget + outcome.excess)
    }
  },
)

test('where bounds hold, the budget is used up, and nothing is spent beyond it', () => {
  const { spent, excess, served, refused } = simulate({ ...CALM, steps: 20_000 })
  expect(excess).toBe(0)
  expect(spent).toBeGreaterThan(0.98 * CALM.budget)
  expect(served + refused).toBe(20_000)
})

test('the same seed tells the same story', () => {
  expect(simulate({ ...CALM, loss: 0.1 })).toEqual(simulate({ ...CALM, loss: 0.1 }))
})
