import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestEstimates } from '../../src/ledger/accruals.ts'
import { divideRounded, glOf, rateOf, sharesOf, split } from '../../src/ledger/finance.ts'
import { monthShare } from '../../src/ledger/focus/extras.ts'
import { NO_SUMS, type Sums } from '../../src/ledger/rollup.ts'
import { finance } from './books.ts'

const sums = (changes: Partial<Sums> = {}): Sums => ({ ...NO_SUMS, ...changes })

test('a reorganisation holds from its day on, and a split loses nothing', () => {
  const shares = [
    { costCentre: 'x', basisPoints: 3333 },
    { costCentre: 'y', basisPoints: 6667 },
  ]
  const dated = finance({
    costCentres: [{ from: '2026-11-10', to: '2026-11-12', team: 'claims', shares }],
  })
  const owner = { cost_centre: 'old', team: 'claims', app: 'bot' }
  expect(sharesOf(dated, owner, '2026-11-09')).toEqual([{ costCentre: 'old', basisPoints: 10_000 }])
  expect(sharesOf(dated, owner, '2026-11-10')).toEqual(shares)
  expect(sharesOf(dated, owner, '2026-11-12')).toEqual([{ costCentre: 'old', basisPoints: 10_000 }])
  fc.assert(
    fc.property(fc.bigInt(), (amount) => {
      expect(split(amount, shares).reduce((a, b) => a + b, 0n)).toBe(amount)
    }),
  )
})

test('a purchase falls into months by days, and the months are the whole', () => {
  const purchase = {
    id: 'p',
    description: 'p',
    kind: 'cluster' as const,
    destination: 'vllm',
    from: '2026-10-20',
    to: '2027-01-15',
    amountMicroUsd: 1_000_000_007,
    costCentre: 'x',
  }
  const months = ['2026-09', '2026-10', '2026-11', '2026-12', '2027-01', '2027-02'].map((month) =>
    monthShare(purchase, month),
  )
  expect(months.reduce((a, b) => a + b, 0n)).toBe(1_000_000_007n)
  expect([months[0], months[5]]).toEqual([0n, 0n])
})

test('a currency is converted at the rate of the day, or not at all', () => {
  const euro = finance({
    functionalCurrency: 'EUR',
    fxRates: [{ currency: 'EUR', from: '2026-11-10', perUsd: '0.92', source: 'test' }],
  })
  expect([rateOf(euro, '2026-11-09'), rateOf(euro, '2026-11-10')]).toEqual([
    undefined,
    { units: 92n, per: 100n },
  ])
  expect([divideRounded(5n, 2n), divideRounded(-5n, 2n), divideRounded(4n, 3n)]).toEqual([
    3n,
    -3n,
    1n,
  ])
})

test('the first account that fits is taken, and none that fits is said', () => {
  const rules = finance({
    glAccounts: [
      { class: 'onprem', account: '6420', taxCode: 'V0' },
      { destination: 'openai', account: '6815', taxCode: 'V19' },
    ],
  })
  expect([
    glOf(rules, 'vllm', 'onprem').account,
    glOf(rules, 'openai', 'closed').account,
    glOf(rules, 'x', 'edge').account,
  ]).toEqual(['6420', '6815', 'unassigned'])
})

const group = (changes: Partial<Sums & { kind: string; usage_source: string }>) => ({
  ...sums({ attempts: 1, requests: 1 }),
  cost_centre: 'cc',
  team: 't',
  app: 'a',
  destination: 'd',
  legal_entity: 'l',
  model: 'm',
  kind: 'settle',
  usage_source: 'provider',
  ...changes,
})
const answered = group({ attempts: 10, costPicoUsd: 100n })
const bound = group({ kind: 'expire', usage_source: 'bound', costPicoUsd: 5000n })

test.each([
  ['the bound comes down to what answers cost on average', [answered, bound], ['-4990']],
  [
    'a bound that was reversed is left alone',
    [answered, bound, { ...bound, kind: 'reverse', requests: -1, costPicoUsd: -5000n }],
    [],
  ],
  ['without an answer there is no estimate', [bound], []],
  ['a bound is never raised', [{ ...answered, costPicoUsd: 10n ** 6n }, bound], []],
])('best estimate: %s', (_name, rows, costs) => {
  expect(bestEstimates(rows, '2026-11').map(({ costPicoUsd }) => costPicoUsd)).toEqual(costs)
})
