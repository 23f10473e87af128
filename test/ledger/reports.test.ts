import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Finance } from '../../src/ledger/finance.ts'
import { anomaliesOf, robustZ } from '../../src/ledger/reports/anomalies.ts'
import { daysOf, forecast, spanOf } from '../../src/ledger/reports/forecast.ts'
import { priceOfPrivacy, type Choice } from '../../src/ledger/reports/privacy.ts'
import { squareRoot } from '../../src/ledger/reports/slice.ts'
import { quantile } from '../../src/ledger/reports/unit-costs.ts'
import { varianceOf } from '../../src/ledger/reports/variance.ts'
import { NO_SUMS, type Sums } from '../../src/ledger/rollup.ts'
import { savingsOf } from '../../src/ledger/savings.ts'
import { CATALOG, finance } from './books.ts'

const USD = 1_000_000_000_000n
const sums = (changes: Partial<Sums> = {}): Sums => ({ ...NO_SUMS, ...changes })

test('price, volume and mix add up to the difference, whatever happened', () => {
  const item = fc
    .tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.nat({ max: 10_000_000 }),
      fc.bigInt({ min: 0n, max: 10n ** 15n }),
    )
    .map(([key, input_tokens, costPicoUsd]) => ({ ...sums({ input_tokens, costPicoUsd }), key }))
  const items = fc.uniqueArray(item, { selector: ({ key }) => key })
  fc.assert(
    fc.property(items, items, (before, after) => {
      const { fromPicoUsd, toPicoUsd, volumePicoUsd, mixPicoUsd, pricePicoUsd } = varianceOf(
        before,
        after,
      )
      expect(fromPicoUsd + volumePicoUsd + mixPicoUsd + pricePicoUsd).toBe(toPicoUsd)
    }),
  )
})

const spent = (key: string, input_tokens: number, usd: bigint) => ({
  ...sums({ input_tokens, costPicoUsd: usd * USD }),
  key,
})

test.each([
  ['twice the tokens are volume', [spent('a', 10, 100n)], [spent('a', 20, 200n)], [100n, 0n, 0n]],
  [
    'the same tokens at twice the price are price',
    [spent('a', 10, 100n)],
    [spent('a', 10, 200n)],
    [0n, 0n, 100n],
  ],
  [
    'tokens that moved to a dearer model are mix',
    [spent('a', 10, 10n), spent('b', 10, 90n)],
    [spent('b', 20, 180n)],
    [0n, 80n, 0n],
  ],
])('%s', (_name, before, after, [volume, mix, price]) => {
  const found = varianceOf(before, after)
  expect([found.volumePicoUsd / USD, found.mixPicoUsd / USD, found.pricePicoUsd / USD]).toEqual([
    volume,
    mix,
    price,
  ])
})

test.each<[string, bigint[], bigint, [bigint, bigint]]>([
  ['even days go on as they were', [10n, 10n, 10n], 0n, [300n, 300n]],
  ['uneven days leave room above', [0n, 20n, 10n], 0n, [300n, 366n]],
  ['what today has cost already is the least', [1n], 500n, [501n, 501n]],
  ['a month that is over is what it was', Array.from({ length: 30 }, () => 7n), 0n, [210n, 210n]],
  ['nothing is known on the first day', [], 5n, [5n, 5n]],
])('forecast: %s', (_name, costs, today, [runRate, p90]) => {
  const found = forecast(
    30,
    costs.map((cost) => cost * USD),
    today * USD,
  )
  expect([found.runRatePicoUsd / USD, found.p90PicoUsd / USD]).toEqual([runRate, p90])
})

test.each([
  ['month', undefined, '2026-11', '2026-11', 30],
  ['day', undefined, '2026-11', '2026-11', 30],
  ['quarter', undefined, '2026-10', '2026-12', 92],
  ['quarter', 2, '2026-11', '2027-01', 92],
  ['year', 4, '2026-04', '2027-03', 365],
  ['year', 12, '2025-12', '2026-11', 365],
] as const)(
  'a budget of a %s with the year from month %s spans %s to %s',
  (period, start, from, to, days) => {
    const span = spanOf({ period, yearStartsInMonth: start }, '2026-11')
    expect([span, daysOf(span)]).toEqual([{ from, to }, days])
  },
)

test('a square root is the largest whole number whose square fits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), (value) => {
      const root = squareRoot(value)
      expect(root * root <= value && (root + 1n) ** 2n > value).toBe(true)
    }),
  )
})

const days = Array.from({ length: 20 }, (_, at) => `2026-11-${String(at + 1).padStart(2, '0')}`)
const daily = (cost: (at: number) => bigint) =>
  days.map((day, at) => ({ ...sums({ costPicoUsd: cost(at) * USD }), day, app: 'bot' }))

test.each<[string, (at: number) => bigint, string[]]>([
  ['steady spend', (at) => 100n + BigInt(at % 3), []],
  ['a day ten times as dear', (at) => (at === 15 ? 1000n : 100n + BigInt(at % 3)), ['2026-11-16']],
  ['a day without spend', (at) => (at === 15 ? 0n : 100n + BigInt(at % 3)), ['2026-11-16']],
  ['too little to compare with', (at) => (at === 3 ? 1000n : 1n), []],
])('anomalies: %s', (_name, cost, found) => {
  expect(anomaliesOf(daily(cost), days).map(({ day }) => day)).toEqual(found)
})

test('a robust z is not moved by the outliers before it', () => {
  expect(
    robustZ(
      200n * USD,
      [100n, 90n, 110n, 5000n, 100n].map((cost) => cost * USD),
    ),
  ).toBe(6.7)
})

const bucket = (index: number, attempts: number) => ({ key: 'a', bucket: index, attempts })

test('the 95th of a hundred attempts is in the bucket that reaches it', () => {
  expect(quantile([bucket(500, 5), bucket(400, 95)], 0.95)).toBe(BigInt(Math.ceil(1.05 ** 400)))
  expect(quantile([bucket(500, 6), bucket(400, 94)], 0.95)).toBe(BigInt(Math.ceil(1.05 ** 500)))
  expect([quantile([], 0.95), quantile([bucket(0, 1)], 0.95)]).toEqual([null, 0n])
})

const FIXED: Partial<Finance> = {
  counterfactuals: [
    {
      app: '*',
      from: '2026-11-01',
      destination: 'openai',
      model: 'gpt-5.4',
      setBy: 'CFO',
      reason: 'before Demarc',
    },
    {
      app: 'cheap',
      from: '2026-11-01',
      destination: 'workers-ai',
      model: 'qwen3-30b-a3b',
      setBy: 'CFO',
      reason: 'before',
    },
  ],
  overheads: [{ name: 'Workers', picoUsdPerAttempt: 1_000_000, source: 'test' }],
  tokenizers: [{ family: 'claude', tokensPer1000: 1250, source: 'test' }],
}
const used = (
  app: string,
  day: string,
  changes: Partial<Sums & { kind: string; outcome: string; model: string }> = {},
) => ({
  ...sums({ attempts: 1, input_tokens: 1_000_000, costPicoUsd: USD }),
  app,
  day,
  model: 'qwen3-30b-a3b',
  kind: 'settle',
  outcome: 'ok',
  ...changes,
})

test.each([
  [
    'what the fixed choice would have cost, less all that was spent',
    [used('bot', '2026-11-05')],
    1_499_999_000_000n,
  ],
  [
    'dearer than the fixed choice is a negative saving',
    [used('cheap', '2026-11-05')],
    -949_126_000_000n,
  ],
  [
    'failed attempts cost and save nothing',
    [used('bot', '2026-11-05', { outcome: 'upstream-error' })],
    -1_000_001_000_000n,
  ],
  [
    'attempts that another one superseded cost and save nothing, though they tell their usage',
    [used('bot', '2026-11-05', { outcome: 'superseded' })],
    -1_000_001_000_000n,
  ],
  [
    'tokens are rescaled to the other tokenizer',
    [used('bot', '2026-11-05', { model: 'claude-haiku-4-5' })],
    999_999_000_000n,
  ],
  ['nothing is compared before a choice was fixed', [used('bot', '2026-10-31')], 0n],
])('savings: %s', (_name, rows, saved) => {
  expect(savingsOf(rows, finance(FIXED), CATALOG)[0]?.savedPicoUsd).toBe(saved)
})

const choice = (removed: unknown, changes: Partial<Choice> = {}): Choice => ({
  ...sums({ input_tokens: 1_000_000, requests: 3 }),
  day: '2026-11-05',
  app: 'bot',
  removed: JSON.stringify(removed),
  requested: 'auto',
  destination: 'openai',
  model: 'gpt-5.4',
  costPicoUsd: (5n * USD) / 2n,
  ...changes,
})
const REMOVED = { destination: 'workers-ai', by: 'health-stays-home' }

test.each<[string, Choice, [bigint, bigint][]]>([
  [
    'the cheapest place that it removed',
    choice([REMOVED]),
    [[2_449_125_000_000n, 2_449_125_000_000n]],
  ],
  [
    'nothing, where the choice was the cheapest',
    choice([{ ...REMOVED, destination: 'openai' }]),
    [[0n, 0n]],
  ],
  [
    'what is no guardrail costs nothing',
    choice([{ destination: 'workers-ai', by: 'unconfigured' }]),
    [],
  ],
  [
    'only the model that was asked for stands in for itself',
    choice([REMOVED], { requested: 'gpt-5.4' }),
    [[0n, 0n]],
  ],
])('price of privacy: %s', (_name, given, expected) => {
  const found = priceOfPrivacy([given], CATALOG.guardrails, CATALOG)
  expect(found.map(({ alonePicoUsd, atMostPicoUsd }) => [alonePicoUsd, atMostPicoUsd])).toEqual(
    expected,
  )
})

test('a place that two rules removed is the price of neither alone', () => {
  const found = priceOfPrivacy(
    [choice([REMOVED, { ...REMOVED, by: 'eu-only' }])],
    new Set(['health-stays-home', 'eu-only']),
    CATALOG,
  )
  expect(found.map(({ alonePicoUsd, atMostPicoUsd }) => [alonePicoUsd, atMostPicoUsd])).toEqual([
    [0n, 2_449_125_000_000n],
    [0n, 2_449_125_000_000n],
  ])
})
