import { beforeAll, expect, test } from 'vitest'
import type { EntryBody } from '../../src/journal/entry.ts'
import type { Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { indexDecisions } from '../../src/worker/stores/admin-decisions-index.ts'
import { decisionStatement, type DecisionFilter } from '../../src/worker/stores/admin-decisions.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { chain, refused, reserved, settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const ROOT = 'an-admin-token-for-tests'
const DAY_MS = Date.UTC(2026, 10, 24)
let env: Env

/** When which app asked, and what came of it. */
function sent(
  id: string,
  hour: number,
  changes: Partial<ReturnType<typeof settled>> = {},
  app = 'assistant',
): EntryBody[] {
  const atMs = DAY_MS + hour * 3_600_000
  const opening = reserved(id)
  if (opening.kind !== 'reserve') throw new Error('a reservation')
  const facts = { ...opening.facts, app }
  const receipt = {
    label: { level: 'public' },
    guardrails: ['G01'],
    waivers: ['W-1'],
    secret: 'quoted text',
  }
  return [
    { ...opening, facts, atMs, receipt },
    { ...settled('100', changes), facts, atMs: atMs + 1000, decision: id, attempt: `${id}.1` },
  ]
}
const no = (
  id: string,
  hour: number,
  code: string,
  rule: string | null,
  app: string,
): EntryBody => {
  const entry = refused(id)
  if (entry.kind !== 'refuse') throw new Error('a refusal')
  const receipt = {
    label: { level: 'restricted' },
    policyHash: 'f'.repeat(64),
    guardrails: rule === null ? [] : [rule, 'G01'],
  }
  return { ...entry, atMs: DAY_MS + hour * 3_600_000, code, rule, app, receipt }
}
const again = (id: string, hour: number): EntryBody => {
  const [opening] = sent(id, hour)
  if (opening?.kind !== 'reserve') throw new Error('a reservation')
  const facts = { ...opening.facts, destination: 'vllm', model: 'qwen' }
  return { ...opening, number: 2, attempt: `${id}.2`, facts }
}

beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: ROOT }
  const entries = chain([
    ...sent('dec_ok', 1),
    no('dec_no', 2, 'policy_forbids', 'G06', 'assistant'),
    ...sent('dec_failed', 3, { outcome: 'upstream-error', upstreamStatus: 503 }),
    again('dec_failed', 3),
    no('dec_poor', 4, 'budget_exhausted', null, 'batch'),
    ...sent('dec_batch', 5, {}, 'batch'),
  ])
  await insertEntries(env, 'default', entries, DAY_MS)
  for (const [name, roles, apps] of [
    ['dev', ['developer'], ['assistant']],
    ['both', ['developer'], ['assistant', 'batch']],
    ['nobody', ['developer'], []],
    ['auditor', ['auditor'], []],
    ['finance', ['finance'], []],
  ] as const) {
    tokens.set(name, String((await call('POST', '/tokens', { name, roles, apps })).body['token']))
  }
})

const tokens = new Map([['root', ROOT]])

async function call(method: string, path: string, body?: unknown, by = 'root') {
  const response = await admin.request(
    path,
    {
      method,
      headers: { authorization: `Bearer ${tokens.get(by)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    env,
  )
  const text = await response.clone().text()
  return { status: response.status, text, body: await response.json<Record<string, unknown>>() }
}

async function found(query: string, by = 'root'): Promise<string[]> {
  const { body } = await call('GET', `/decisions?${query}`, undefined, by)
  const { decisions } = body
  return Array.isArray(decisions) ? decisions.map((one) => String(one.id).slice(4)) : []
}

test.each([
  ['', ['batch', 'poor', 'failed', 'no', 'ok']],
  ['app=batch', ['batch', 'poor']],
  ['code=policy_forbids', ['no']],
  ['state=refused', ['poor', 'no']],
  ['state=failed', ['failed']],
  ['state=ok', ['batch', 'ok']],
  ['level=restricted', ['poor', 'no']],
  ['destination=vllm', ['failed']],
  ['destination=fireworks', ['batch', 'ok']],
  ['rule=G06', ['no']],
  ['rule=G01', ['batch', 'failed', 'no', 'ok']],
  ['rule=W-1&state=ok&app=assistant', ['ok']],
  ['from=2026-11-24T02:00:00Z&to=2026-11-24T04:00:00Z', ['failed', 'no']],
  ['rule=G01&from=2026-11-24T03:00:00Z', ['batch', 'failed']],
  ['tenant=other', []],
  ['code=nothing', []],
])('the search %j finds %j', async (query, ids) => {
  expect(await found(query)).toEqual(ids)
})

test.each([
  ['dev', '', ['failed', 'no', 'ok']],
  ['dev', 'app=assistant&state=refused', ['no']],
  ['dev', 'app=batch', []],
  ['both', '', ['batch', 'poor', 'failed', 'no', 'ok']],
  ['both', 'app=batch', ['batch', 'poor']],
  ['nobody', '', []],
  ['auditor', 'app=batch', ['batch', 'poor']],
  ['finance', '', []],
])('%s, asking for %j, sees %j', async (who, query, ids) => {
  expect(await found(query, who)).toEqual(ids)
})

test('who asks for an app of others is told so', async () => {
  const { status, text } = await call('GET', '/decisions?app=batch', undefined, 'dev')
  expect([status, text]).toEqual([403, expect.stringContaining('your apps: assistant')])
  expect((await call('GET', '/decisions', undefined, 'finance')).status).toBe(403)
})

test('a decision shows where it went and how it ended, and nothing of the request', async () => {
  const { text, body } = await call('GET', '/decisions?destination=vllm')
  expect(body).toMatchObject({
    through: 9,
    decisions: [
      {
        id: 'dec_failed',
        at: '2026-11-24T03:00:00.000Z',
        destination: 'vllm',
        model: 'qwen',
        attempts: 2,
        outcome: 'upstream-error',
        upstreamStatus: 503,
        code: null,
        level: 'public',
      },
    ],
  })
  expect(text).not.toContain('quoted text')
})

test.each(['root', 'both'])('pages follow one upon the other for %s', async (by) => {
  const all: string[] = []
  let next = ''
  for (let page = 0; page < 9; page++) {
    const { body } = await call('GET', `/decisions?limit=2${next}`, undefined, by)
    const { decisions } = body
    if (Array.isArray(decisions)) all.push(...decisions.map((one) => String(one.id)))
    if (typeof body['next'] !== 'string') break
    next = `&before=${body['next']}`
  }
  expect(all).toEqual(['dec_batch', 'dec_poor', 'dec_failed', 'dec_no', 'dec_ok'])
})

test.each([
  ['auditor', 'dec_batch', 200],
  ['dev', 'dec_ok', 200],
  ['dev', 'dec_batch', 404],
  ['both', 'dec_batch', 200],
  ['auditor', 'dec_none', 404],
  ['finance', 'dec_ok', 403],
])('%s, asking for the receipt of %s, gets %i', async (by, id, status) => {
  const answer = await call('GET', `/decisions/${id}`, undefined, by)
  expect(answer.status).toBe(status)
  if (status === 200) expect(answer.body).toMatchObject({ id, settled: [{ outcome: 'ok' }] })
})

test('two who index at once index once', async () => {
  const before = await env.DB.prepare('SELECT * FROM decision').all()
  await Promise.all([1, 2, 3].map(() => indexDecisions(env, 'default')))
  expect((await env.DB.prepare('SELECT * FROM decision').all()).results).toEqual(before.results)
})

test.each<[string, Partial<DecisionFilter>, string | undefined]>([
  ['all', {}, undefined],
  ['an app', {}, 'assistant'],
  ['a code', { code: 'policy_forbids' }, undefined],
  ['a level', { level: 'public' }, undefined],
  ['a destination', { destination: 'vllm' }, undefined],
  ['a rule', { rule: 'G06' }, undefined],
  ['refusals', { state: 'refused' }, undefined],
  ['an app in a time', { fromMs: 0, toMs: DAY_MS, before: { atMs: 1, seq: 1 } }, 'assistant'],
])('a search for %s walks an index and sorts nothing', async (_name, filter, app) => {
  const whole = { tenant: 'default', apps: undefined, limit: 10, ...filter }
  const { sql, values } = decisionStatement(whole, app)
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all()
  const steps = plan.results.map(({ detail }) => String(detail))
  expect(steps.filter((step) => /SCAN|TEMP B-TREE/.test(step))).toEqual([])
})

test.each(['level=secret', 'state=x', 'from=yesterday', 'before=1', 'limit=501', 'app='])(
  'the search %j is refused',
  async (query) => {
    expect((await call('GET', `/decisions?${query}`)).status).toBe(422)
  },
)
