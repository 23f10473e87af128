import { env as bindings } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import { rollUp, type RolledRow } from '../../src/ledger/rollup.ts'
import { rolledRows, rollUpDays, FIRST_POSITION } from '../../src/worker/stores/ledger-rollup.ts'
import { insertEntries, postingsAfter } from '../../src/worker/stores/ledger.ts'
import { chain, settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'
import { call, spend, tenantWithPolicy, TOKEN, type Spend } from './ledger-books.ts'

let env: Env
let bundle = ''
beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: TOKEN }
  const given: unknown = Reflect.get(bindings, 'TEST_BUNDLE')
  bundle = String(given)
})

const OCTOBER = Date.UTC(2026, 9, 5, 12)
const HAIKU = {
  destination: 'anthropic',
  model: 'claude-haiku-4-5',
  upstreamModel: 'claude-haiku-4-5',
  legalEntity: 'Anthropic, PBC',
}

/** What 1,000,000 tokens in and 100,000 out cost, by the default price book. */
const usage = {
  input: 1_000_000,
  cachedInput: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 100_000,
  reasoning: 0,
}
const COST = '1500000000000'

async function books(tenant: string, spends: readonly Partial<Spend>[]): Promise<void> {
  const policyHash = await tenantWithPolicy(env, tenant, bundle)
  const { prices } = JSON.parse(bundle)
  const version: unknown = prices.find(
    (each: { model: string; destination: string }) =>
      each.model === 'claude-haiku-4-5' && each.destination === 'anthropic',
  )?.version
  for (const [at, each] of spends.entries()) {
    await spend(env, tenant, {
      attempt: `${tenant}-${at}`,
      costPicoUsd: COST,
      period: '2026-10',
      atMs: OCTOBER,
      policyHash,
      usage,
      ...each,
      facts: { ...HAIKU, priceVersion: String(version), ...each.facts },
    })
  }
}

type Answer = { lines: Record<string, string>[]; ledger: { through: number; head: number } }
const report = async (tenant: string, name: string, query = ''): Promise<Answer> =>
  (await call(env, 'GET', `/ledger/report/${name}?tenant=${tenant}&period=2026-10${query}`)).json()

test.concurrent('the database rolls up as the pure function does, in any number of steps', async () => {
  const bodies = Array.from({ length: 300 }, (_, at) => {
    const body = settled(String((at % 7) * 1_000_003 - 5), {
      kind: at % 11 === 0 ? 'expire' : at % 13 === 0 ? 'reverse' : 'settle',
      usage: at % 5 === 0 ? null : { ...usage, input: at * 1000, reasoning: at },
      atMs: OCTOBER + at * 3_600_000,
    })
    return {
      ...body,
      facts: { ...body.facts, team: `team-${at % 3}`, priceVersion: `price-${at % 2}` },
    }
  })
  await insertEntries(env, 'rolled', chain(bodies), OCTOBER)
  const tiersOf = (version: string) => (version === 'price-1' ? [100_000, 200_000] : [])
  const tiers = { versions: ['price-0', 'price-1'], of: tiersOf }
  await rollUpDays(env, 'rolled', 120, tiers)
  await Promise.all([rollUpDays(env, 'rolled', 300, tiers), rollUpDays(env, 'rolled', 300, tiers)])
  await rollUpDays(env, 'rolled', 300, tiers)
  const stored = await rolledRows(env, 'rolled', '2026-11', FIRST_POSITION, 1000)
  const expected = rollUp(await postingsAfter(env, 'rolled', { after: 0 }, 1000), tiersOf)
  const byName = (rows: readonly RolledRow[]): string[] =>
    rows
      .map((row) =>
        JSON.stringify(Object.entries({ ...row, costPicoUsd: String(row.costPicoUsd) }).toSorted()),
      )
      .toSorted()
  expect(expected.length).toBeGreaterThan(50)
  expect(byName(stored.map(({ row }) => row))).toEqual(byName(expected))
})

test.concurrent('a statement breaks a month down, and every breakdown has the same total', async () => {
  await books('stated', [
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
    const { lines, ledger } = await report('stated', 'statement', `&by=${by}`)
    expect(ledger.through).toBe(ledger.head)
    expect(
      lines.reduce((sum, line) => sum + BigInt(line['costPicoUsd'] ?? 0), 0n),
      by,
    ).toBe(2n * BigInt(COST))
  }
  expect((await report('stated', 'statement', '&by=class')).lines).toMatchObject([
    { key: 'closed', requests: 2 },
  ])
})

test.concurrent('the FOCUS export is the ledger, meter by meter', async () => {
  await books('focus', [{}, {}])
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

test.concurrent('a batch for the general ledger balances, and is the same batch when asked again', async () => {
  await books('erp', [{}, { facts: { costCentre: 'cc-9' } }])
  const ask = () => call(env, 'GET', '/ledger/export?tenant=erp&period=2026-10&format=journal')
  const [first, second] = [await ask(), await ask()]
  expect(first.text).toBe(second.text)
  const [, , , credit, control] = first.text.split('\r\n')
  expect(credit).toMatch(/unassigned,,,"Anthropic, PBC",0\.00,3\.00,USD,-3,$/)
  expect(control).toMatch(/^control,demarc-erp-2026-10-[0-9a-f]{16},3,.*,3\.00,3\.00,USD,3,0\.00$/)
})

const period = (tenant: string, state: string) =>
  call(env, 'POST', '/ledger/period', { tenant, period: '2026-10', state, reason: 'month end' })

const correct = (tenant: string, batch: string, corrections: unknown[]) =>
  call(env, 'POST', '/ledger/corrections', { tenant, batch, reason: 'wrong team', corrections })

const verify = async (tenant: string) =>
  (await call(env, 'GET', `/ledger/verify?tenant=${tenant}`)).json<{
    holds: boolean
    findings: unknown[]
  }>()

test.concurrent('a correction reverses and books anew, once, and the books still hold', async () => {
  await books('corrected', [{}])
  await report('corrected', 'daily')
  const rebook = [{ type: 'rebook', seq: 2, costCentre: 'cc-right', costPicoUsd: '7' }]
  const first = await correct('corrected', 'fix-1', rebook)
  const again = await correct('corrected', 'fix-1', rebook)
  expect([first.status, again.json()]).toEqual([200, first.json()])
  const { lines } = await report('corrected', 'statement')
  expect(lines).toMatchObject([
    { key: 'cc-right', costPicoUsd: '7' },
    { key: 'cc-4711', costPicoUsd: '0' },
  ])
  expect(await verify('corrected')).toMatchObject({ holds: true, findings: [] })
})

test.concurrent('a correction of what is not there is refused', async () => {
  await books('nothing-there', [{}])
  const { status, text } = await correct('nothing-there', 'fix-1', [{ type: 'rebook', seq: 99 }])
  expect([status, text]).toEqual([409, expect.stringContaining('there is no posting 99')])
})

test.concurrent('a closed month takes no postings; what comes later is a correction in the open one', async () => {
  await books('closed', [{}])
  const done = await period('closed', 'closed')
  expect([done.status, done.text]).toEqual([
    200,
    expect.stringContaining('"totalPicoUsd":"1500000000000"'),
  ])
  await expect(
    env.DB.prepare(
      `INSERT INTO posting SELECT tenant, 999, entry_hash, reserve_seq, decision, attempt, period, posted_ms, kind, outcome,
       team, app, key_id, cost_centre, purpose, surface, destination, account, region, legal_entity, model_requested, model,
       upstream_model, model_served, upstream_request_id, upstream_status, service_tier, finish, form, level, policy_hash,
       price_version, input_tokens, cached_input_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
       reasoning_tokens, usage_source, cost_pico FROM posting WHERE tenant = 'closed' AND seq = 2`,
    ).run(),
  ).rejects.toThrow('the period is closed')
  expect(
    (await correct('closed', 'late-1', [{ type: 'rebook', seq: 2, costPicoUsd: '7' }])).status,
  ).toBe(200)
  expect((await report('closed', 'statement')).lines).toMatchObject([{ costPicoUsd: COST }])
  expect(await verify('closed')).toMatchObject({ holds: true })
  const late = await env.DB.prepare(
    `SELECT period, outcome, cost_pico FROM posting WHERE tenant = 'closed' AND kind = 'adjust' ORDER BY seq`,
  ).all()
  const now = new Date().toISOString().slice(0, 7)
  expect(late.results).toEqual([
    { period: now, outcome: 'late-correction', cost_pico: `-${COST}` },
    { period: now, outcome: 'late-correction', cost_pico: '7' },
  ])
})

test.concurrent('a statement stays what it was, and reopening is on record', async () => {
  await books('kept', [{}])
  await period('kept', 'closed')
  const ask = async () =>
    (await call(env, 'GET', '/ledger/statement?tenant=kept&period=2026-10')).json<{
      isDraft: boolean
      digest: string
    }>()
  const closed = await ask()
  expect(closed.isDraft).toBe(false)
  expect((await period('kept', 'closed')).text).toContain('2026-10 is closed')
  expect((await period('kept', 'open')).status).toBe(200)
  await correct('kept', 'fix-1', [{ type: 'rebook', seq: 2, costPicoUsd: '7' }])
  await period('kept', 'closed')
  expect((await ask()).digest).not.toBe(closed.digest)
  const { events } = (await call(env, 'GET', '/ledger/period?tenant=kept')).json<{
    events: { state: string }[]
  }>()
  expect(events.map(({ state }) => state)).toEqual(['closed', 'open', 'closed'])
})

test.concurrent('a month that is not over, or has an earlier one open before it, is not closed', async () => {
  await books('early', [{ period: '2026-09' }, {}])
  const running = new Date().toISOString().slice(0, 7)
  const now = await call(env, 'POST', '/ledger/period', {
    tenant: 'early',
    period: running,
    state: 'closed',
    reason: 'x',
  })
  expect([now.status, now.text]).toEqual([409, expect.stringContaining('is not over')])
  expect((await period('early', 'closed')).text).toContain('close 2026-09 first')
})

test.concurrent('an accrual is taken back in the next month by itself', async () => {
  await books('accrued', [{}])
  await report('accrued', 'daily')
  const accrual = {
    type: 'accrual',
    period: '2026-10',
    costPicoUsd: '500',
    destination: 'anthropic',
    legalEntity: 'Anthropic, PBC',
    model: 'claude-haiku-4-5',
    costCentre: 'cc-1',
    team: 'search',
    app: 'assistant',
  }
  expect((await correct('accrued', 'accrual-1', [accrual])).status).toBe(200)
  await report('accrued', 'daily')
  const { results } = await env.DB.prepare(
    `SELECT period, outcome, cost_pico FROM posting WHERE tenant = 'accrued' AND kind = 'adjust' ORDER BY seq`,
  ).all()
  expect(results).toEqual([
    { period: '2026-10', outcome: 'accrual', cost_pico: '500' },
    { period: '2026-11', outcome: 'accrual-reversal', cost_pico: '-500' },
  ])
})

test.concurrent('what a guardrail cost is the difference to the cheapest place that it removed', async () => {
  const { guardrails } = JSON.parse(bundle)
  const guardrail: unknown = guardrails[0].id
  const receipt = {
    removed: [
      { destination: 'workers-ai', by: guardrail },
      { destination: 'vllm', by: 'unconfigured' },
    ],
    requestedModel: 'auto',
  }
  await books('private', [{ receipt }, {}])
  const { lines } = await report('private', 'privacy')
  expect(lines).toMatchObject([{ guardrail, requests: 1, costPicoUsd: COST }])
  expect(BigInt(lines[0]?.['alonePicoUsd'] ?? 0)).toBeGreaterThan(0n)
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
