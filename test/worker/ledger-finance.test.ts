import { beforeAll, expect, test, vi } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import { books, BUNDLE, call, COST, financeEnv, report, verify } from './ledger-books.ts'

// Entries reach the ledger by the queue, about a second each time.
vi.setConfig({ testTimeout: 30_000 })

let env: Env
beforeAll(async () => {
  env = await financeEnv()
})

test.concurrent('a statement breaks a month down, and every breakdown has the same total', async () => {
  await books(env, 'stated', [
    {},
    { facts: { team: 'claims', costCentre: 'cc-9' } },
    { period: '2026-11' },
  ])
  for (const by of [
    'cost_centre',
    'team',
    'app',
    'key_id',
    'model',
    'destination',
    'class',
    'level',
  ]) {
    const { lines, ledger } = await report(env, 'stated', 'statement', `&by=${by}`)
    expect(ledger.through).toBe(ledger.head)
    expect(
      lines.reduce((sum, line) => sum + BigInt(line['costPicoUsd'] ?? 0), 0n),
      by,
    ).toBe(2n * BigInt(COST))
  }
  expect((await report(env, 'stated', 'statement', '&by=class')).lines).toMatchObject([
    { key: 'closed', requests: 2 },
  ])
})

test.concurrent('the FOCUS export is the ledger, meter by meter', async () => {
  await books(env, 'focus', [{}, {}])
  const { text } = await call(
    env,
    'GET',
    '/ledger/export?tenant=focus&period=2026-10&format=focus&as=ndjson',
  )
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows).toMatchObject([
    {
      SkuMeter: 'Input Tokens',
      BilledCost: '2.0',
      PricingQuantity: '2.0',
      x_RequestCount: '2',
      PublisherName: 'Anthropic',
    },
    { SkuMeter: 'Output Tokens', BilledCost: '1.0', PricingQuantity: '0.2', x_RequestCount: '0' },
  ])
})

const askBatch = () => call(env, 'GET', '/ledger/export?tenant=erp&period=2026-10&format=journal')

test.concurrent('a batch for the general ledger balances, and is the same batch when asked again', async () => {
  await books(env, 'erp', [{}, { facts: { costCentre: 'cc-9' } }])
  const [first, second] = [await askBatch(), await askBatch()]
  expect(first.text).toBe(second.text)
  const [, , , credit, control] = first.text.split('\r\n')
  expect(credit).toMatch(/unassigned,,,"Anthropic, PBC",0\.00,3\.00,USD,-3,$/)
  expect(control).toMatch(/^control,demarc-erp-2026-10-[0-9a-f]{16},3,.*,3\.00,3\.00,USD,3,0\.00$/)
})

test.concurrent('what a guardrail cost is the difference to the cheapest place that it removed', async () => {
  const { guardrails } = JSON.parse(BUNDLE)
  const guardrail: unknown = guardrails[0].id
  const receipt = {
    removed: [
      { destination: 'workers-ai', by: guardrail },
      { destination: 'vllm', by: 'unconfigured' },
    ],
    requestedModel: 'auto',
  }
  await books(env, 'private', [{ receipt }, {}])
  const { lines } = await report(env, 'private', 'privacy')
  expect(lines).toMatchObject([{ guardrail, requests: 1, costPicoUsd: COST }])
  expect(BigInt(lines[0]?.['alonePicoUsd'] ?? 0)).toBeGreaterThan(0n)
})

const invoice = (amount: string, post: boolean) => ({
  tenant: 'invoiced',
  destination: 'anthropic',
  format: 'anthropic-costs',
  fileHash: 'f'.repeat(64),
  lines: [
    {
      day: '2026-10-05',
      model: 'claude-haiku-4-5-20251001',
      requestId: null,
      costPicoUsd: amount,
      requests: null,
      tokens: null,
    },
  ],
  post,
  reason: 'invoice of October',
})

test.concurrent('a difference to an invoice becomes entries, once, and the month then agrees', async () => {
  await books(env, 'invoiced', [{}, { facts: { costCentre: 'cc-9' } }])
  const ask = async (post: boolean) =>
    (await call(env, 'POST', '/ledger/reconcile', invoice('5000000000000', post))).body.json<{
      proposed: number
      booked: number[]
      variances: { reason: string; differencePicoUsd: string }[]
    }>()
  const found = await ask(false)
  expect(found).toMatchObject({
    proposed: 2,
    booked: [],
    variances: [{ reason: 'unknown', differencePicoUsd: '2000000000000' }],
  })
  const booked = await ask(true)
  expect(booked.booked).toHaveLength(2)
  const { lines } = await report(env, 'invoiced', 'statement')
  expect(lines.map(({ costPicoUsd }) => costPicoUsd)).toEqual(['2500000000000', '2500000000000'])
  const again = await ask(true)
  expect([again.variances[0]?.reason, again.proposed]).toEqual(['match', 0])
  expect(await verify(env, 'invoiced')).toMatchObject({ holds: true })
})

test.each([
  ['an unknown report', '/ledger/report/nothing?period=2026-10', 'one of statement'],
  [
    'a statement by something else',
    '/ledger/report/statement?period=2026-10&by=mood',
    'one of cost_centre',
  ],
  ['a month that is none', '/ledger/export?period=2026-13', 'a calendar month'],
  [
    'a format that is none',
    '/ledger/export?period=2026-10&format=pdf',
    'one of csv, focus, journal',
  ],
])('%s is refused, and the answer says what there is', async (_name, path, says) => {
  const { status, text } = await call(env, 'GET', path)
  expect([status, text]).toEqual([422, expect.stringContaining(says)])
})
