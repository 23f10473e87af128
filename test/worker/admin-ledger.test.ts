import { beforeAll, expect, test } from 'vitest'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { ensureTenant } from '../../src/worker/stores/key-admin.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { chain, settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const TOKEN = 'an-admin-token-for-tests'
const COST_PICO_USD = '9007199254740993'
let env: Env
beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: TOKEN }
})

async function verify(tenant: string): Promise<{ holds: boolean; findings: { check: string }[] }> {
  const response = await admin.request(
    `/ledger/verify?tenant=${tenant}`,
    { headers: { authorization: `Bearer ${TOKEN}` } },
    env,
  )
  return await response.json()
}

/** Reserves and settles through the tenant's journal, as serving a request does. */
async function spend(tenant: string, attempt: string): Promise<void> {
  const journal = journalOf(env, tenant)
  const { facts, usage } = settled('0')
  const reserved = await journal.commit({
    settlements: [],
    refusals: [],
    reserve: {
      attempt,
      decision: `dec_${attempt}`,
      number: 1,
      boundPicoUsd: COST_PICO_USD,
      expiresAtMs: Date.now() + 60_000,
      nodes: ['tenant'],
      caps: [],
      period: '2026-11',
      policyHash: 'a'.repeat(64),
      keyEpoch: 1,
      isFresh: false,
      isOpenWeights: true,
      isBasicQuality: false,
      zone: 'third-party',
      key: facts.key,
      limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null },
      waitMs: 0,
      inputTokens: 10,
      factsJson: JSON.stringify(facts),
      receiptJson: null,
      bodyHash: 'b'.repeat(64),
    },
  })
  expect(reserved.status).toBe('reserved')
  await journal.commit({
    settlements: [
      {
        attempt,
        atMs: Date.now(),
        outcome: 'ok',
        costPicoUsd: COST_PICO_USD,
        usage,
        usageSource: 'provider',
        finish: 'stop',
        upstreamStatus: 200,
        upstreamRequestId: null,
        serviceTier: null,
        modelServed: null,
      },
    ],
    refusals: [],
    reserve: null,
  })
}

/** A tenant that has spent three times, all of it in D1. */
async function spent(tenant: string): Promise<void> {
  await env.DB.batch([
    ensureTenant(env, tenant),
    env.DB.prepare('UPDATE tenant SET policy_hash = ?2 WHERE id = ?1').bind(tenant, 'a'.repeat(64)),
  ])
  for (const attempt of ['one', 'two', 'three']) await spend(tenant, attempt)
}

test('the books hold to the pico-dollar, what has just happened included', async () => {
  await spent('equal')
  expect(await verify('equal')).toMatchObject({
    holds: true,
    findings: [],
    entries: 6,
    postedUsd: '27021.597764222979',
  })
})

test('books with nothing in them hold', async () => {
  expect(await verify('nothing')).toMatchObject({ holds: true, findings: [], entries: 0 })
})

/** What somebody with full access to the database could do. */
async function tamper(sql: string): Promise<void> {
  const triggers = await env.DB.prepare(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
  ).all<{ name: string; sql: string }>()
  await env.DB.batch([
    ...triggers.results.map(({ name }) => env.DB.prepare(`DROP TRIGGER ${name}`)),
    env.DB.prepare(sql),
    ...triggers.results.map((trigger) => env.DB.prepare(trigger.sql)),
  ])
}

test.each([
  [
    'a cost',
    "UPDATE posting SET cost_pico = '1' WHERE tenant = ?t AND seq = 2",
    ['balance', 'posting'],
  ],
  [
    'a cost centre',
    "UPDATE posting SET cost_centre = 'x' WHERE tenant = ?t AND seq = 4",
    ['posting'],
  ],
  [
    'a posting that vanished',
    'DELETE FROM posting WHERE tenant = ?t AND seq = 6',
    ['balance', 'posting'],
  ],
  [
    'a body',
    "UPDATE journal_entry SET body = replace(body, 'search', 'sales') WHERE tenant = ?t AND seq = 1",
    ['entry'],
  ],
  [
    'a last entry that vanished',
    'DELETE FROM journal_entry WHERE tenant = ?t AND seq = 6',
    ['complete', 'head-hash', 'link', 'balance'],
  ],
  [
    'an entry in the middle that vanished',
    'DELETE FROM journal_entry WHERE tenant = ?t AND seq = 3',
    ['gapless', 'complete', 'gapless'],
  ],
])('verify finds %s changed behind its back', async (name, sql, checks) => {
  const tenant = `tampered-${name.replaceAll(' ', '-')}`
  await spent(tenant)
  expect((await verify(tenant)).holds).toBe(true)
  await tamper(sql.replace('?t', `'${tenant}'`))
  const { holds, findings } = await verify(tenant)
  expect(holds).toBe(false)
  expect(findings.map(({ check }) => check)).toEqual(checks)
})

test('verify finds an entry that the journal never wrote', async () => {
  await spent('forged')
  await verify('forged')
  const last = await env.DB.prepare(
    "SELECT hash FROM journal_entry WHERE tenant = 'forged' AND seq = 6",
  ).first<{ hash: string }>()
  const after = { seq: 6, prevHash: '', hash: last?.hash ?? '', body: '' }
  await insertEntries(env, 'forged', chain([settled('5')], after), Date.now())
  expect(await verify('forged')).toMatchObject({ holds: false, findings: [{ check: 'complete' }] })
})
