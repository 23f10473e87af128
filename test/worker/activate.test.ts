import { createExecutionContext, runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, expect, test, vi } from 'vitest'
import { LEASE_MARGIN_MS, LEASE_MS } from '../../src/journal/lease.ts'
import { handle } from '../../src/worker/app.ts'
import { activatePolicy, cancelActivation } from '../../src/worker/activate.ts'
import { authorityOf, variable, type Env } from '../../src/worker/env.ts'
import { activations } from '../../src/worker/stores/activations.ts'
import { auditLedger } from '../../src/worker/stores/audit.ts'
import {
  by,
  connect,
  cut,
  everywhere,
  moveTheClock,
  pass,
  put,
  release,
  reserve,
} from './authority-parts.ts'
import { eventually, migratedEnv } from './database.ts'

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

moveTheClock()

test('a planned activation comes into force when its time has come, once', async () => {
  const tenant = 'planned'
  const before = await put(env, tenant, 'a')
  await reserve(env, tenant, before)
  const authority = authorityOf(env, tenant)
  const hash = await release(env, 'b')
  const atMs = Date.now() + 20_000
  const order = { by, nowMs: Date.now(), atMs, base: before }
  expect(await activatePolicy(env, tenant, hash, order)).toMatchObject({
    ok: true,
    value: { state: 'scheduled', atMs },
  })
  await runDurableObjectAlarm(authority)
  expect(await reserve(env, tenant, before)).toMatchObject({ status: 'reserved' })
  pass(20_000)
  await runDurableObjectAlarm(authority)
  await runDurableObjectAlarm(authority)
  expect(await reserve(env, tenant, before)).toEqual({ status: 'policy_stale', policyHash: hash })
  expect(await authority.status()).toMatchObject({ term: { version: 2 }, plans: [] })
})

test('a planned activation is given up if it is cancelled, and left undone if another policy came first', async () => {
  const tenant = 'overtaken'
  const base = await put(env, tenant, 'a')
  const order = { by, nowMs: Date.now(), atMs: Date.now() + 20_000, base }
  const authority = authorityOf(env, tenant)
  const cancelled = await activatePolicy(env, tenant, await release(env, 'b'), order)
  if (!cancelled.ok || cancelled.value.state !== 'scheduled') throw new Error('not scheduled')
  expect(await cancelActivation(env, tenant, cancelled.value.order)).toBe(true)
  expect(await cancelActivation(env, tenant, cancelled.value.order)).toBe(false)
  await activatePolicy(env, tenant, await release(env, 'c'), order)
  const hash = await put(env, tenant, 'd')
  pass(20_000)
  await runDurableObjectAlarm(authority)
  expect(await authority.status()).toMatchObject({
    term: { version: 2, policyHash: hash },
    plans: [{ problem: 'base-moved' }],
  })
})

test('an activation made for another base changes nothing', async () => {
  const base = await put(env, 'moved', 'a')
  const hash = await put(env, 'moved', 'b')
  const again = await activatePolicy(env, 'moved', base, { by, nowMs: Date.now(), base })
  expect(again).toEqual({ ok: false, error: 'base-moved' })
  expect((await activations(env, 'moved')).map((one) => one.hash)).toEqual([hash, base])
})

/** What `GET /admin/api/policy/in-force` says. */
async function said(bindings: Env, tenant: string): Promise<unknown> {
  const url = `https://demarc.example/admin/api/policy/in-force?tenant=${tenant}`
  const headers = { authorization: `Bearer ${variable(env, 'ADMIN_TOKEN')}` }
  const context = createExecutionContext()
  const response = await handle(new Request(url, { headers }), bindings, context)
  expect(response.status).toBe(200)
  return await response.json()
}

test('the admin API says what is in force, since when, since when everywhere, and where each journal stands', async () => {
  const tenant = 'asked'
  const since = new Date().toISOString()
  const before = await put(env, tenant, 'a')
  await reserve(env, tenant, before)
  const leaseUntil = new Date(Date.now() + LEASE_MS + LEASE_MARGIN_MS).toISOString()
  const calm = {
    tenant,
    saidBy: 'authority',
    version: 1,
    hash: before,
    since,
    everywhereSince: since,
  }
  expect(await said(env, tenant)).toMatchObject({
    ...calm,
    everywhereAtTheLatest: null,
    keys: { epoch: 1, since, everywhereSince: since },
    journals: [{ name: tenant, state: 'acting', leaseUntil }],
    planned: [],
  })
  await connect(authorityOf(env, tenant), cut(env, 'JOURNAL'))
  const hash = await put(env, tenant, 'b')
  expect(await said(env, tenant)).toMatchObject({
    version: 2,
    hash,
    everywhereSince: null,
    everywhereAtTheLatest: leaseUntil,
    journals: [{ name: tenant, state: 'awaited', leaseUntil }],
  })
  pass(LEASE_MS + LEASE_MARGIN_MS + 1)
  expect(await said(env, tenant)).toMatchObject({
    version: 2,
    everywhereSince: leaseUntil,
    journals: [{ state: 'own-zone-only-until-it-asks' }],
  })
})

test('without the authority the admin API says what is on record, and since when that is sure', async () => {
  const tenant = 'recorded'
  const everywhereSince = new Date().toISOString()
  const hash = await put(env, tenant, 'a')
  await eventually(async () => (await everywhere(env, tenant)).length === 1)
  expect(await said(cut(env, 'AUTHORITY'), tenant)).toEqual({
    tenant,
    saidBy: 'record',
    version: 1,
    hash,
    lastEverywhere: { version: 1, hash, everywhereSince },
  })
})

test('the audit of the ledger finds what contradicts a proof, and nothing else', async () => {
  vi.useRealTimers() // the journal sends its entries when its time has come
  const tenant = 'audited'
  const before = await put(env, tenant, 'a')
  await reserve(env, tenant, before)
  await reserve(env, tenant, await put(env, tenant, 'b'))
  await eventually(async () => (await everywhere(env, tenant)).length === 2)
  expect(await auditLedger(env, tenant)).toMatchObject({ holds: true, findings: [] })
  await env.DB.prepare(
    `INSERT INTO in_force (tenant, term, version, policy_hash, key_epoch, since_ms, everywhere_ms, proofs)
     VALUES (?1, 3, 3, ?2, 1, 1, 1, ?3)`,
  )
    .bind(tenant, before, JSON.stringify({ [tenant]: { acknowledgedAtSeq: 1 } }))
    .run()
  expect(await auditLedger(env, tenant)).toMatchObject({
    holds: false,
    findings: [{ check: 'in-force', problem: expect.stringContaining('entry 2 was reserved') }],
  })
})
