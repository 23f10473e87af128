import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import type { CommitReply, CommitRequest } from '../../src/journal/messages.ts'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { JournalStore } from '../../src/worker/objects/journal-store.ts'
import { report, request } from '../journal/harness.ts'
import { watermark } from '../../src/worker/stores/ledger.ts'
import { eventually, migratedEnv } from './database.ts'

let env: Env

beforeAll(async () => {
  env = await migratedEnv()
})

/** A tenant of its own for each test, with a policy in force. */
async function tenantWithPolicy(tenant: string): Promise<ReturnType<typeof journalOf>> {
  await env.DB.prepare('INSERT INTO tenant (id, policy_hash, key_epoch) VALUES (?, ?, 1)')
    .bind(tenant, 'p1')
    .run()
  return journalOf(env, tenant)
}

const reserving = (attempt: string, changes = {}): CommitRequest => ({
  settlements: [],
  refusals: [],
  reserve: request({
    attempt,
    decision: attempt,
    expiresAtMs: Date.now() + 600_000,
    zone: 'own',
    ...changes,
  }),
})

const settling = (attempt: string, costPicoUsd: string): CommitRequest => ({
  settlements: [report({ attempt, costPicoUsd, atMs: Date.now() })],
  refusals: [],
  reserve: null,
})

const statuses = (replies: readonly CommitReply[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(replies.map(({ status }) => status))].map((status) => [
      status,
      replies.filter((reply) => reply.status === status).length,
    ]),
  )

test('of many reservations at once exactly as many are held as fit', async () => {
  const journal = await tenantWithPolicy('race')
  const asked = Array.from({ length: 60 }, (_, at) => journal.commit(reserving(`r${at}`)))
  expect(statuses(await Promise.all(asked))).toEqual({ reserved: 10, budget_busy: 50 })
  const status = await journal.status()
  expect(status).toMatchObject({ head: 10, postedPicoUsd: '0' })
})

test('who waits for the budget is served as soon as a settlement frees it', async () => {
  const journal = await tenantWithPolicy('waiting')
  await journal.commit(reserving('first', { boundPicoUsd: '1000' }))
  const waiting = journal.commit(reserving('second', { boundPicoUsd: '900' }))
  await journal.commit(settling('first', '100'))
  expect(await waiting).toMatchObject({ status: 'reserved', attempt: 'second' })
})

test('a policy or key epoch that is not in force is named, and nothing is written', async () => {
  const journal = await tenantWithPolicy('stale')
  const old = await journal.commit(reserving('a', { policyHash: 'p0' }))
  expect(old).toEqual({ status: 'policy_stale', policyHash: 'p1' })
  const revoked = await journal.commit(reserving('a', { keyEpoch: 0 }))
  expect(revoked).toEqual({ status: 'key_stale', keyEpoch: 1 })
  expect(await journal.status()).toMatchObject({ head: 0 })
})

test('a new policy holds as soon as the journal is told', async () => {
  const journal = await tenantWithPolicy('told')
  await journal.commit(reserving('a'))
  await env.DB.prepare("UPDATE tenant SET policy_hash = 'p2' WHERE id = 'told'").run()
  await journal.refresh()
  expect(await journal.commit(reserving('b'))).toEqual({ status: 'policy_stale', policyHash: 'p2' })
})

test('an object that starts again knows what it knew, before and after a snapshot', async () => {
  const journal = await tenantWithPolicy('restart')
  await journal.commit(reserving('a'))
  await journal.commit(settling('a', '70'))
  await journal.commit(reserving('b'))
  await runDurableObjectAlarm(journal) // takes a snapshot
  await journal.commit(reserving('c'))
  await journal.commit(settling('b', '30'))
  const { head, headHash } = await journal.status()
  const { loaded, hash } = await runInDurableObject(journal, (_instance, state) => {
    const store = new JournalStore(state.storage.sql)
    return { loaded: store.load(), hash: store.segments.headHash() }
  })
  expect({ ...loaded, hash }).toMatchObject({ head, hash: headHash, posted: 100n })
  expect([...loaded.reservations.keys()]).toEqual(['c'])
  expect(loaded.balances.get('2026-11 tenant')).toEqual({ posted: 100n, held: 100n })
  expect([...loaded.concurrency]).toEqual([['k1', 1]])
})

test('a journal written by other code is not taken for an empty one', async () => {
  const journal = await tenantWithPolicy('version')
  await journal.commit(reserving('a'))
  const open = runInDurableObject(journal, (_instance, state) => {
    state.storage.sql.exec("UPDATE counter SET value = '0' WHERE name = 'schema'")
    return new JournalStore(state.storage.sql)
  })
  await expect(open).rejects.toThrow('version 0')
})

test('a reservation that nobody settles accrues when its time is over', async () => {
  const journal = await tenantWithPolicy('expiry')
  await journal.commit(reserving('a', { expiresAtMs: Date.now() - 1 }))
  await runDurableObjectAlarm(journal)
  expect(await journal.status()).toMatchObject({ head: 2, postedPicoUsd: '100' })
  await journal.commit(settling('a', '40'))
  expect(await journal.status()).toMatchObject({ head: 4, postedPicoUsd: '40' })
})

test('entries come back as they were written, also a decision by its id', async () => {
  const journal = await tenantWithPolicy('reading')
  await Promise.all(['a', 'b', 'c'].map((attempt) => journal.commit(reserving(attempt))))
  await journal.commit(settling('b', '1'))
  const all = await journal.entriesFrom(1, 100)
  expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  expect((await journal.entriesFrom(3, 1)).map(({ seq }) => seq)).toEqual([3])
  const ofB = await journal.entriesOf('b')
  expect(ofB.map(({ body }) => JSON.parse(body).kind)).toEqual(['reserve', 'settle'])
})

test('a queue that takes nothing is asked again, and nothing is lost', async () => {
  const journal = await tenantWithPolicy('queue-down')
  await journal.commit(reserving('a'))
  const next = await runInDurableObject(journal, async (instance, state) => {
    const OUTBOX = new Proxy(env.OUTBOX, {
      get: () => () => {
        throw new Error('the queue is down')
      },
    })
    Reflect.set(instance, 'env', { ...env, OUTBOX })
    await instance.alarm()
    Reflect.set(instance, 'env', env)
    return await state.storage.getAlarm()
  })
  expect(next).toBeGreaterThan(Date.now())
  expect(await journal.status()).toMatchObject({ head: 1, drained: 0 })
  await journal.drain()
  expect(await journal.status()).toMatchObject({ drained: 1 })
})

test('many reservations may expire at once: what is too long for a row takes several', async () => {
  const journal = await tenantWithPolicy('many')
  const factsJson = JSON.stringify({
    ...JSON.parse(request().factsJson),
    tags: { note: 'x'.repeat(5_000) },
  })
  const changes = { expiresAtMs: Date.now() - 1, boundPicoUsd: '1', caps: [], factsJson }
  for (let from = 0; from < 500; from += 100) {
    const some = Array.from({ length: 100 }, (_, at) =>
      journal.commit(reserving(`r${from + at}`, changes)),
    )
    await Promise.all(some)
  }
  await runDurableObjectAlarm(journal)
  const { head, headHash, postedPicoUsd } = await journal.status()
  expect([head, postedPicoUsd]).toEqual([1_000, '500'])
  await evictDurableObject(journal)
  expect(await journal.status()).toMatchObject({ head, headHash, postedPicoUsd })
})

test('what a queue has lost is sent again by an object that starts anew', async () => {
  const journal = await tenantWithPolicy('lost-message')
  await journal.commit(reserving('a'))
  const sent: string[] = []
  await runInDurableObject(journal, async (instance) => {
    Reflect.set(instance, 'env', {
      ...env,
      OUTBOX: { send: (message: string) => sent.push(message) },
    })
    await instance.drain()
    Reflect.set(instance, 'env', env)
  })
  expect([sent.length, (await journal.status()).drained]).toEqual([1, 1])
  await evictDurableObject(journal)
  expect((await journal.status()).drained).toBe(0)
  await journal.commit(reserving('b'))
  await journal.drain()
  await eventually(async () => (await watermark(env, 'lost-message')) === 2)
})
