import { expect, test } from 'vitest'
import { neuronsToMicroUsdPerMTok } from '../../src/pricing/neurons.ts'

/** Neurons per million tokens of Cloudflare's price page, and the price that follows; printed are .051, .335, .27, .85. */
test.each([
  [4_625, 50_875],
  [30_475, 335_225],
  [24_545, 269_995],
  [77_273, 850_003],
  [0, 0],
])('%i neurons per million tokens are %i micro-dollars', (neurons, microUsd) =>
  expect(neuronsToMicroUsdPerMTok(neurons)).toBe(microUsd),
)

test.each([[4_625.5], [-1], [Number.NaN], [Number.MAX_SAFE_INTEGER]])('refuses %f', (neurons) =>
  expect(() => neuronsToMicroUsdPerMTok(neurons)).toThrow(RangeError),
)
