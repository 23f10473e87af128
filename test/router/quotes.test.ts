import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Price } from '../../src/domain/catalog.ts'
import { costMax, inputTokensMax } from '../../src/pricing/bound.ts'
import { comparableBound, quoteOf } from '../../src/router/quotes.ts'

const rate = fc.integer({ min: 0, max: 1_000_000_000 })
const meters = fc.record(
  { input: rate, output: rate, cachedInput: rate, cacheWrite5m: rate, cacheWrite1h: rate },
  { requiredKeys: ['input', 'output'] },
)
const price: fc.Arbitrary<Price> = fc
  .record({
    meters,
    tier: fc.option(
      fc.record({ aboveInputTokens: fc.integer({ min: 1, max: 1_000_000 }), meters }),
      { nil: undefined },
    ),
  })
  .map(({ meters: all, tier }) => ({
    version: 'v',
    destination: 'd',
    model: 'm',
    validFrom: '2026-01-01',
    meters: all,
    tiers: tier === undefined ? [] : [tier],
    source: 's',
  }))
const size = fc.record({
  promptBytes: fc.nat(10_000_000),
  templateParts: fc.nat(1000),
  mediaParts: fc.nat(2),
  choices: fc.integer({ min: 1, max: 128 }),
})

test('a comparable bound is the bound, or above it where numbers end', () =>
  fc.assert(
    fc.property(
      price,
      size,
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
      (one, request, output, media) => {
        const comparable = comparableBound(
          quoteOf(one),
          request,
          inputTokensMax(request, undefined),
          output,
          media,
        )
        const exact = costMax(request, output, one, media)
        if (exact === undefined) expect(comparable).toBeNaN()
        else if (exact <= BigInt(Number.MAX_SAFE_INTEGER)) expect(BigInt(comparable)).toBe(exact)
        else expect(BigInt(comparable)).toBeGreaterThanOrEqual(exact)
      },
    ),
    { numRuns: 1000 },
  ))
