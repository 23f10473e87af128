import { journalOf, type Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { ensureTenant } from '../../src/worker/stores/key-admin.ts'
import { activate, putRelease } from '../../src/worker/stores/policy.ts'
import type { CloseEntry } from '../../src/journal/entry.ts'
import { settled } from '../ledger/entries.ts'

export const TOKEN = 'an-admin-token-for-tests'

/** The admin API of a tenant, as `demarc ledger` calls it. */
export async function call(
  env: Env,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string; json: <T>() => T }> {
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
  return { status: response.status, text, json: () => JSON.parse(text) }
}

/** A tenant with the default policy in force. */
export async function tenantWithPolicy(env: Env, tenant: string, bundle: string): Promise<string> {
  await env.DB.batch([ensureTenant(env, tenant)])
  const put = await putRelease(env, bundle, 1)
  if (!put.ok) throw new Error('the bundle is too large')
  const done = await activate(env, tenant, put.value, 1)
  if (!done.ok) throw new Error('the release is not known')
  return put.value
}

export type Spend = {
  readonly attempt: string
  readonly costPicoUsd: string
  readonly period: string
  readonly atMs: number
  readonly policyHash: string
  readonly facts?: Partial<CloseEntry['facts']>
  readonly usage?: CloseEntry['usage']
  readonly receipt?: unknown
  readonly outcome?: 'ok' | 'upstream-error'
}

/** Reserves and settles through the tenant's journal, as serving a request does. */
export async function spend(env: Env, tenant: string, given: Spend): Promise<void> {
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
      boundPicoUsd: '9000000000000000',
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
        usageSource: 'provider',
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
