import { beforeAll, expect, test, vi } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import { books, BOUND, call, correct, COST, financeEnv, report, verify } from './ledger-books.ts'

// Entries reach the ledger by the queue, about a second each time.
vi.setConfig({ testTimeout: 30_000 })

let env: Env
beforeAll(async () => {
  env = await financeEnv()
})

const period = (tenant: string, state: string) =>
  call(env, 'POST', '/ledger/period', { tenant, period: '2026-10', state, reason: 'month end' })

test.concurrent('a correction reverses and books anew, once, and the books still hold', async () => {
  await books(env, 'corrected', [{}])
  await report(env, 'corrected', 'daily')
  const rebook = [{ type: 'rebook', seq: 2, costCentre: 'cc-right', costPicoUsd: '7' }]
  const first = await correct(env, 'corrected', 'fix-1', rebook)
  const again = await correct(env, 'corrected', 'fix-1', rebook)
  expect([first.status, await again.body.json()]).toEqual([200, await first.body.json()])
  const { lines } = await report(env, 'corrected', 'statement')
  expect(lines).toMatchObject([
    { key: 'cc-right', costPicoUsd: '7' },
    { key: 'cc-4711', costPicoUsd: '0' },
  ])
  expect(await verify(env, 'corrected')).toMatchObject({ holds: true, findings: [] })
})

test.concurrent('a correction of what is not there is refused', async () => {
  await books(env, 'nothing-there', [{}])
  const { status, text } = await correct(env, 'nothing-there', 'fix-1', [
    { type: 'rebook', seq: 99 },
  ])
  expect([status, text]).toEqual([409, expect.stringContaining('there is no posting 99')])
})

test.concurrent('a closed month takes no postings; what comes later is a correction in the open one', async () => {
  await books(env, 'closed', [{}])
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
    (await correct(env, 'closed', 'late-1', [{ type: 'rebook', seq: 2, costPicoUsd: '7' }])).status,
  ).toBe(200)
  expect((await report(env, 'closed', 'statement')).lines).toMatchObject([{ costPicoUsd: COST }])
  expect(await verify(env, 'closed')).toMatchObject({ holds: true })
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
  await books(env, 'kept', [{}])
  await period('kept', 'closed')
  const ask = async () =>
    (await call(env, 'GET', '/ledger/statement?tenant=kept&period=2026-10')).body.json<{
      isDraft: boolean
      digest: string
    }>()
  const closed = await ask()
  expect(closed.isDraft).toBe(false)
  expect((await period('kept', 'closed')).text).toContain('2026-10 is closed')
  expect((await period('kept', 'open')).status).toBe(200)
  await correct(env, 'kept', 'fix-1', [{ type: 'rebook', seq: 2, costPicoUsd: '7' }])
  await period('kept', 'closed')
  expect((await ask()).digest).not.toBe(closed.digest)
  const { events } = await (
    await call(env, 'GET', '/ledger/period?tenant=kept')
  ).body.json<{
    events: { state: string }[]
  }>()
  expect(events.map(({ state }) => state)).toEqual(['closed', 'open', 'closed'])
})

test.concurrent('a month that is not over, or has an earlier one open before it, is not closed', async () => {
  await books(env, 'early', [{ period: '2026-09' }, {}])
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
  await books(env, 'accrued', [{}])
  await report(env, 'accrued', 'daily')
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
  expect((await correct(env, 'accrued', 'accrual-1', [accrual])).status).toBe(200)
  await report(env, 'accrued', 'daily')
  const { results } = await env.DB.prepare(
    `SELECT period, outcome, cost_pico FROM posting WHERE tenant = 'accrued' AND kind = 'adjust' ORDER BY seq`,
  ).all()
  expect(results).toEqual([
    { period: '2026-10', outcome: 'accrual', cost_pico: '500' },
    { period: '2026-11', outcome: 'accrual-reversal', cost_pico: '-500' },
  ])
})

test.concurrent('soft-closing brings what stands at its bound to the best estimate', async () => {
  await books(env, 'soft', [{}, { costPicoUsd: null, usage: null }])
  expect((await period('soft', 'soft-closed')).status).toBe(200)
  const { lines } = await report(env, 'soft', 'statement')
  expect(lines).toMatchObject([{ key: 'cc-4711', costPicoUsd: String(2n * BigInt(COST)) }])
  expect((await period('soft', 'soft-closed')).status).toBe(200)
  await report(env, 'soft', 'daily')
  const { results } = await env.DB.prepare(
    `SELECT period, outcome, cost_pico FROM posting WHERE tenant = 'soft' AND kind = 'adjust' ORDER BY seq`,
  ).all()
  const down = BOUND - BigInt(COST)
  expect(results).toEqual([
    { period: '2026-10', outcome: 'accrual', cost_pico: `-${down}` },
    { period: '2026-11', outcome: 'accrual-reversal', cost_pico: String(down) },
  ])
})

test.concurrent('a statement is signed with the key that is set, over its very text', async () => {
  const made = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])
  if (!('privateKey' in made)) throw new TypeError('Ed25519 makes a pair')
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', made.privateKey)
  if (!(pkcs8 instanceof ArrayBuffer)) throw new TypeError('PKCS #8 is bytes')
  const signing = { ...env, STATEMENT_KEY: btoa(String.fromCharCode(...new Uint8Array(pkcs8))) }
  await books(env, 'signed', [{}])
  const change = { tenant: 'signed', period: '2026-10', state: 'closed', reason: 'month end' }
  expect((await call(signing, 'POST', '/ledger/period', change)).status).toBe(200)
  const stored = await call(env, 'GET', '/ledger/statement?tenant=signed&period=2026-10')
  const { text, signature } = await stored.body.json<{ text: string; signature: string }>()
  const bytes = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0))
  const holds = async (signed: string): Promise<boolean> =>
    await crypto.subtle.verify('Ed25519', made.publicKey, bytes, new TextEncoder().encode(signed))
  expect([await holds(text), await holds(`${text} `)]).toEqual([true, false])
})
