import * as z from 'zod'
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { KeyRequest } from '../../src/access/key-request.ts'
import { CONFIRM_MS } from '../../src/journal/authority.ts'
import { LEASE_MARGIN_MS, LEASE_MS } from '../../src/journal/lease.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { authorityOf, journalOf, type Env } from '../../src/worker/env.ts'
import { activations } from '../../src/worker/stores/activations.ts'
import { createKey, revokeKey } from '../../src/worker/stores/key-admin.ts'
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

test('an activation is in force everywhere as soon as every journal has acknowledged, and the proof is on record', async () => {
  const before = await put(env, 'told', 'a')
  expect(await reserve(env, 'told', before)).toMatchObject({ status: 'reserved', seq: 1 })
  const hash = await release(env, 'b')
  const startedMs = Date.now()
  const done = await activatePolicy(env, 'told', hash, { by, nowMs: startedMs, change: 'loosened' })
  expect(done).toEqual({
    ok: true,
    value: { state: 'everywhere', version: 2, everywhereSinceMs: startedMs },
  })
  expect(await reserve(env, 'told', before)).toEqual({ status: 'policy_stale', policyHash: hash })
  expect(await reserve(env, 'told', hash)).toMatchObject({ status: 'reserved', seq: 2 })
  const entries = await journalOf(env, 'told').entriesFrom(1, 10)
  expect(entries.map(({ body }) => JSON.parse(body))).toMatchObject([
    { term: 1, policyVersion: 1 },
    { term: 2, policyVersion: 2 },
  ])
  await eventually(async () => (await everywhere(env, 'told')).length === 2)
  expect(await everywhere(env, 'told')).toMatchObject([
    { version: 1, proofs: '{}' },
    { version: 2, everywhere_ms: startedMs, proofs: '{"told":{"acknowledgedAtSeq":1}}' },
  ])
  const everywhereSince = new Date(startedMs).toISOString()
  expect(await activations(env, 'told')).toMatchObject([
    { version: 2, hash, change: 'loosened', by, everywhereSince },
    { version: 1, hash: before },
  ])
})

test('a journal that cannot be told is waited for until what it was lent has run out, and then does nothing for third parties', async () => {
  const tenant = 'partition'
  const before = await put(env, tenant, 'a')
  await reserve(env, tenant, before)
  const authority = authorityOf(env, tenant)
  const journal = journalOf(env, tenant)
  await connect(authority, cut(env, 'JOURNAL'))
  await connect(journal, cut(env, 'AUTHORITY'))
  const lentMs = Date.now()
  pass(1_000)
  const hash = await release(env, 'b')
  const done = await activatePolicy(env, tenant, hash, { by, nowMs: Date.now() })
  const boundMs = lentMs + LEASE_MS + LEASE_MARGIN_MS
  expect(done).toEqual({
    ok: true,
    value: { state: 'pending', version: 2, everywhereByMs: boundMs },
  })
  expect((await authority.status()).policy.everywhereMs).toBeNull()
  expect(await reserve(env, tenant, before)).toMatchObject({ status: 'reserved' })

  pass(LEASE_MS)
  expect(await reserve(env, tenant, before)).toEqual({ status: 'no_lease' })
  expect(await reserve(env, tenant, before, { zone: 'own' })).toMatchObject({ status: 'reserved' })
  expect((await authority.status()).policy.everywhereMs).toBeNull()
  pass(LEASE_MARGIN_MS)
  await runDurableObjectAlarm(authority)
  expect((await authority.status()).policy.everywhereMs).toBe(boundMs)
  expect((await everywhere(env, tenant)).at(-1)).toMatchObject({
    version: 2,
    everywhere_ms: boundMs,
    proofs: JSON.stringify({ [tenant]: { expiredMs: boundMs } }),
  })

  await connect(journal, env)
  pass(1_000)
  expect(await reserve(env, tenant, before)).toEqual({ status: 'policy_stale', policyHash: hash })
})

test('every journal that was lent something is told and waited for', async () => {
  const names = ['many', 'many-2', 'many-3']
  await put(env, 'many', 'a')
  const authority = authorityOf(env, 'many')
  for (const name of names) await authority.lend(name, false)
  const hash = await put(env, 'many', 'b')
  await eventually(async () => (await everywhere(env, 'many')).length === 2)
  const last = z
    .object({ version: z.number(), proofs: z.string() })
    .parse((await everywhere(env, 'many')).at(-1))
  // Journals answer in any order.
  expect({ ...last, proofs: JSON.parse(last.proofs) }).toEqual({
    version: 2,
    proofs: Object.fromEntries(names.map((name) => [name, { acknowledgedAtSeq: 0 }])),
  })
  const { policyHash } = (await authority.lend('many-3', false)) ?? {}
  expect(policyHash).toBe(hash)
})

test('a journal that was away is told by the alarm, and then need not be waited for', async () => {
  const tenant = 'away'
  await reserve(env, tenant, await put(env, tenant, 'a'))
  const authority = authorityOf(env, tenant)
  await connect(authority, cut(env, 'JOURNAL'))
  const hash = await put(env, tenant, 'b')
  await connect(authority, env)
  pass(3_000)
  await runDurableObjectAlarm(authority)
  expect((await authority.status()).policy.everywhereMs).toBe(Date.now())
  expect(await reserve(env, tenant, hash)).toMatchObject({ status: 'reserved' })
})

test.each(['AUTHORITY', 'DB'] as const)(
  'without %s a lease holds until it runs out, and then only zone own is served',
  async (part) => {
    const tenant = `down-${part}`
    const hash = await put(env, tenant, 'a')
    await reserve(env, tenant, hash)
    const journal = journalOf(env, tenant)
    const broken = part === 'DB' ? authorityOf(env, tenant) : journal
    await connect(broken, cut(env, part))
    pass(LEASE_MS - 1_000)
    expect(await reserve(env, tenant, hash)).toMatchObject({ status: 'reserved' })
    expect(await reserve(env, tenant, hash, { isFresh: true })).toEqual({ status: 'no_lease' })
    pass(2_000)
    expect(await reserve(env, tenant, hash)).toEqual({ status: 'no_lease' })
    expect(await reserve(env, tenant, hash, { zone: 'own' })).toMatchObject({ status: 'reserved' })
    expect(await reserve(env, tenant, 'another', { zone: 'own' })).toMatchObject({
      status: 'policy_stale',
    })
    await connect(broken, env)
    pass(1_000)
    expect(await reserve(env, tenant, hash)).toMatchObject({ status: 'reserved' })
  },
)

test('what nobody was told of is found before the next lease', async () => {
  const tenant = 'untold'
  const before = await put(env, tenant, 'a')
  await reserve(env, tenant, before)
  const hash = await release(env, 'b')
  const done = await activatePolicy(cut(env, 'AUTHORITY'), tenant, hash, { by, nowMs: Date.now() })
  const everywhereByMs = Date.now() + CONFIRM_MS + LEASE_MS + LEASE_MARGIN_MS
  expect(done).toEqual({ ok: true, value: { state: 'pending', version: 2, everywhereByMs } })
  expect(await reserve(env, tenant, before)).toMatchObject({ status: 'reserved' })
  pass(LEASE_MS + 1)
  expect(await reserve(env, tenant, before)).toEqual({ status: 'policy_stale', policyHash: hash })
})

test('the strict wish asks the authority, which reads the record', async () => {
  const tenant = 'strict'
  const before = await put(env, tenant, 'a')
  await reserve(env, tenant, before)
  const hash = await release(env, 'b')
  await activatePolicy(cut(env, 'AUTHORITY'), tenant, hash, { by, nowMs: Date.now() })
  const asked = await reserve(env, tenant, before, { isFresh: true })
  expect(asked).toEqual({ status: 'policy_stale', policyHash: hash })
})

test('a revoked key is refused from the moment its revocation is answered', async () => {
  const tenant = 'revoked'
  const hash = await put(env, tenant, 'a')
  const made = { tenant, team: 't', app: 'a', purpose: 'general' }
  const { caller } = await createKey(env, KeyRequest.parse(made), Date.now())
  expect(await reserve(env, tenant, hash, { keyEpoch: 1 })).toMatchObject({ status: 'reserved' })
  expect(await revokeKey(env, caller.keyId, Date.now())).toEqual({
    ok: true,
    value: { inForce: true },
  })
  expect(await reserve(env, tenant, hash, { keyEpoch: 1 })).toEqual({
    status: 'key_stale',
    keyEpoch: 2,
  })
  const status = await authorityOf(env, tenant).status()
  expect(status).toMatchObject({
    term: { version: 1, keyEpoch: 2 },
    keys: { everywhereMs: Date.now() },
  })
})

test('after a restart a journal asks before it acts, and knows what it had heard of if nobody answers', async () => {
  const tenant = 'restarted'
  const hash = await put(env, tenant, 'a')
  await reserve(env, tenant, hash)
  await evictDurableObject(journalOf(env, tenant))
  await connect(journalOf(env, tenant), cut(env, 'AUTHORITY'))
  expect(await reserve(env, tenant, hash)).toEqual({ status: 'no_lease' })
  expect(await reserve(env, tenant, hash, { zone: 'own' })).toMatchObject({ status: 'reserved' })
  await connect(journalOf(env, tenant), env)
  pass(1_000)
  expect(await reserve(env, tenant, hash)).toMatchObject({ status: 'reserved' })
})

test('an authority that starts again still waits for those to whom it had lent', async () => {
  const tenant = 'reborn'
  await reserve(env, tenant, await put(env, tenant, 'a'))
  await evictDurableObject(authorityOf(env, tenant))
  const authority = authorityOf(env, tenant)
  await connect(authority, cut(env, 'JOURNAL'))
  const hash = await release(env, 'b')
  const done = await activatePolicy(env, tenant, hash, { by, nowMs: Date.now() })
  expect(done).toMatchObject({ ok: true, value: { state: 'pending', version: 2 } })
  await evictDurableObject(authority)
  pass(LEASE_MS + LEASE_MARGIN_MS + 1)
  await runDurableObjectAlarm(authorityOf(env, tenant))
  expect((await authorityOf(env, tenant).status()).policy.everywhereMs).toBe(Date.now() - 1)
})
