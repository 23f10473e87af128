import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Price } from '../../src/domain/catalog.ts'
import { priceProblems } from '../../src/pricing/book.ts'
import { offers, own, priceOn, prices, ROOT } from './catalog.ts'

const SUMMARY = join(ROOT, '../shared/data/prices/SUMMARY_usd_per_million.csv')

const keyOf = ({ destination, model }: Pick<Price, 'destination' | 'model'>) =>
  `${destination}/${model}`

describe('prices', () => {
  test('form a book', () => expect(priceProblems(prices)).toEqual([]))

  test('exist today for every offer', () =>
    expect(
      offers.filter(({ model, offer }) => priceOn(offer.destination, model.id) === undefined),
    ).toEqual([]))

  test('belong to an offer', () => {
    const offered = new Set(offers.map(({ model, offer }) => `${offer.destination}/${model.id}`))
    expect(prices.filter((price) => !offered.has(keyOf(price)))).toEqual([])
  })

  test('have a version that names them', () =>
    expect(
      prices.filter((price) => price.version !== `${keyOf(price)}@${price.validFrom}`),
    ).toEqual([]))

  test('are 0 on own hardware and nowhere else: a price of 0 is a free pass', () => {
    const free = prices.filter(({ meters }) => meters.input === 0 || meters.output === 0)
    expect(new Set(free.map(({ destination }) => destination))).toEqual(new Set(own))
    expect(free.every(({ meters }) => meters.input === 0 && meters.output === 0)).toBe(true)
  })

  test('of Workers AI are whole neurons, never printed roundings', () =>
    expect(
      prices
        .filter(({ destination }) => destination === 'workers-ai')
        .filter(({ meters }) => Object.values(meters).some((rate) => (rate ?? 0) % 11 !== 0)),
    ).toEqual([]))

  test('of cached input are below those of input, of cache writes not below', () =>
    expect(
      prices
        .flatMap(({ meters, tiers }) => [meters, ...tiers.map((tier) => tier.meters)])
        .filter(
          ({ input, cachedInput = input, cacheWrite5m = input, cacheWrite1h = cacheWrite5m }) =>
            cachedInput > input || cacheWrite5m < input || cacheWrite1h < cacheWrite5m,
        ),
    ).toEqual([]))

  test('of a higher tier are dearer: none of our providers gives a discount for size', () =>
    expect(
      prices.filter(({ meters, tiers }) =>
        tiers.some(
          (tier) => tier.meters.input <= meters.input || tier.meters.output <= meters.output,
        ),
      ),
    ).toEqual([]))

  // Input and output in micro-dollars per million tokens.
  test.each([
    [
      'Llama 4 Scout is billed in neurons',
      'workers-ai',
      'llama-4-scout',
      '2026-11-24',
      [269_995, 850_003],
    ],
    [
      'Qwen3 30B is not the printed .051',
      'workers-ai',
      'qwen3-30b-a3b',
      '2026-11-24',
      [50_875, 335_225],
    ],
    [
      'Qwen3.5 397B is not ten times as dear',
      'together',
      'qwen3.5-397b-a17b',
      '2026-11-24',
      [600_000, 3_600_000],
    ],
    [
      'Qwen3.5 9B is not six times as dear',
      'together',
      'qwen3.5-9b',
      '2026-11-24',
      [170_000, 250_000],
    ],
    [
      'DeepSeek V4 Pro takes the dearer of two',
      'together',
      'deepseek-v4-pro',
      '2026-11-24',
      [2_100_000, 4_400_000],
    ],
    [
      'Gemma 3n takes the dearer of two',
      'together',
      'gemma-3n-e4b',
      '2026-11-24',
      [60_000, 120_000],
    ],
    [
      'Gemini 3.6 Flash is introductory in 2026',
      'gemini',
      'gemini-3.6-flash',
      '2026-12-31',
      [750_000, 3_750_000],
    ],
    [
      'Gemini 3.6 Flash doubles in 2027',
      'gemini',
      'gemini-3.6-flash',
      '2027-01-01',
      [1_500_000, 7_500_000],
    ],
    [
      'Gemini 3.7 Flash is introductory in 2026',
      'gemini',
      'gemini-3.7-flash',
      '2026-12-31',
      [750_000, 3_750_000],
    ],
    [
      'Gemini 3.7 Flash doubles in 2027',
      'gemini',
      'gemini-3.7-flash',
      '2027-01-01',
      [1_500_000, 7_500_000],
    ],
    [
      'Claude Sonnet 5 was cheaper in August',
      'anthropic',
      'claude-sonnet-5',
      '2026-08-31',
      [2_000_000, 10_000_000],
    ],
    [
      'Claude Sonnet 5 rose in September',
      'anthropic',
      'claude-sonnet-5',
      '2026-09-01',
      [3_000_000, 15_000_000],
    ],
    [
      'gpt-5 costs what three catalogues say',
      'openai',
      'gpt-5',
      '2026-11-24',
      [1_250_000, 10_000_000],
    ],
  ])('%s', (_name, destination, model, at, rates) => {
    const price = priceOn(destination, model, at)
    expect([price?.meters.input, price?.meters.output]).toEqual(rates)
  })

  test.each([
    ['gpt-5.4 above 272,000 tokens', 'openai', 'gpt-5.4', 272_000, [5_000_000, 22_500_000]],
    [
      'Gemini 2.5 Pro above 200,000 tokens',
      'gemini',
      'gemini-2.5-pro',
      200_000,
      [2_500_000, 15_000_000],
    ],
    [
      'Gemini 3.1 Pro above 200,000 tokens',
      'gemini',
      'gemini-3.1-pro-preview',
      200_000,
      [4_000_000, 18_000_000],
    ],
  ])('rise for %s', (_name, destination, model, aboveInputTokens, rates) => {
    const [tier] = priceOn(destination, model)?.tiers ?? []
    expect([tier?.aboveInputTokens, tier?.meters.input, tier?.meters.output]).toEqual([
      aboveInputTokens,
      ...rates,
    ])
  })

  test('contain none of the values that are known to be wrong', () => {
    const named = prices.map(({ model }) => model)
    expect(
      named.filter((id) => /^(default|kimi-k3|minimax-m2\.5|deepseek-chat)$/.test(id)),
    ).toEqual([])
    const pro = prices.find(({ model }) => model === 'gpt-5-pro')
    expect(pro?.meters).not.toHaveProperty('cachedInput')
  })
})

describe.skipIf(!existsSync(SUMMARY))('prices beside the catalogues', () => {
  const [header = '', ...rows] = existsSync(SUMMARY)
    ? readFileSync(SUMMARY, 'utf8').trim().split('\n')
    : []
  const columns = header.split(',')
  const table = rows.map((row) => {
    const cells = row.split(',')
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']))
  })
  const CATALOGUES = ['portkey', 'modelsdev', 'genaiprices']
  const NAMES: Readonly<Record<string, string>> = { google: 'gemini' }

  const rowsOf = (destination: string, upstreamModel: string) =>
    table.filter(
      (row) =>
        (NAMES[row['destination'] ?? ''] ?? row['destination']) === destination &&
        upstreamModel.endsWith(row['model'] ?? ''),
    )

  // Where a catalogue is known to be wrong, or holds the price of another day.
  const TOO_DEAR = new Set([
    'together/qwen3.5-397b-a17b',
    'together/qwen3.5-9b',
    'gemini/gemini-3.6-flash',
    'gemini/gemini-3.7-flash',
  ])

  const compared = offers.flatMap(({ model, offer }) => {
    const meters = priceOn(offer.destination, model.id)?.meters
    return rowsOf(offer.destination, offer.upstreamModel).flatMap((row) =>
      (
        [
          ['in', meters?.input],
          ['out', meters?.output],
        ] as const
      ).map(([side, ours]) => ({
        id: `${offer.destination}/${model.id}`,
        ratios: CATALOGUES.map((name) => Number(row[`${name}_${side}`]))
          .filter((usd) => usd > 0)
          .map((usd) => (ours ?? 0) / 1_000_000 / usd),
      })),
    )
  })

  test('are compared', () => expect(compared.length).toBeGreaterThan(100))

  test('agree within 2 % with one of them', () =>
    expect(
      compared.filter(({ ratios }) => !ratios.some((ratio) => Math.abs(ratio - 1) <= 0.02)),
    ).toEqual([]))

  test('are the dearest of them, but for what is known to be wrong', () =>
    expect(
      compared.filter(({ id, ratios }) => Math.min(...ratios) < 0.98 && !TOO_DEAR.has(id)),
    ).toEqual([]))
})
