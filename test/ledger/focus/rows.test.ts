import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseUsd } from '../../../src/domain/money.ts'
import { tiersIn } from '../../../src/ledger/catalog.ts'
import {
  FOCUS_COLUMNS,
  focusHeader,
  focusLines,
  type FocusRow,
} from '../../../src/ledger/focus/columns.ts'
import { FocusExtras } from '../../../src/ledger/focus/extras.ts'
import { decimalOf, isProduct } from '../../../src/ledger/focus/formats.ts'
import { FocusModel } from '../../../src/ledger/focus/rule-model.ts'
import { focusRows } from '../../../src/ledger/focus/rows.ts'
import { FocusValidator } from '../../../src/ledger/focus/validate.ts'
import type { Finance } from '../../../src/ledger/finance.ts'
import { rollUp } from '../../../src/ledger/rollup.ts'
import type { Posting } from '../../../src/ledger/postings.ts'
import { answered, CATALOG, contextOf, post, PRICES } from '../books.ts'
import { settled } from '../entries.ts'

const picoOf = (text: string | null): bigint => {
  const { units, scale } = decimalOf(text ?? '') ?? { units: 0n, scale: 0 }
  return units * 10n ** BigInt(12 - scale)
}

function exported(
  postings: readonly Posting[],
  finance: Partial<Finance> = {},
): readonly FocusRow[] {
  const context = contextOf(finance)
  const rolled = rollUp(postings, tiersIn(CATALOG.prices))
  const extras = new FocusExtras(context, '2026-11')
  for (const row of rolled) extras.push(row)
  return [...rolled.flatMap((row) => focusRows(row, context)), ...extras.finish()]
}

const total = (
  rows: readonly FocusRow[],
  column: 'BilledCost' | 'EffectiveCost' | 'ListCost' = 'BilledCost',
) => rows.reduce((sum, row) => sum + picoOf(row[column]), 0n)

const count = fc.nat({ max: 400_000 })
const postings = fc.array(
  fc
    .tuple(
      fc.constantFrom(...PRICES.map(({ version }) => version)),
      fc.record({
        input: count,
        cachedInput: count,
        cacheWrite5m: count,
        cacheWrite1h: count,
        output: count,
      }),
      fc.constantFrom('search', 'claims'),
    )
    .map(([version, tokens, team]) => answered(version, tokens, { team })),
  { maxLength: 20 },
)

const REORGANISED: Partial<Finance> = {
  costCentres: [
    {
      from: '2026-01-01',
      team: 'claims',
      shares: [
        { costCentre: 'cc-1', basisPoints: 3333 },
        { costCentre: 'cc-2', basisPoints: 6667 },
      ],
    },
  ],
}

test('every charge is price times quantity, and together they are the ledger, to the pico-dollar', () => {
  fc.assert(
    fc.property(postings, fc.boolean(), (all, isSplit) => {
      const rows = exported(all, isSplit ? REORGANISED : {})
      expect(total(rows)).toBe(all.reduce((sum, { cost_pico }) => sum + BigInt(cost_pico), 0n))
      for (const row of rows) {
        const { ListUnitPrice, PricingQuantity, ListCost } = row
        expect(isProduct(ListUnitPrice ?? '', PricingQuantity ?? '', ListCost ?? '')).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})

const HAIKU = 'anthropic/claude-haiku-4-5@2026-01-01'
const GPT = 'openai/gpt-5.4@2026-01-01'
const OWN = 'vllm/qwen3-30b-a3b@2026-01-01'

test('each meter is a charge of its own', () => {
  const rows = exported([
    answered(HAIKU, { input: 1_234_567, cachedInput: 2_000_000, cacheWrite1h: 10, output: 5 }),
  ])
  expect(
    rows.map((row) => [row.SkuMeter, row.PricingQuantity, row.ListUnitPrice, row.BilledCost]),
  ).toEqual([
    ['Input Tokens', '1.234567', '1.0', '1.234567'],
    ['Cache Read Input Tokens', '2.0', '0.1', '0.2'],
    ['Cache Write 1h Input Tokens', '0.00001', '2.0', '0.00002'],
    ['Output Tokens', '0.000005', '5.0', '0.000025'],
  ])
  expect(rows.map((row) => row.x_RequestCount)).toEqual(['1', '0', '0', '0'])
})

test('a tier of a price is a price of its own, and begins above its bound', () => {
  const rows = exported([100, 272_000, 272_001].map((input) => answered(GPT, { input })))
  expect(
    rows.map((row) => [
      row.ConsumedQuantity,
      row.ListUnitPrice,
      row.SkuPriceId?.includes('tier 1'),
    ]),
  ).toEqual([
    ['272100.0', '2.5', false],
    ['272001.0', '5.0', true],
  ])
})

test.each([
  [110_000, '-0.11'],
  [900_000, '-0.2'],
])(
  'a credit of %d micro-dollars a day takes off %s and never more than the day cost',
  (microUsdPerDay, off) => {
    const credit = {
      id: 'free',
      description: 'free',
      destination: 'anthropic',
      from: '2026-01-01',
      microUsdPerDay,
    }
    const rows = exported([answered(HAIKU, { input: 200_000 })], { credits: [credit] })
    expect(rows.filter(({ ChargeCategory }) => ChargeCategory === 'Credit')).toMatchObject([
      { BilledCost: off, EffectiveCost: off, ListCost: '0.0', ProviderName: 'anthropic Inc.' },
    ])
  },
)

const bound = settled('5000000007', {
  kind: 'expire',
  outcome: 'expired',
  usage: null,
  usageSource: 'bound',
})
const purchase = {
  id: 'cluster-1',
  description: 'H100 cluster',
  kind: 'cluster' as const,
  destination: 'vllm',
  from: '2026-11-01',
  to: '2026-12-01',
  amountMicroUsd: 3_000_000_000,
  capacityTokens: 4_000_000,
  costCentre: 'platform',
}

test('a cluster is bought once and borne by those who used it; what stood idle is shown', () => {
  const rows = exported(
    [
      answered(OWN, { input: 1_000_000 }),
      answered(OWN, { output: 1_000_000 }, { team: 'claims', costCentre: 'cc-9' }),
    ],
    { purchases: [purchase] },
  )
  expect(
    rows
      .filter(({ EffectiveCost }) => EffectiveCost !== '0.0')
      .map((row) => [row.SkuMeter, row.x_CostCentre, row.EffectiveCost]),
  ).toEqual([
    ['Allocated Cluster Cost', 'cc-4711', '750.0'],
    ['Allocated Cluster Cost', 'cc-9', '750.0'],
    ['Idle Cluster Cost', 'platform', '1500.0'],
  ])
  expect(total(rows)).toBe(parseUsd('3000'))
  expect(total(rows, 'EffectiveCost')).toBe(parseUsd('3000'))
})

test.each([
  ['correction', 'Adjustment', null],
  ['late-correction', 'Usage', 'Correction'],
  ['accrual', 'Adjustment', null],
])('what finance books as %s is %s of class %s', (outcome, category, chargeClass) => {
  const booked = { ...answered(HAIKU, { input: 1 }), kind: 'adjust', outcome, cost_pico: '-77' }
  expect(exported([booked])).toMatchObject([
    {
      ChargeCategory: category,
      ChargeClass: chargeClass,
      BilledCost: '-0.000000000077',
      x_RequestCount: '0',
    },
  ])
})

test('a file is CSV with one header, decimals with a point and nothing for null', () => {
  const [row] = exported([answered(HAIKU, { input: 1 })])
  expect(focusHeader()).toBe(`${FOCUS_COLUMNS.join(',')}\r\n`)
  expect(row?.ConsumedQuantity).toBe('1.0')
  expect(row?.ChargePeriodStart).toBe('2026-11-24T00:00:00Z')
  expect(focusLines(row === undefined ? [] : [row])).toContain(
    ',2026-11-25T00:00:00Z,2026-11-24T00:00:00Z,,1.0,Tokens,',
  )
})

const RULES = join(import.meta.dirname, '../../../../shared/data/focus/model-1.2.json')

/** Everything that can be in an export: usage with all meters and tiers, accruals, corrections, purchases, idle, credits. */
const EVERYTHING = exported(
  [
    answered(HAIKU, {
      input: 1_234_567,
      cachedInput: 77,
      cacheWrite5m: 5,
      cacheWrite1h: 9,
      output: 31,
    }),
    answered(GPT, { input: 300_000, output: 12 }, { team: 'claims' }),
    answered('workers-ai/qwen3-30b-a3b@2026-01-01', { input: 999, output: 1 }),
    answered(OWN, { input: 10 }),
    post(bound),
    post({ ...bound, kind: 'reverse', costPicoUsd: '-5000000007' }),
    { ...answered(HAIKU, { input: 1 }), kind: 'adjust', outcome: 'correction', cost_pico: '-77' },
    {
      ...answered(HAIKU, { input: 1 }),
      kind: 'adjust',
      outcome: 'late-correction',
      cost_pico: '99',
    },
    { ...answered(HAIKU, { input: 1 }), kind: 'adjust', outcome: 'accrual', cost_pico: '5' },
  ],
  {
    ...REORGANISED,
    purchases: [purchase],
    credits: [
      {
        id: 'neurons',
        description: 'free neurons',
        destination: 'workers-ai',
        from: '2026-01-01',
        microUsdPerDay: 110_000,
      },
    ],
  },
)

test.skipIf(!existsSync(RULES))(
  'the export passes the official rules of FOCUS 1.2, each one accounted for',
  () => {
    const model = FocusModel.parse(JSON.parse(readFileSync(RULES, 'utf8')))
    const validator = new FocusValidator(model, FOCUS_COLUMNS)
    for (const row of EVERYTHING) validator.push(row)
    const verdicts = [...validator.verdicts()]
    const of = (wanted: string) => verdicts.filter(([, { status }]) => status === wanted)
    expect(of('failed')).toEqual([])
    expect(of('contradiction').map(([id]) => id)).toEqual(['InvoiceId-C-005-C'])
    expect(of('not-applicable').every(([, { reason }]) => (reason ?? '') !== '')).toBe(true)
    expect({ all: verdicts.length, passed: of('passed').length }).toEqual({ all: 621, passed: 286 })
  },
)

test.skipIf(!existsSync(RULES)).each<[string, Partial<FocusRow>, string]>([
  ['a cost that is not price times quantity', { ListCost: '1.0' }, 'ListCost-C-009-C'],
  ['a cost that is empty', { BilledCost: null }, 'BilledCost-C-003-M'],
  ['a date without a time', { ChargePeriodStart: '2026-11-24' }, 'ChargePeriodStart-C-002-M'],
  ['a unit in lower case', { ConsumedUnit: 'tokens' }, 'ConsumedUnit-C-003-O'],
  ['a category of its own', { ChargeCategory: 'Inference' }, 'ChargeCategory-C-003-M'],
  ['tags that are not flat', { Tags: '{"a":{"b":1}}' }, 'Tags-C-001-M'],
  ['a class that is not Correction', { ChargeClass: 'Late' }, 'ChargeClass-C-005-C'],
  ['usage without a SKU', { SkuId: null }, 'SkuId-C-005-C'],
  ['N/A for nothing', { RegionId: 'N/A' }, 'RegionId-C-002-M'],
  ['a currency that is no code', { BillingCurrency: 'usd' }, 'BillingCurrency-C-003-M'],
])('the rules refuse %s', (_name, changes, rule) => {
  const model = FocusModel.parse(JSON.parse(readFileSync(RULES, 'utf8')))
  const validator = new FocusValidator(model, FOCUS_COLUMNS)
  const [row] = exported([answered(HAIKU, { input: 1_234_567 })])
  if (row === undefined) throw new Error('one posting, one charge')
  validator.push({ ...row, ...changes })
  expect(validator.verdicts().get(rule)?.status).toBe('failed')
})
