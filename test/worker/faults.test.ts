import {
  createMessageBatch,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { beforeAll, expect, test, vi } from 'vitest'
import { seeded } from '../../scripts/simulate/random.ts'
import type { SettleRequest } from '../../src/journal/messages.ts'
import { pack } from '../../src/journal/outbox.ts'
import { consumeOutbox } from '../../src/worker/consumers/outbox.ts'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { auditLedger } from '../../src/worker/stores/audit.ts'
import { watermark } from '../../src/worker/stores/ledger.ts'
import { report, request } from '../journal/harness.ts'
import { migratedEnv } from './database.ts'

const TENANT = 'faults'
const REQUESTS = 10_000
const AT_ONCE = 100
const BOUND = 100n
const HOUR_MS = 3_600_000

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
  await env.DB.prepare("INSERT INTO tenant (id, policy_hash, key_epoch) VALUES (?, 'p1', 1)")
    .bind(TENANT)
    .run()
})

const random = seeded(20_261_125)
const chance = (share: number): boolean => random() < share

/** What a request should have cost in the end. */
const truth = new Map<string, bigint>()
/** Reports that are under way, late, or there twice. */
const reports: SettleRequest[] = []
/** Messages in the queue; what it loses is gone. */
let queue: string[] = []
let lost = 0

/** One request, and what becomes of the Worker that serves it. */
async function serve(attempt: string): Promise<void> {
  const settlements = chance(0.5) ? reports.splice(0, 20) : []
  const expiresAtMs = Date.now() + HOUR_MS
  const reserve = request({ attempt, decision: attempt, expiresAtMs, zone: 'own', caps: [] })
  const call = { settlements, refusals: [], reserve }
  let reply = await journalOf(env, TENANT).commit(call)
  // The answer is lost on the way, and the same call made again.
  if (chance(0.02)) reply = await journalOf(env, TENANT).commit(call)
  expect(reply.status).toBe('reserved')
  if (chance(0.01)) return void truth.set(attempt, BOUND) // killed: nobody ever reports
  const isVoid = chance(0.01)
  const cost = isVoid ? 0n : BigInt(Math.floor(random() * 130))
  truth.set(attempt, cost)
  const ended = report({
    attempt,
    atMs: Date.now(),
    outcome: isVoid ? 'never-sent' : 'ok',
    costPicoUsd: String(cost),
  })
  reports.push(ended)
  if (chance(0.05)) reports.push(ended)
  if (chance(0.2)) reports.reverse()
}

/** The journal's alarm, with a queue that loses, and that is down now and then. */
async function sound(): Promise<void> {
  const journal = journalOf(env, TENANT)
  const isDown = chance(0.1)
  const sent: string[] = []
  await runInDurableObject(journal, (instance) => {
    const OUTBOX = {
      send: (message: string): void => {
        if (isDown) throw new Error('the queue is down')
        sent.push(message)
      },
    }
    Reflect.set(instance, 'env', { ...env, OUTBOX })
  })
  await runDurableObjectAlarm(journal)
  for (const message of sent) {
    if (chance(0.05)) lost++
    else queue.push(message)
    if (chance(0.1)) queue.push(message)
  }
}

/** D1 fails before a transaction, or after it: then it has been done, and nobody knows. */
const shaky = (): Env => ({
  ...env,
  DB: new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== 'batch') return Reflect.get(target, name).bind(target)
      return async (statements: D1PreparedStatement[]) => {
        if (chance(0.2)) throw new Error('D1 is down')
        const results = await target.batch(statements)
        if (chance(0.2)) throw new Error('the consumer is gone')
        return results
      }
    },
  }),
})

/** Delivers some of what is in the queue, in any order; what was not acknowledged stays. */
async function deliver(bindings: Env): Promise<void> {
  const some = queue.filter(() => chance(0.6)).toSorted(() => random() - 0.5)
  const rest = queue.filter((message) => !some.includes(message))
  const batch = createMessageBatch(
    'demarc-outbox',
    some.map((body, at) => ({ id: String(at), timestamp: new Date(0), attempts: 1, body })),
  )
  const retried = new Set<string>()
  for (const message of batch.messages) {
    message.retry = () => void retried.add(String(message.body))
  }
  await consumeOutbox(batch, bindings)
  queue = [...rest, ...retried]
}

/** What the journal would send again when its patience is over. */
async function sendAgain(): Promise<void> {
  const journal = journalOf(env, TENANT)
  for (;;) {
    const entries = await journal.entriesFrom((await watermark(env, TENANT)) + 1, 200)
    if (entries.length === 0) return
    queue.push(pack({ tenant: TENANT, entries }))
    while (queue.length > 0) await deliver(env)
  }
}

test(`of ${REQUESTS} requests nothing is lost and nothing counts twice, whatever fails`, async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined) // hundreds of alarms, as it should be
  for (let from = 0; from < REQUESTS; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, at) => serve(`r${from + at}`))
    await Promise.all(some)
    await sound()
    if (chance(0.2)) await evictDurableObject(journalOf(env, TENANT))
    await deliver(shaky())
  }
  // Half of what is still under way arrives before reservations expire, half after.
  const journal = journalOf(env, TENANT)
  const half = Math.floor(reports.length / 2)
  await journal.commit({ settlements: reports.splice(0, half), refusals: [], reserve: null })
  await runInDurableObject(journal, async (instance) => {
    const now = Date.now
    Date.now = () => now() + 2 * HOUR_MS
    await instance.alarm().finally(() => (Date.now = now))
  })
  await journal.commit({ settlements: reports.splice(0), refusals: [], reserve: null })
  await evictDurableObject(journal)
  await sendAgain()

  expect(lost).toBeGreaterThan(0)
  const audit = await auditLedger(env, TENANT)
  expect(audit.findings).toEqual([])
  const costs = [...truth.values()].reduce((sum, cost) => sum + cost, 0n)
  expect(truth.size).toBe(REQUESTS)
  expect(audit.postedPicoUsd).toBe(costs)
  const { results } = await env.DB.prepare(
    `SELECT attempt, SUM(CAST(cost_pico AS INTEGER)) AS cost FROM posting WHERE tenant = ?1 GROUP BY attempt`,
  )
    .bind(TENANT)
    .all<{ attempt: string; cost: number }>()
  const posted = new Map(results.map(({ attempt, cost }) => [attempt, BigInt(cost)]))
  expect(posted).toEqual(truth)
}, 120_000)
