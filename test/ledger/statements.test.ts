import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ErpAccumulator, erpCsv } from '../../src/ledger/erp-journal.ts'
import type { Finance } from '../../src/ledger/finance.ts'
import type { Posting } from '../../src/ledger/postings.ts'
import { rollUp } from '../../src/ledger/rollup.ts'
import { sealStatement, statementCsv, type Statement } from '../../src/ledger/statement.ts'
import { answered, contextOf } from './books.ts'

const HAIKU = 'anthropic/claude-haiku-4-5@2026-01-01'
const GPT = 'openai/gpt-5.4@2026-01-01'

function batch(postings: readonly Posting[], finance: Partial<Finance> = {}) {
  const collected = new ErpAccumulator(contextOf(finance), '2026-11')
  for (const row of rollUp(postings, () => [])) collected.push(row)
  return collected.finish()
}

const cost = (version: string, cost_pico: string, costCentre = 'cc-1'): Posting => ({
  ...answered(version, { input: 1 }, { costCentre }),
  cost_pico,
})

const amounts = ({ lines }: ReturnType<typeof batch>) =>
  lines.map(({ glAccount, costCentre, legalEntity, debit, credit }) => [
    glAccount,
    costCentre,
    legalEntity,
    debit,
    credit,
  ])

test('cost centres are debited, each provider is credited with what its debits come to, and the batch balances', () => {
  const made = batch([
    cost(HAIKU, '1005000000000'),
    cost(HAIKU, '2000000000000', 'cc-2'),
    cost(GPT, '-3000000000000'),
  ])
  expect(amounts(made)).toEqual([
    ['unassigned', 'cc-1', 'anthropic Inc.', 101n, 0n],
    ['unassigned', 'cc-1', 'openai Inc.', 0n, 300n],
    ['unassigned', 'cc-2', 'anthropic Inc.', 200n, 0n],
    ['unassigned', '', 'anthropic Inc.', 0n, 301n],
    ['unassigned', '', 'openai Inc.', 300n, 0n],
  ])
  expect(made.control).toEqual({
    lines: 5,
    debit: 601n,
    credit: 601n,
    picoUsd: 5_000_000_000n,
    rounding: 0n,
  })
  expect(made.postingDate).toBe('2026-11-30')
})

test('what rounding each line has added is said', () => {
  const thirds = ['a', 'b', 'c'].map((name) => cost(HAIKU, '4000000000', name))
  expect(batch(thirds).control).toMatchObject({
    debit: 0n,
    picoUsd: 12_000_000_000n,
    rounding: -1n,
  })
})

test('the same month is the same batch, another figure another one', () => {
  const [first, again, other] = ['70', '70', '10000000071'].map(
    (pico) => batch([cost(HAIKU, pico)]).batchId,
  )
  expect(first).toMatch(/^demarc-acme-2026-11-[0-9a-f]{16}$/)
  expect([again === first, other === first]).toEqual([true, false])
})

test('amounts are in the functional currency, and a day without a rate makes no batch', () => {
  const euro = {
    functionalCurrency: 'EUR',
    fxRates: [{ currency: 'EUR', from: '2026-11-24', perUsd: '0.5', source: 'test' }],
  }
  expect(batch([cost(HAIKU, '3000000000000')], euro).control).toMatchObject({
    debit: 150n,
    picoUsd: 3_000_000_000_000n,
  })
  const later = {
    ...euro,
    fxRates: [{ currency: 'EUR', from: '2026-11-25', perUsd: '0.5', source: 'test' }],
  }
  expect(() => batch([cost(HAIKU, '1')], later)).toThrow('no rate of EUR for 2026-11-24')
})

test('the control record closes the file', () => {
  const lines = erpCsv(batch([cost(HAIKU, '3000000000000')]))
    .trimEnd()
    .split('\r\n')
  expect(lines).toHaveLength(4)
  expect(lines.at(-1)).toMatch(
    /^control,demarc-acme-[^,]+,2,default,2026-11,2026-11-30,,,,,3\.00,3\.00,USD,3,0\.00$/,
  )
})

const figures = (key: string, costPicoUsd: string) => ({
  key,
  requests: 2,
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 1,
  costPicoUsd,
})

const STATEMENT: Statement = {
  version: 1,
  tenant: 'acme',
  company: 'Acme',
  period: '2026-11',
  throughSeq: 9,
  headHash: 'a'.repeat(64),
  financeHash: 'b'.repeat(64),
  totalPicoUsd: '9007199254740993',
  byKind: [figures('settle', '9007199254740994'), figures('adjust', '-1')],
  sections: { team: [figures('=search', '9007199254740993')] },
}

test('a statement is sealed by the digest of its very text', () => {
  const { text, digest } = sealStatement(STATEMENT)
  expect(digest).toBe(createHash('sha256').update(text).digest('hex'))
  expect(sealStatement(JSON.parse(text)).digest).toBe(digest)
  expect(sealStatement({ ...STATEMENT, totalPicoUsd: '1' }).digest).not.toBe(digest)
})

test('as CSV it says the same, exactly, and runs nothing', () => {
  expect(statementCsv(STATEMENT).trimEnd().split('\r\n').slice(1)).toEqual([
    'kind,settle,2,3,0,0,1,9007.199254740994,9007199254740994',
    'kind,adjust,2,3,0,0,1,-0.000000000001,-1',
    "team,'=search,2,3,0,0,1,9007.199254740993,9007199254740993",
    'total,,4,6,0,0,2,9007.199254740993,9007199254740993',
  ])
})
