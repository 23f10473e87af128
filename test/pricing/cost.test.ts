import { expect, test } from 'vitest'
import { NO_USAGE } from '../../src/domain/usage.ts'
import { costOf } from '../../src/pricing/cost.ts'
import { price } from './price.ts'

const all = price({
  meters: {
    input: 3_000_000,
    cachedInput: 300_000,
    cacheWrite5m: 3_750_000,
    cacheWrite1h: 6_000_000,
    output: 15_000_000,
  },
})
const two = price({ meters: { input: 1_250_000, output: 10_000_000 } })
const writes = price({ meters: { input: 5_000_000, cacheWrite5m: 6_250_000, output: 30_000_000 } })
const tiered = price({
  meters: { input: 1_250_000, cachedInput: 125_000, output: 10_000_000 },
  tiers: [
    {
      aboveInputTokens: 200_000,
      meters: { input: 2_500_000, cachedInput: 250_000, output: 15_000_000 },
    },
    { aboveInputTokens: 500_000, meters: { input: 1_000_000, output: 5_000_000 } },
  ],
})

test.each([
  ['nothing for nothing', all, {}, 0n],
  ['one input token at micro-dollars per million', all, { input: 1 }, 3_000_000n],
  [
    'every meter at its own price',
    all,
    { input: 1, cachedInput: 10, cacheWrite5m: 100, cacheWrite1h: 1000, output: 10_000 },
    3_000_000n + 3_000_000n + 375_000_000n + 6_000_000_000n + 150_000_000_000n,
  ],
  [
    'reasoning once, as the part of the output that it is',
    all,
    { output: 10, reasoning: 7 },
    150_000_000n,
  ],
  ['cached input as input where no cache price is listed', two, { cachedInput: 4 }, 5_000_000n],
  [
    'cache writes as input where none is listed',
    two,
    { cacheWrite5m: 4, cacheWrite1h: 4 },
    10_000_000n,
  ],
  [
    'an hour of cache as five minutes of it where only that is listed',
    writes,
    { cacheWrite1h: 2 },
    12_500_000n,
  ],
  ['below a tier', tiered, { input: 200_000, output: 1 }, 250_010_000_000n],
  [
    'above a tier, for every token of the request',
    tiered,
    { input: 200_001, output: 1 },
    500_017_500_000n,
  ],
  [
    'a tier that is reached by cached and written tokens',
    tiered,
    { input: 1, cachedInput: 150_000, cacheWrite5m: 50_000 },
    2_500_000n + 150_000n * 250_000n + 50_000n * 2_500_000n,
  ],
  [
    'a cheaper tier further up, without a cache price of its own',
    tiered,
    { cachedInput: 500_001 },
    500_001_000_000n,
  ],
  [
    'output never counts towards the tier',
    tiered,
    { input: 1, output: 900_000 },
    9_000_001_250_000n,
  ],
  // 2^53 pico-dollars is nine dollars: above it a double would round.
  [
    'a bill beyond 2^53 to the last pico-dollar',
    all,
    { input: 3_002_399_751_580_331 },
    9_007_199_254_740_993_000_000n,
  ],
])('charges %s', (_name, line, usage, pico) =>
  expect(costOf({ ...NO_USAGE, ...usage }, line)).toBe(pico),
)

test.each([
  ['negative', { input: -1 }],
  ['a fraction', { output: 0.5 }],
  ['not a number', { cachedInput: Number.NaN }],
  ['without end', { cacheWrite1h: Number.POSITIVE_INFINITY }],
  ['beyond 2^53', { cacheWrite5m: 2 ** 53 }],
])('refuses a count that is %s', (_name, usage) =>
  expect(() => costOf({ ...NO_USAGE, ...usage }, all)).toThrow(RangeError),
)
