import { beforeAll, expect, test } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { migratedEnv } from './database.ts'

const ROOT = 'an-admin-token-for-tests'
let env: Env
beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: ROOT }
})

async function call(method: string, path: string, body?: unknown, token = ROOT) {
  const response = await admin.request(
    path,
    {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    env,
  )
  return { status: response.status, body: await response.json<Record<string, unknown>>() }
}

async function tokenFor(name: string, roles: readonly string[]): Promise<[string, string]> {
  const { status, body } = await call('POST', '/tokens', { name, roles })
  expect(status).toBe(201)
  return [String(body['id']), String(body['token'])]
}

test('a token opens what its roles allow and nothing else, until it is revoked', async () => {
  const [id, token] = await tokenFor('ci', ['officer'])
  expect((await call('GET', '/policy/history', undefined, token)).status).toBe(200)
  expect(await call('GET', '/keys', undefined, token)).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden', message: expect.stringContaining('token:ci (officer)') } },
  })
  expect((await call('GET', '/people/me', undefined, token)).body).toMatchObject({
    actor: { id: 'token:ci', roles: ['officer'], madeBy: 'token:admin' },
  })
  expect((await call('DELETE', `/tokens/${id}`)).status).toBe(200)
  expect((await call('GET', '/policy/history', undefined, token)).status).toBe(401)
})

test('of a token only its hash is kept', async () => {
  const [id, token] = await tokenFor('kept', ['auditor'])
  const rows = await env.DB.prepare('SELECT * FROM admin_token WHERE id = ?1').bind(id).all()
  expect(JSON.stringify(rows.results)).not.toContain(token.slice(21))
  expect(JSON.stringify((await call('GET', '/tokens')).body)).not.toMatch(/[0-9a-f]{64}/)
})

test('a name is one automation: it may come back only when the one before is revoked', async () => {
  const [id] = await tokenFor('nightly', ['finance'])
  expect((await call('POST', '/tokens', { name: 'nightly', roles: ['officer'] })).status).toBe(409)
  await call('DELETE', `/tokens/${id}`)
  await tokenFor('nightly', ['finance'])
})

test('nobody gets more by making a token than they have', async () => {
  const [, operator] = await tokenFor('operator', ['operator'])
  const refused = await call('POST', '/tokens', { name: 'x', roles: ['officer'] }, operator)
  expect(refused).toMatchObject({ status: 403 })
  expect(JSON.stringify(refused.body)).toContain('is not officer')
  const made = await call('POST', '/tokens', { name: 'x', roles: ['operator'] }, operator)
  expect(made.body).toMatchObject({ summary: { createdBy: 'token:operator' } })
})

test.each([
  ['POST', '/tokens', { name: 'A', roles: ['officer'] }, 422],
  ['POST', '/tokens', { name: 'a', roles: ['root'] }, 422],
  ['DELETE', '/tokens/0000', undefined, 404],
  ['PUT', '/people/nobody', { roles: ['officer'] }, 422],
  ['PUT', '/people/ada@example.com', { roles: [] }, 422],
  ['DELETE', '/people/nobody@example.com', undefined, 404],
])('%s %s with %j is refused', async (method, path, body, status) => {
  expect((await call(method, path, body)).status).toBe(status)
})

test('roles are given, listed and taken away', async () => {
  const granted = { roles: ['developer'], apps: ['assistant'] }
  const put = await call('PUT', '/people/Ada@example.com', granted)
  expect(put.body).toMatchObject({ principal: 'ada@example.com', grantedBy: 'token:admin' })
  expect((await call('GET', '/people')).body).toMatchObject({
    people: [{ principal: 'ada@example.com', ...granted }],
  })
  expect((await call('DELETE', '/people/ada@example.com')).status).toBe(200)
  expect((await call('GET', '/people')).body).toEqual({ people: [] })
})
