import { createExecutionContext } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { may, PERMISSIONS, ROLES, type Permission } from '../../src/access/actor.ts'
import { surfaceAt, surfaces } from '../../src/surfaces/index.ts'
import { app, handle } from '../../src/worker/app.ts'
import type { Env } from '../../src/worker/env.ts'
import { DATA_ROUTES } from '../../src/worker/openapi/data-routes.ts'
import { ADMIN_BASE, ADMIN_ROUTES, openapiPath } from '../../src/worker/openapi/document.ts'
import { createAdminToken } from '../../src/worker/stores/admin-tokens.ts'
import { migratedEnv } from './database.ts'

const ROOT = 'an-admin-token-for-tests'
let env: Env
beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: ROOT }
})

async function call(method: string, path: string, token = ROOT): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const request = new Request(`https://demarc.example${path}`, {
    method,
    headers,
    ...(method === 'POST' || method === 'PUT' ? { body: '{}' } : {}),
  })
  return await handle(request, env, createExecutionContext())
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

async function document(): Promise<Fields> {
  return await (await call('GET', '/admin/api/openapi.json')).json<Fields>()
}

/** `get /admin/api/keys` for each operation of the document. */
const documented = (paths: unknown): string[] =>
  Object.entries(fieldsOf(paths)).flatMap(([path, operations]) =>
    Object.keys(fieldsOf(operations)).map((method) => `${method} ${path}`),
  )

test('every route of the Worker is in the document, and nothing else is', async () => {
  const { paths } = await document()
  const registered = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${openapiPath(path)}`)
  // These go past the router: the surfaces say which paths are theirs.
  const served = DATA_ROUTES.filter(
    ({ surface, path }) => surface !== undefined && !path.startsWith('/v1/explain'),
  ).map(({ method, path }) => `${method} ${openapiPath(path)}`)
  expect(documented(paths).toSorted()).toEqual([...new Set([...registered, ...served])].toSorted())
})

test('every surface is in the document, at paths that it serves', () => {
  const named = DATA_ROUTES.flatMap(({ surface, path }) =>
    surface === undefined || path.startsWith('/v1/explain')
      ? []
      : [[surface, surfaceAt(path.replace(':model', 'a-model'))?.name] as const],
  )
  for (const [surface, serving] of named) expect(serving).toBe(surface)
  expect([...new Set(named.map(([surface]) => surface))].toSorted()).toEqual(
    Object.keys(surfaces).toSorted(),
  )
})

/** Ids that no schema and no store knows: what is tested is who gets past the door. */
const sample = (path: string): string => ADMIN_BASE + path.replaceAll(/:\w+/g, 'nothing')

test('each route asks for the right that the document names', async () => {
  const root = { id: 'token:admin', kind: 'service', roles: ROLES, apps: [] } as const
  const tokens = new Map<Permission | null, string>()
  for (const right of PERMISSIONS) {
    const roles = ROLES.filter((role) => !may({ ...root, roles: [role] }, right))
    const request = { name: `all-but-${right}`, roles, apps: [], days: 1 }
    const made = await createAdminToken(env, request, root, Date.now())
    if (made.ok) tokens.set(right, made.value.token)
  }
  for (const { method, path, right } of ADMIN_ROUTES) {
    const token = tokens.get(right) ?? ''
    if (right === null) continue
    const response = await call(method.toUpperCase(), sample(path), token)
    expect([method, path, response.status]).toEqual([method, path, 403])
    expect([path, await response.text()]).toEqual([
      path,
      expect.stringContaining(`this needs the right ${right},`),
    ])
  }
  expect(new Set(ADMIN_ROUTES.map(({ right }) => right))).toEqual(new Set([...PERMISSIONS, null]))
})

/** Every `$ref` in a value. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  return Object.entries(fieldsOf(value)).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : references(member),
  )
}

test('the document points at nothing that is not in it, and names each operation once', async () => {
  const whole = await document()
  const own = references(whole).filter((reference) => reference.startsWith('#/components/'))
  expect(own.length).toBeGreaterThan(100)
  for (const reference of new Set(own)) {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => fieldsOf(at)[name], whole)
    expect([reference, found]).toEqual([reference, expect.anything()])
  }
  const ids = Object.values(fieldsOf(whole['paths'])).flatMap((operations) =>
    Object.values(fieldsOf(operations)).map((operation) => fieldsOf(operation)['operationId']),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test('a refusal has the status, the shape and the headers that the document gives it', async () => {
  const { components } = await document()
  const { responses } = fieldsOf(components)
  const answer = await handle(
    new Request('https://demarc.example/v1/messages', { method: 'POST', body: '{}' }),
    env,
    createExecutionContext(),
  )
  const described = fieldsOf(fieldsOf(responses)[`anthropic-${answer.status}`])
  for (const name of Object.keys(fieldsOf(described['headers']))) {
    expect([name, answer.headers.has(name)]).toEqual([name, true])
  }
  expect(JSON.stringify(described)).toContain('authentication_error')
  expect(await answer.json()).toMatchObject({
    type: 'error',
    error: { type: 'authentication_error' },
  })
})

/** What can be asked without anything having happened. */
const READS = ADMIN_ROUTES.filter(
  ({ method, path, content, status = 200 }) =>
    method === 'get' && status === 200 && 'safeParse' in content && !path.includes(':'),
)

test.each(READS.map((route) => [route.path, route] as const))(
  'GET %s answers what the document says, or a refusal that it names',
  async (path, { content, refusals = {} }) => {
    const period = path.startsWith('/ledger/') ? '?period=2026-11' : ''
    const range = path === '/audit/consistency' ? '?from=1&to=1' : period
    const response = await call('GET', ADMIN_BASE + path + range)
    const json = await response.json<Fields>()
    if (response.status === 200) {
      if ('safeParse' in content) expect(content.safeParse(json).error).toBeUndefined()
      return
    }
    const codes = [...(refusals[response.status] ?? []), 'invalid_request']
    expect(codes).toContain(fieldsOf(json['error'])['code'])
  },
)
