import { beforeAll, expect, test } from 'vitest'
import { type Label, PUBLIC } from '../../src/domain/label.ts'
import type { Receipt } from '../../src/domain/plan.ts'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { TrafficRecord } from '../../src/policy/traffic.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { setShadow } from '../../src/worker/stores/shadow.ts'
import { bundleOf, guardrail, own, place } from '../policy/fixtures.ts'
import { call, financeEnv } from './ledger-books.ts'

const TENANT = 'backtested'
const tables = {
  destinations: [own('home'), place('away')].map((one) => ({ ...one, adapter: 'vllm' })),
  attributes: {
    countryGroups: {},
    teams: [],
    apps: ['bot'],
    purposes: [],
    declaredCategories: [],
  },
}
const BASE = bundleOf(tables)
const STRICTER = bundleOf({
  ...tables,
  guardrails: [guardrail('g-bot', { when: { app: ['bot'] } })],
})

const receiptOf = (label: Label, policyHash: string): Receipt => ({
  label,
  evidence: [],
  findingCount: 0,
  unscanned: [],
  policyHash,
  requestedModel: 'auto',
  guardrails: [],
  removed: [],
  route: 'all',
  obligations: [],
  attempts: [],
  seen: {},
})

let env: Env
const put = async (bundle: Bundle): Promise<string> => {
  const stored = await putRelease(env, canonicalBundle(bundle).text, 1)
  if (!stored.ok) throw new Error('not stored')
  return stored.value
}

const refuse = async (policyHash: string, apps: readonly string[], atMs: number): Promise<void> => {
  const refusals = apps.map((app, at) => ({
    decision: `dec_${atMs}_${at}`,
    atMs,
    team: 'red',
    app,
    key: 'key-1',
    purpose: 'general',
    surface: 'openai-chat',
    code: 'no_destination',
    rule: null,
    receiptJson: JSON.stringify(receiptOf(PUBLIC, policyHash)),
  }))
  await journalOf(env, TENANT).commit({ settlements: [], refusals, reserve: null })
}

let base = ''
beforeAll(async () => {
  env = await financeEnv()
  base = await put(BASE)
  await activatePolicy(env, TENANT, base, { by: 'officer', nowMs: 1 })
  const candidate = await put(STRICTER)
  await setShadow(env, TENANT, candidate, 'officer', 1)
  await refuse(base, ['bot', 'bot', 'web'], Date.now())
})

const api = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
  const { status, text } = await call(env, method, `/policy/${path}?tenant=${TENANT}`, body)
  return [status, JSON.parse(text)]
}

test('a backtest says what a draft would have refused, and is stale when another policy is in force', async () => {
  const [status, first] = await api('POST', 'backtest', { bundle: STRICTER, days: 7 })
  expect([status, first]).toMatchObject([
    200,
    {
      stale: false,
      report: {
        holds: false,
        base,
        candidate: canonicalBundle(STRICTER).hash,
        requests: 3,
        vectors: 2,
        newlyRefused: { count: 2, costPicoUsd: '0' },
        newlyAllowed: { count: 0 },
        apps: { bot: 2 },
        hits: { 'g-bot': { before: 0, after: 2 } },
        skipped: {},
        labelsDiffer: false,
        window: { throughSeq: 3 },
      },
    },
  ])
  const digest = first instanceof Object && 'digest' in first ? String(first.digest) : ''
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(await api('GET', `backtest/${digest}`)).toEqual([200, first])
  const hash = await put(STRICTER)
  await activatePolicy(env, TENANT, hash, { by: 'officer', nowMs: 2 })
  expect(await api('GET', `backtest/${digest}`)).toMatchObject([200, { digest, stale: true }])
  await activatePolicy(env, TENANT, base, { by: 'officer', nowMs: 3 })
})

test('the policy in force, replayed, differs in nothing', async () =>
  expect(await api('POST', 'backtest', { hash: base, days: 1 })).toMatchObject([
    200,
    {
      report: {
        holds: true,
        requests: 3,
        newlyRefused: { count: 0 },
        newlyAllowed: { count: 0 },
        rerouted: { count: 0 },
        costDeltaPicoUsd: '0',
      },
    },
  ]))

test('the shadow tells what it would have refused', async () =>
  expect(await api('GET', 'shadow')).toMatchObject([
    200,
    {
      requests: 3,
      differing: 2,
      differences: [
        { kind: 'newly-refused', rule: 'g-bot', route: 'all', app: 'bot', requests: 2 },
      ],
    },
  ]))

test('stored traffic can be taken away as records, and holds no more than these', async () => {
  const { text } = await call(env, 'GET', `/policy/traffic?tenant=${TENANT}&days=2`)
  const records = text
    .trim()
    .split('\n')
    .map((line) => TrafficRecord.parse(JSON.parse(line)))
  expect(new Map(records.map(({ attributes, count }) => [attributes.app, count]))).toEqual(
    new Map([
      ['bot', 2],
      ['web', 1],
    ]),
  )
})

test.each([
  ['neither a bundle nor a hash', { days: 1 }],
  ['both', { days: 1, bundle: BASE, hash: 'a'.repeat(64) }],
  ['too many days', { days: 4000, bundle: BASE }],
  ['a hash of nothing', { days: 1, hash: 'a'.repeat(64) }],
  ['a bundle that is none', { days: 1, bundle: {} }],
])('%s is refused', async (_name, body) => {
  const [status, answer] = await api('POST', 'backtest', body)
  expect([status, answer]).toMatchObject([422, { error: { code: 'invalid_request' } }])
})

test('where no policy is in force, there is nothing to compare with, and no shadow', async () => {
  const body = { bundle: BASE, days: 1 }
  const found = await call(env, 'POST', '/policy/backtest?tenant=empty', body)
  const shadow = await call(env, 'GET', '/policy/shadow?tenant=empty')
  expect([found.status, shadow.status]).toEqual([404, 404])
})
