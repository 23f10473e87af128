import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'
import { startLocal, type Local } from '../../scripts/lib/local.ts'
import { localLoginValue } from '../../src/access/local-login.ts'

const CODE = 'c'.repeat(43)
let local: Local

beforeAll(async () => {
  const vars = { LOCAL_LOGIN: localLoginValue(CODE, 'k'.repeat(43), Date.now()) }
  local = await startLocal({ vars })
})
afterAll(async () => {
  await local.close()
})
beforeEach(() => {
  vi.stubEnv('DEMARC_ADMIN_TOKEN', local.secrets.adminToken)
  vi.spyOn(console, 'log').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const admin = async (...args: readonly string[]): Promise<number> =>
  await dispatch(['admin', ...args, '--url', local.url])

const said = (stream: 'log' | 'error'): string =>
  vi.mocked(console[stream]).mock.calls.flat().join('\n')

test('a token is made at the command line, works there, and is ended', async () => {
  expect(await admin('token', 'create', '--name', 'ci', '--roles', 'officer,auditor')).toBe(0)
  const token = said('log')
  const [, id = ''] = /id (\w+)\./.exec(said('error')) ?? []
  expect(token).toMatch(/^dma_[0-9a-f]{16}_[\w-]{43}$/)
  vi.stubEnv('DEMARC_ADMIN_TOKEN', token)
  expect(await dispatch(['key', 'list', '--url', local.url])).toBe(0)
  expect(await admin('token', 'list')).toBe(2)
  expect(said('error')).toContain('403: this needs the right admin.write')
  vi.stubEnv('DEMARC_ADMIN_TOKEN', local.secrets.adminToken)
  expect(await admin('token', 'list')).toBe(0)
  expect(said('log')).toContain(`${id}  ci  auditor, officer  made by token:admin  until `)
  expect(await admin('token', 'revoke', id, '--reason', 'nicht mehr nötig')).toBe(0)
  vi.stubEnv('DEMARC_ADMIN_TOKEN', token)
  expect(await dispatch(['key', 'list', '--url', local.url])).toBe(2)
  const calls = await local.admin('GET', '/admin/api/audit/calls?limit=10')
  expect(await calls.text()).toContain('"reason":"nicht mehr nötig"')
})

test('roles are given, listed and taken away at the command line', async () => {
  const given = ['--roles', 'developer', '--apps', 'search,chat']
  expect(await admin('role', 'set', 'Eve@example.com', ...given)).toBe(0)
  expect(await admin('role', 'list')).toBe(0)
  expect(said('log')).toContain('eve@example.com  developer (apps: search, chat)  by token:admin')
  expect(await admin('role', 'remove', 'eve@example.com')).toBe(0)
  expect(await admin('role', 'remove', 'eve@example.com')).toBe(2)
  expect(said('error')).toContain('404: has no roles')
})

test('calls and decisions are read at the command line', async () => {
  expect(await admin('calls', '--actor', 'token:admin')).toBe(0)
  expect(await admin('calls')).toBe(0)
  expect(said('log')).toMatch(/ {2}200 {2,}token:admin {2}GET \/admin\/api\/audit\/calls/)
  vi.mocked(console.log).mockClear()
  expect(await admin('decisions', '--state', 'refused', '--json')).toBe(0)
  expect(said('log')).toBe('{"tenant":"default","through":0,"decisions":[],"next":null}')
  expect(await admin('decisions', '--state', 'odd')).toBe(2)
  expect(said('error')).toContain('state: one of refused, failed, ok')
})

test.each([
  [['token', 'create', '--roles', 'officer'], '--name is missing'],
  [['token', 'create', '--name', 'a', '--roles', 'king'], 'some of officer'],
  [['role', 'set', 'nobody', '--roles', 'officer'], 'an e-mail address'],
  [['role', 'promote', 'x'], 'token create, list or revoke'],
])('%j cannot run', async (args, problem) => {
  expect(await admin(...args)).toBe(2)
  expect(said('error')).toContain(problem)
})

test('the printed address works once, from a browser on this machine', async () => {
  const enter = async () =>
    await fetch(`${local.url}/admin/login?code=${CODE}`, { redirect: 'manual' })
  const entered = await enter()
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/console'])
  expect((await enter()).status).toBe(401)
  const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';')
  const me = await fetch(`${local.url}/admin/api/people/me`, { headers: { cookie } })
  expect(await me.json()).toMatchObject({ actor: { id: 'local@localhost' } })
  const made = await fetch(`${local.url}/admin/api/tokens`, {
    method: 'POST',
    headers: { cookie, origin: local.url, 'content-type': 'application/json', 'demarc-csrf': '1' },
    body: JSON.stringify({ name: 'browser', roles: ['auditor'] }),
  })
  expect(made.status).toBe(201)
})
