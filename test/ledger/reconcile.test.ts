import { expect, test } from 'vitest'
import { amountPico, type InvoiceLine } from '../../src/ledger/invoices/invoice.ts'
import {
  proposals,
  reconcile,
  reconcileRequests,
  type LedgerRow,
} from '../../src/ledger/reconcile.ts'
import { NO_SUMS } from '../../src/ledger/rollup.ts'
import { CATALOG, finance } from './books.ts'

const DAY = '2026-11-03'
const USD = 1_000_000_000_000n

const row = (changes: Partial<LedgerRow> = {}): LedgerRow => ({
  ...NO_SUMS,
  day: DAY,
  model: 'claude-haiku-4-5',
  usage_source: 'provider',
  kind: 'settle',
  cost_centre: 'cc-1',
  team: 'search',
  app: 'assistant',
  legal_entity: 'Anthropic, PBC',
  attempts: 10,
  requests: 10,
  input_tokens: 100_000_000,
  costPicoUsd: 100n * USD,
  ...changes,
})

const line = (usd: string, changes: Partial<InvoiceLine> = {}): InvoiceLine => ({
  day: DAY,
  model: 'claude-haiku-4-5-20251001',
  requestId: null,
  costPicoUsd: String(amountPico(usd)),
  requests: null,
  tokens: null,
  ...changes,
})

const tokens = (input: number): InvoiceLine['tokens'] => ({
  input_tokens: input,
  cached_input_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 0,
})

const given = (lines: readonly InvoiceLine[]) => ({
  lines,
  destination: 'anthropic',
  catalog: CATALOG,
  finance: finance(),
})

test.each<[string, readonly LedgerRow[], readonly InvoiceLine[], string, string]>([
  ['equal figures match', [row()], [line('100')], 'match', '0'],
  ['the lines of a day and model are added up', [row()], [line('60'), line('40')], 'match', '0'],
  ['cents within the tolerance are rounding', [row()], [line('100.4')], 'rounding', '400000000000'],
  [
    'a dollar is the least tolerance',
    [row({ costPicoUsd: USD })],
    [line('1.9')],
    'rounding',
    '900000000000',
  ],
  [
    'the same tokens at another price',
    [row()],
    [line('120', { tokens: tokens(100_000_000) })],
    'price-change',
    '20000000000000',
  ],
  [
    'more tokens, and streams whose usage was counted here',
    [row(), row({ usage_source: 'counted', costPicoUsd: 0n, requests: 1, input_tokens: 0 })],
    [line('120', { tokens: tokens(120_000_000) })],
    'missed-stream',
    '20000000000000',
  ],
  [
    'more tokens and more requests than passed through',
    [row()],
    [line('120', { tokens: tokens(120_000_000), requests: 12 })],
    'never-passed-through',
    '20000000000000',
  ],
  ['a day that the ledger does not know', [], [line('5')], 'never-passed-through', '5000000000000'],
  [
    'tokens that were not priced',
    [row({ costPicoUsd: 0n })],
    [line('5')],
    'unpriced',
    '5000000000000',
  ],
  [
    'accrued at the bound',
    [row(), row({ kind: 'expire', usage_source: 'bound', costPicoUsd: 50n * USD })],
    [line('101')],
    'accrued-bound',
    '-49000000000000',
  ],
  [
    'a bill of more requests, without tokens',
    [row()],
    [line('120', { requests: 12 })],
    'never-passed-through',
    '20000000000000',
  ],
  [
    'less than the ledger without a bound',
    [row()],
    [line('50', { tokens: tokens(50_000_000) })],
    'unknown',
    '-50000000000000',
  ],
  [
    'nothing invoiced yet',
    [row()],
    [line('0', { costPicoUsd: null })],
    'not-invoiced',
    '-100000000000000',
  ],
  [
    'a report of tokens only is priced here',
    [row()],
    [line('0', { costPicoUsd: null, tokens: tokens(100_000_000) })],
    'match',
    '0',
  ],
  ['a provider that names no model', [row()], [line('100', { model: null })], 'match', '0'],
])('%s', (_name, rows, lines, reason, difference) => {
  const [variance] = reconcile(rows, given(lines))
  expect([variance?.reason, String(variance?.differencePicoUsd)]).toEqual([reason, difference])
})

test('a difference is borne in the share of cost, to the pico-dollar, and what matches is left alone', () => {
  const rows = [
    row({ costPicoUsd: 200n * USD }),
    row({ cost_centre: 'cc-2', costPicoUsd: 100n * USD }),
  ]
  const lines = [line('320.000000000001')]
  const booked = proposals(reconcile(rows, given(lines)), rows, given(lines))
  expect(
    booked.map((each) =>
      each.type === 'difference' ? [each.costCentre, each.costPicoUsd, each.period] : [],
    ),
  ).toEqual([
    ['cc-2', '6666666666667', '2026-11'],
    ['cc-1', '13333333333334', '2026-11'],
  ])
  expect(proposals(reconcile(rows, given([line('300')])), rows, given([]))).toEqual([])
})

test('spend that never passed through is nobody in particular', () => {
  const lines = [line('5')]
  expect(proposals(reconcile([], given(lines)), [], given(lines))).toMatchObject([
    { costCentre: 'unassigned', costPicoUsd: '5000000000000', legalEntity: 'anthropic Inc.' },
  ])
})

const request = (requestId: string) => ({
  requestId,
  day: DAY,
  model: 'claude-haiku-4-5',
  costPicoUsd: 5n * USD,
  tokens: 5n,
})

test('requests are matched by the provider’s own id', () => {
  const lines = [line('5', { requestId: 'a' }), line('7', { requestId: 'c' })]
  const found = reconcileRequests([request('a'), request('b')], given(lines))
  expect(found.map(({ requestId, reason }) => [requestId, reason])).toEqual([
    ['a', 'match'],
    ['b', 'not-invoiced'],
    ['c', 'never-passed-through'],
  ])
})
