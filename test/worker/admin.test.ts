import { beforeAll, expect, test } from 'vitest'
import { CATEGORIES, LEVELS } from '../../src/domain/label.ts'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'
import type { Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { authenticateKey } from '../../src/worker/stores/keys.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { chain, refused, settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const TOKEN = 'an-admin-token-for-tests'
let env: Env
beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: TOKEN }
})

const call = async (
  method: string,
  path: string,
  body?: unknown,
  authorization = `Bearer ${TOKEN}`,
) =>
  await admin.request(
    path,
    {
      method,
      headers: { authorization },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
    env,
  )

async function json(response: Response): Promise<Record<string, unknown>> {
  return await response.json<Record<string, unknown>>()
}

const described = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { title: name, means: name }]))

const BUNDLE = {
  version: 1,
  attributes: { countryGroups: {}, teams: [], apps: [], purposes: [], declaredCategories: [] },
  labels: { levels: described(LEVELS), categories: described(CATEGORIES) },
  guardrails: [],
  routes: [],
  obligations: [],
  waivers: [],
  invariants: [],
  destinations: [
    {
      id: 'vllm',
      adapter: 'vllm',
      account: 'own',
      region: 'own',
      facts: {
        class: 'onprem',
        zone: { value: 'own', evidence: 'our rack', expires: '2030-01-01' },
        countries: { value: ['DE'], evidence: 'our rack', expires: '2030-01-01' },
        legalEntity: { value: 'us', evidence: 'our rack', expires: '2030-01-01' },
        retentionDays: { value: 0, evidence: 'our rack', expires: '2030-01-01' },
        trainsOnData: { value: false, evidence: 'our rack', expires: '2030-01-01' },
        agreements: [],
      },
    },
  ],
  models: [],
  aliases: [],
  prices: [],
  budgets: [],
}

test.each([
  ['no token', ''],
  ['another token', 'Bearer an-admin-token-for-test5'],
  ['half a token', 'Bearer an-admin'],
  ['another scheme', `Basic ${TOKEN}`],
  ['a token with more behind it', `Bearer ${TOKEN} x`],
])('%s opens nothing', async (_name, authorization) => {
  for (const [method, path] of [
    ['GET', '/keys'],
    ['POST', '/keys'],
    ['PUT', '/policy'],
    ['GET', '/ledger/export?period=2026-11'],
    ['GET', '/nothing'],
  ] as const) {
    const response = await call(method, path, undefined, authorization)
    expect([path, response.status]).toEqual([path, 401])
  }
})

test.each([undefined, '', 'fifteen-letters'])(
  'with ADMIN_TOKEN %j nobody comes in',
  async (token) => {
    const response = await admin.request(
      '/keys',
      { headers: { authorization: `Bearer ${token}` } },
      { ...env, ADMIN_TOKEN: token },
    )
    expect(response.status).toBe(503)
    expect(JSON.stringify(await response.json())).toContain('wrangler secret put ADMIN_TOKEN')
  },
)

test('a key is made, shown once, used, rotated and revoked', async () => {
  const made = await call('POST', '/keys', { tenant: 'admin', team: 'search', app: 'assistant' })
  expect(made.status).toBe(201)
  expect(made.headers.get('cache-control')).toBe('no-store')
  const { id, key } = await json(made)
  if (typeof key !== 'string') throw new Error('the answer holds the key')
  expect(await authenticateKey(env, key, Date.now())).toMatchObject({ ok: true })
  const listed = await (await call('GET', '/keys?tenant=admin')).text()
  expect(listed).toContain(String(id))
  expect(listed).not.toContain(key.slice(17))
  const rotated = await json(
    await call('POST', `/keys/${String(id)}/rotate`, { overlapSeconds: 0 }),
  )
  expect(rotated).toMatchObject({ id, inForce: true })
  expect(await authenticateKey(env, key, Date.now())).toMatchObject({ ok: false })
  expect(await json(await call('DELETE', `/keys/${String(id)}`))).toEqual({ id, inForce: true })
  expect(await authenticateKey(env, String(rotated['key']), Date.now())).toMatchObject({
    ok: false,
  })
})

test('a key of another gateway is imported once', async () => {
  const body = { tenant: 'admin', team: 'search', app: 'assistant', sha256: 'ab'.repeat(32) }
  expect((await call('POST', '/keys/import', body)).status).toBe(201)
  expect((await call('POST', '/keys/import', body)).status).toBe(409)
})

test.each([
  ['POST', '/keys', '{', 422, 'not JSON'],
  ['POST', '/keys', { app: 'a' }, 422, 'team: '],
  ['POST', '/keys', { team: 'A B', app: 'a' }, 422, 'team: lower-case letters'],
  ['POST', '/keys/import', { team: 't', app: 'a', sha256: 'x' }, 422, 'sha256: SHA-256'],
  ['POST', '/keys/nobody/rotate', { overlapSeconds: 1 }, 404, 'no such key'],
  ['POST', '/keys/nobody/rotate', { overlapSeconds: -1 }, 422, 'overlapSeconds: '],
  ['DELETE', '/keys/nobody', undefined, 404, 'no such key'],
  ['GET', '/keys?tenant=A%20B', undefined, 422, 'tenant: '],
  ['GET', '/policy?tenant=nobody', undefined, 404, 'PUT one'],
  ['PUT', '/policy', { ...BUNDLE, version: 2 }, 422, 'version: '],
  ['PUT', '/policy', { ...BUNDLE, destinations: [] }, 422, 'destinations: '],
  ['GET', '/ledger/export', undefined, 422, 'period: a calendar month'],
  ['GET', '/ledger/export?period=2026-13', undefined, 422, 'period: '],
  ['GET', '/ledger/export?period=2026-11&format=xml', undefined, 422, 'format: '],
  ['GET', '/nothing', undefined, 404, 'here are'],
])('%s %s with %j says what is accepted', async (method, path, body, status, text) => {
  const response = await call(method, path, body)
  expect(response.status).toBe(status)
  const { error } = await response.json<{ error: { code: string; message: string } }>()
  expect(error.message).toContain(text)
})

test('a bundle is stored in canonical form, put in force, and read back', async () => {
  const bundle = parseBundle(BUNDLE)
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.error))
  const { hash } = canonicalBundle(bundle.value)
  const response = await call('PUT', '/policy?tenant=admin-policy', BUNDLE)
  expect(await json(response)).toMatchObject({
    tenant: 'admin-policy',
    hash,
    change: 'first',
    inForce: true,
    state: 'everywhere',
    version: 1,
  })
  const read = await json(await call('GET', '/policy?tenant=admin-policy'))
  expect(read).toEqual({ tenant: 'admin-policy', hash, bundle: bundle.value })
  const again = await json(await call('PUT', '/policy?tenant=admin-policy', BUNDLE))
  expect(again).toMatchObject({ change: 'same-meaning' })
  const { versions } = await json(await call('GET', '/policy/history?tenant=admin-policy'))
  expect(versions).toMatchObject([
    { version: 2, hash, change: 'same-meaning' },
    { version: 1, hash, change: 'first' },
  ])
})

test('an export has every posting of the month, over more than one page', async () => {
  const december = settled('9', { period: '2026-12' })
  const november = Array.from({ length: 1001 }, () => settled('1'))
  await insertEntries(env, 'exported', chain([...november, december, refused()]), Date.now())
  const response = await call('GET', '/ledger/export?period=2026-11&tenant=exported&format=csv')
  expect(response.headers.get('content-type')).toContain('text/csv')
  const lines = (await response.text()).split('\r\n')
  expect(lines).toHaveLength(1 + 1001 + 1)
  expect(lines[0]).toMatch(/^seq,posted_at,period,/)
  expect(lines.at(-2)).toMatch(/^1001,2026-11-24T12:00:00.000Z,2026-11,settle,ok,0.000000000001,1,/)
})
