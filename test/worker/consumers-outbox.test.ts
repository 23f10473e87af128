import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { pack } from '../../src/journal/outbox.ts'
import { consumeOutbox } from '../../src/worker/consumers/outbox.ts'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { insertEntries, watermark } from '../../src/worker/stores/ledger.ts'
import { chain, refused, reserved, settled } from '../ledger/entries.ts'
import { eventually, migratedEnv } from './database.ts'

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

async function consume(bodies: readonly unknown[], bindings: Env = env) {
  const batch = createMessageBatch(
    'demarc-outbox',
    bodies.map((body, at) => ({ id: `m${at}`, timestamp: new Date(0), attempts: 3, body })),
  )
  await consumeOutbox(batch, bindings)
  return await getQueueResult(batch, createExecutionContext())
}

const entries = chain([reserved(), settled('700'), refused()])

test('entries of several tenants in one batch each find their ledger', async () => {
  const result = await consume([
    pack({ tenant: 'queue-a', entries: entries.slice(1) }),
    pack({ tenant: 'queue-b', entries }),
    pack({ tenant: 'queue-a', entries: entries.slice(0, 1) }),
  ])
  expect(result.explicitAcks).toEqual(['m0', 'm1', 'm2'])
  expect(await watermark(env, 'queue-a')).toBe(3)
  expect(await watermark(env, 'queue-b')).toBe(3)
})

test('messages of one delivery are one insert, whatever their order', async () => {
  const many = chain(Array.from({ length: 12 }, () => [reserved(), settled('5')]).flat())
  await insertEntries(env, 'queue-order', many.slice(0, 2), 1)
  const parts = [3, 0, 2, 1].map((at) => many.slice(2 + at * 6, 8 + at * 6))
  let transactions = 0
  const DB = new Proxy(env.DB, {
    get: (target, name) => {
      if (name === 'batch') transactions++
      return Reflect.get(target, name).bind(target)
    },
  })
  const bodies = parts.map((part) => pack({ tenant: 'queue-order', entries: part }))
  const result = await consume([...bodies, ...bodies], { ...env, DB })
  expect(result.explicitAcks).toHaveLength(8)
  expect(transactions).toBe(1)
  expect(await watermark(env, 'queue-order')).toBe(24)
})

test('a message that is not ours is retried towards the dead letters, and the rest goes on', async () => {
  const result = await consume([
    { tenant: 'queue-c' },
    'text',
    pack({ tenant: 'queue-c', entries }).split('\n').slice(0, -1).join('\n'),
    pack({ tenant: 'queue-c', entries }),
  ])
  expect(result.retryMessages).toMatchObject([{ msgId: 'm0' }, { msgId: 'm1' }, { msgId: 'm2' }])
  expect(result.explicitAcks).toEqual(['m3'])
})

test('nothing is acknowledged while the database does not answer', async () => {
  const broken = new Proxy(env.DB, {
    get: () => () => {
      throw new Error('D1 is down')
    },
  })
  const result = await consume([pack({ tenant: 'queue-d', entries })], { ...env, DB: broken })
  expect(result.explicitAcks).toEqual([])
  expect(result.retryMessages).toMatchObject([{ msgId: 'm0' }])
})

test('a conflict is recorded and not retried for ever', async () => {
  await insertEntries(env, 'queue-e', entries, 1)
  const others = chain([reserved(), settled('7'), refused()])
  const result = await consume([pack({ tenant: 'queue-e', entries: others })])
  expect(result.explicitAcks).toEqual(['m0'])
  const { results } = await env.DB.prepare(
    "SELECT seq, problem FROM conflict WHERE tenant = 'queue-e'",
  ).all()
  expect(results).toEqual([
    { seq: 2, problem: 'sequence' },
    { seq: 3, problem: 'sequence' },
  ])
})

test('what the journal writes comes out of the real queue into D1', async () => {
  const journal = journalOf(env, 'queue-real')
  const refusal = {
    decision: 'dec_1',
    atMs: Date.UTC(2026, 10, 24),
    team: 'search',
    app: 'assistant',
    key: 'k3j9x0a1b2c4',
    surface: 'openai-chat',
    code: 'policy_forbids',
    rule: 'restricted-stays-home',
    receiptJson: null,
  }
  await journal.commit({ settlements: [], refusals: [refusal, refusal], reserve: null })
  await journal.drain()
  await eventually(async () => (await watermark(env, 'queue-real')) === 2)
  expect(await journal.status()).toMatchObject({ head: 2, drained: 2, postedPicoUsd: '0' })
})
