import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Meters, Price } from '../../src/domain/catalog.ts'
import {
  costMax,
  inputTokensMax,
  requestAllowanceTokens,
  type Size,
  templateAllowanceTokens,
} from '../../src/pricing/bound.ts'
import { costOf } from '../../src/pricing/cost.ts'
import { price } from './price.ts'

const size = (said: Partial<Size>): Size => ({
  promptBytes: 0,
  templateParts: 0,
  mediaParts: 0,
  choices: 1,
  ...said,
})
const once = requestAllowanceTokens
const plain = price({ meters: { input: 2, output: 10 } })
const free = price({})
const cached = price({ meters: { input: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 10 } })
const rising = price({
  meters: { input: 2, output: 10 },
  tiers: [{ aboveInputTokens: once + 100, meters: { input: 4, output: 20 } }],
})
const falling = price({
  meters: { input: 9, output: 10 },
  tiers: [{ aboveInputTokens: once + 100, meters: { input: 1, output: 1 } }],
})

test.each([
  [
    'a byte a token, and what the provider adds once',
    size({ promptBytes: 5 }),
    undefined,
    once + 5,
  ],
  [
    'what the template adds for each part',
    size({ templateParts: 3 }),
    undefined,
    once + 3 * templateAllowanceTokens,
  ],
  ['the ceiling of each image', size({ mediaParts: 2 }), 1568, once + 3136],
  ['no number where nothing bounds an image', size({ mediaParts: 1 }), undefined, undefined],
])('counts %s', (_name, given, mediaTokensMax, tokens) =>
  expect(inputTokensMax(given, mediaTokensMax)).toBe(tokens),
)

test.each([
  ['input and output', size({ promptBytes: 5 }), 7, plain, undefined, (once + 5) * 2 + 70],
  [
    'the output of every choice, the input once',
    size({ choices: 3 }),
    7,
    plain,
    undefined,
    once * 2 + 210,
  ],
  [
    'the dearest way to write a cache',
    size({ promptBytes: 5 }),
    7,
    cached,
    undefined,
    (once + 5) * 4 + 70,
  ],
  [
    'the base price up to the edge of a tier',
    size({ promptBytes: 100 }),
    1,
    rising,
    undefined,
    (once + 100) * 2 + 10,
  ],
  [
    'the tier as soon as it can be reached',
    size({ promptBytes: 101 }),
    1,
    rising,
    undefined,
    (once + 101) * 4 + 20,
  ],
  [
    'the dearer base where the tier is cheaper',
    size({ promptBytes: 101 }),
    1,
    falling,
    undefined,
    (once + 100) * 9 + 10,
  ],
  [
    'nothing on own hardware, images of any size included',
    size({ mediaParts: 9 }),
    7,
    free,
    undefined,
    0,
  ],
])('bounds %s', (_name, given, outputTokensMax, line, mediaTokensMax, pico) =>
  expect(costMax(given, outputTokensMax, line, mediaTokensMax)).toBe(BigInt(pico)),
)

test.each([
  ['input costs', price({ meters: { input: 1, output: 0 } })],
  ['output costs', price({ meters: { input: 0, output: 1 } })],
  ['only a cache write costs', price({ meters: { input: 0, cacheWrite1h: 1, output: 0 } })],
  [
    'only a tier costs',
    price({ tiers: [{ aboveInputTokens: 9, meters: { input: 1, output: 0 } }] }),
  ],
])('has no bound for an image without a ceiling when %s', (_name, line) =>
  expect(costMax(size({ mediaParts: 1 }), 1, line, undefined)).toBeUndefined(),
)

test.each([
  ['output limit', () => costMax(size({}), -1, plain, undefined)],
  ['fraction of a choice', () => costMax(size({ choices: 1.5 }), 1, plain, undefined)],
  ['size', () => costMax(size({ promptBytes: -9999 }), 1, plain, undefined)],
  ['size without end', () => costMax(size({ promptBytes: Infinity }), 1, plain, undefined)],
])('refuses an impossible %s', (_name, bound) => expect(bound).toThrow(RangeError))

const rate = fc.nat(200_000_000)
const meters: fc.Arbitrary<Meters> = fc.record(
  { input: rate, output: rate, cachedInput: rate, cacheWrite5m: rate, cacheWrite1h: rate },
  { requiredKeys: ['input', 'output'] },
)
const anyPrice: fc.Arbitrary<Price> = fc
  .record({
    meters,
    tiers: fc.uniqueArray(
      fc.record({ aboveInputTokens: fc.integer({ min: 1, max: 9000 }), meters }),
      {
        selector: ({ aboveInputTokens }) => aboveInputTokens,
        maxLength: 3,
      },
    ),
  })
  .map(({ meters: base, tiers }) =>
    price({
      meters: base,
      tiers: tiers.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens),
    }),
  )
const anySize = fc.record({
  promptBytes: fc.nat(6000),
  templateParts: fc.nat(20),
  mediaParts: fc.nat(3),
  choices: fc.integer({ min: 1, max: 8 }),
})

/** Splits a total over four meters at three cuts; never more than the total. */
const split = (total: number, cuts: readonly number[]) => {
  const [a = 0, b = 0, c = 0] = cuts.map((cut) => Math.floor(cut * total)).toSorted((x, y) => x - y)
  return { input: a, cachedInput: b - a, cacheWrite5m: c - b, cacheWrite1h: total - c }
}

test('no usage within its limits costs more than the bound, whatever the meters and tiers', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      anyPrice,
      anySize,
      fc.nat(5000),
      fc.nat(3000),
      share,
      share,
      fc.tuple(share, share, share),
      (line, given, outputTokensMax, mediaTokensMax, inputShare, outputShare, cuts) => {
        const inputMax = inputTokensMax(given, mediaTokensMax) ?? 0
        const output = Math.floor(outputShare * outputTokensMax * given.choices)
        const usage = {
          ...split(Math.floor(inputShare * inputMax), cuts),
          output,
          reasoning: output,
        }
        const bound = costMax(given, outputTokensMax, line, mediaTokensMax)
        expect(bound).toBeDefined()
        expect(costOf(usage, line) <= (bound ?? -1n)).toBe(true)
      },
    ),
    { numRuns: 2000 },
  )
})

test('the bound is no larger than needed: some usage reaches it when one tier is in reach', () => {
  fc.assert(
    fc.property(meters, anySize, fc.nat(5000), (base, given, outputTokensMax) => {
      const line = price({ meters: base })
      const total = inputTokensMax(given, 0) ?? 0
      const none = { input: 0, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
      const costs = (['input', 'cachedInput', 'cacheWrite5m', 'cacheWrite1h'] as const).map(
        (meter) =>
          costOf(
            { ...none, [meter]: total, output: outputTokensMax * given.choices, reasoning: 0 },
            line,
          ),
      )
      expect(costs).toContain(costMax(given, outputTokensMax, line, 0))
    }),
  )
})
