/// <reference types="@cloudflare/vitest-pool-workers/types" />
import { env as bindings } from 'cloudflare:test'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { ensureTenant } from '../../src/worker/stores/key-admin.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import type { CloseEntry } from '../../src/journal/entry.ts'
import { settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const TOKEN = 'an-admin-token-for-tests'

/** The Worker's bindings with the database migrated and a token that opens the admin API. */
export const financeEnv = async (): Promise<Env> => ({
  ...(await migratedEnv()),
  ADMIN_TOKEN: TOKEN,
})

/** The default policy, as it is put in force. */
export const BUNDLE = String(Reflect.get(bindings, 'TEST_BUNDLE'))

/** The admin API of a tenant, as `demarc ledger` calls it. */
export async function call(
  env: Env,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string; body: Response }> {
  const response = await admin.request(
    path,
    {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    env,
  )
  const text = await response.text()
  return { status: response.status, text, body: new Response(text) }
}

/** A tenant with the default policy in force. */
async function tenantWithPolicy(env: Env, tenant: string): Promise<string> {
  await env.DB.batch([ensureTenant(env, tenant)])
  const put = await putRelease(env, BUNDLE, 1)
  if (!put.ok) throw new Error('the bundle is too large')
  const done = await activatePolicy(env, tenant, put.value, { by: 'test', nowMs: 1 })
  if (!done.ok) throw new Error('the release is not known')
  return put.value
}

type Spend = {
  readonly attempt: string
  /** Null: nobody reported, so the whole bound. */
  readonly costPicoUsd: string | null
  readonly period: string
  readonly atMs: number
  readonly policyHash: string
  readonly facts?: Partial<CloseEntry['facts']>
  readonly usage?: CloseEntry['usage']
  readonly receipt?: unknown
  readonly outcome?: 'ok' | 'upstream-error'
}

/** What each attempt reserves, in pico-dollars. */
export const BOUND = 9_000_000_000_000_000n

/** Reserves and settles through the tenant's journal, as serving a request does. */
async function spend(env: Env, tenant: string, given: Spend): Promise<void> {
  const journal = journalOf(env, tenant)
  const base = settled('0')
  const facts = { ...base.facts, policyHash: given.policyHash, ...given.facts }
  const reserved = await journal.commit({
    settlements: [],
    refusals: [],
    reserve: {
      attempt: given.attempt,
      decision: `dec_${given.attempt}`,
      number: 1,
      boundPicoUsd: String(BOUND),
      expiresAtMs: Date.now() + 60_000,
      nodes: ['tenant', `team:${facts.team}`],
      caps: [],
      period: given.period,
      policyHash: given.policyHash,
      keyEpoch: 1,
      zone: 'third-party',
      key: facts.key,
      limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null },
      waitMs: 0,
      inputTokens: 10,
      factsJson: JSON.stringify(facts),
      receiptJson: given.receipt === undefined ? null : JSON.stringify(given.receipt),
      bodyHash: 'b'.repeat(64),
      isFresh: false,
      isOpenWeights: true,
      isBasicQuality: true,
    },
  })
  if (reserved.status !== 'reserved') throw new Error(`not reserved: ${reserved.status}`)
  await journal.commit({
    settlements: [
      {
        attempt: given.attempt,
        atMs: given.atMs,
        outcome: given.outcome ?? 'ok',
        costPicoUsd: given.costPicoUsd,
        usage: given.usage === undefined ? base.usage : given.usage,
        usageSource: given.costPicoUsd === null ? 'bound' : 'provider',
        finish: 'stop',
        upstreamStatus: 200,
        upstreamRequestId: `req-${given.attempt}`,
        serviceTier: null,
        modelServed: null,
      },
    ],
    refusals: [],
    reserve: null,
  })
}

export const OCTOBER = Date.UTC(2026, 9, 5, 12)

const HAIKU = {
  destination: 'anthropic',
  model: 'claude-haiku-4-5',
  upstreamModel: 'claude-haiku-4-5',
  legalEntity: 'Anthropic, PBC',
}

/** What `COST` buys, by the default price book. */
export const usage = {
  input: 1_000_000,
  cachedInput: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 100_000,
  reasoning: 0,
}
export const COST = '1500000000000'

/** A tenant that has spent in October, through its journal. */
export async function books(
  env: Env,
  tenant: string,
  spends: readonly Partial<Spend>[],
): Promise<void> {
  const policyHash = await tenantWithPolicy(env, tenant)
  const { prices } = JSON.parse(BUNDLE)
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

/** A report of October. */
export const report = async (env: Env, tenant: string, name: string, query = ''): Promise<Answer> =>
  (
    await call(env, 'GET', `/ledger/report/${name}?tenant=${tenant}&period=2026-10${query}`)
  ).body.json()

export const correct = (env: Env, tenant: string, batch: string, corrections: unknown[]) =>
  call(env, 'POST', '/ledger/corrections', { tenant, batch, reason: 'wrong team', corrections })

export const verify = async (env: Env, tenant: string) =>
  (await call(env, 'GET', `/ledger/verify?tenant=${tenant}`)).body.json<{
    holds: boolean
    findings: unknown[]
  }>()
