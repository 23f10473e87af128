import { generateKeyPairSync } from 'node:crypto'
import { createExecutionContext } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { localLoginValue } from '../../src/access/local-login.ts'
import { openNote, parseVerifierKey } from '../../src/encoding/signed-note.ts'
import { handle } from '../../src/worker/app.ts'
import type { Env } from '../../src/worker/env.ts'
import { verifyAdminEvents } from '../../src/worker/stores/admin-events.ts'
import { migratedEnv } from './database.ts'

const ROOT = 'an-admin-token-for-tests'
const CODE = 'c'.repeat(43)
let env: Env
/** Where calls come from: each test from an address of its own, because failures are counted by it. */
let address = ''
let number = 0

beforeAll(async () => {
  const LOCAL_LOGIN = localLoginValue(CODE, 'k'.repeat(43), Date.now())
  env = Object.assign({ ...(await migratedEnv()), ADMIN_TOKEN: ROOT }, { LOCAL_LOGIN })
})
beforeEach(() => {
  number += 1
  address = `192.0.2.${number}`
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Call = { headers?: Record<string, string>; body?: unknown; in?: Env; url?: string }

async function call(method: string, path: string, { headers = {}, body, in: at, url }: Call = {}) {
  const request = new Request(`${url ?? 'https://demarc.example'}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'cf-connecting-ip': address,
      ...(headers['cookie'] === undefined ? { authorization: `Bearer ${ROOT}` } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const response = await handle(request, at ?? env, createExecutionContext())
  const text = await response.text()
  return { status: response.status, headers: response.headers, text }
}

type Line = Record<string, unknown>
async function calls(query = ''): Promise<Line[]> {
  const { text } = await call('GET', `/admin/api/audit/calls?limit=50${query}`)
  return JSON.parse(text).calls
}

test('a change is on record before it is done, and how it ended', async () => {
  await call('POST', '/admin/api/tokens', {
    body: { name: 'secretive', roles: ['officer'] },
    headers: {
      'demarc-reason': encodeURIComponent('weil CI prüft'),
      'demarc-ticket': 'OPS-12',
    },
  })
  const [end, begin] = await calls()
  const both = {
    actor: 'token:admin',
    via: 'token',
    method: 'POST',
    route: '/admin/api/tokens',
    reason: 'weil CI prüft',
    ticket: 'OPS-12',
    call: expect.stringMatching(/^.{10,}$/),
  }
  expect(begin).toMatchObject({ ...both, phase: 'begin', status: null, target: null })
  expect(end).toMatchObject({ ...both, phase: 'end', status: 201, target: 'token:secretive' })
  expect(end?.['call']).toBe(begin?.['call'])
})

test('a read is one line: the pattern of the route and the id in it, never the query', async () => {
  await call(
    'GET',
    '/admin/api/ledger/report/nonsense?period=2026-11&by=a-word-of-mine&tenant=acme',
  )
  const [line] = await calls()
  expect(line).toMatchObject({
    phase: 'end',
    route: '/admin/api/ledger/report/:name',
    target: 'nonsense',
    tenant: 'acme',
    status: 422,
  })
  expect(JSON.stringify(line)).not.toContain('a-word-of-mine')
})

test('bodies, addresses and what looks like no id are not in the log', async () => {
  await call('POST', '/admin/api/keys/%3Cscript%3E/rotate', { body: { overlapSeconds: -77777 } })
  const lines = await calls()
  expect(lines[0]).toMatchObject({ route: '/admin/api/keys/:id/rotate', target: null })
  expect(JSON.stringify(lines)).not.toMatch(/77777|192\.0\.2|script/)
})

test('whoever is nobody is on record as such, and so is who lacks a right', async () => {
  await call('GET', '/admin/api/keys', { headers: { authorization: 'Bearer dma_x' } })
  await call('GET', '/admin/api/nothing/here')
  const made = await call('POST', '/admin/api/tokens', { body: { name: 'f', roles: ['finance'] } })
  const token = String(JSON.parse(made.text).token)
  await call('DELETE', '/admin/api/keys/abc', { headers: { authorization: `Bearer ${token}` } })
  const lines = await calls()
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ actor: 'anonymous', via: 'none', status: 401 }),
      expect.objectContaining({ route: '/admin/api/*', status: 404 }),
      expect.objectContaining({
        actor: 'token:f',
        madeBy: 'token:admin',
        status: 403,
        target: 'abc',
      }),
    ]),
  )
})

test('reading the log is a line in it, and it is read page by page', async () => {
  const first = JSON.parse((await call('GET', '/admin/api/audit/calls?limit=1')).text)
  const second = JSON.parse(
    (await call('GET', `/admin/api/audit/calls?limit=1&before=${first.next}`)).text,
  )
  expect(second.calls[0].seq).toBe(first.calls[0].seq - 1)
  const mine = await calls('&actor=token:admin&from=2026-01-01')
  expect(mine[0]).toMatchObject({ route: '/admin/api/audit/calls', status: 200 })
  expect(await calls('&actor=nobody')).toEqual([])
  expect(await calls('&to=2020-01-01')).toEqual([])
})

test('calls at once are all in the chain, in some order', async () => {
  const before = await verifyAdminEvents(env)
  await Promise.all(Array.from({ length: 16 }, () => call('GET', '/admin/api/people/me')))
  const after = await verifyAdminEvents(env)
  expect(after).toMatchObject({ events: before.events + 16, brokenAt: null })
})

test('the head of the chain is signed, to be kept elsewhere', async () => {
  const pair = generateKeyPairSync('ed25519').privateKey
  const AUDIT_KEY = pair.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  const signing = Object.assign({ ...env }, { AUDIT_KEY, AUDIT_ORIGIN: 'demarc.example' })
  const before = await verifyAdminEvents(env)
  const answer = await call('GET', '/admin/api/audit/calls/verify', { in: signing })
  const { note, verifierKey } = JSON.parse(answer.text)
  const key = parseVerifierKey(verifierKey)
  if (key === undefined) throw new Error('no key')
  const text = `demarc.example/admin-calls\n${before.events}\n${before.headHash}\n`
  expect(openNote(note, [key])).toEqual({ ok: true, value: text })
  expect(openNote(note.replace(/\n\d+\n/, '\n1\n'), [key])).toMatchObject({ ok: false })
})

test.each([
  ['changed', "UPDATE admin_event SET body = replace(body, '404', '200') WHERE seq = 3", 3],
  ['removed', 'DELETE FROM admin_event WHERE seq = 2', 2],
])('a line that somebody %s is found', async (_name, sql, seq) => {
  const { DB } = env
  await expect(DB.prepare(sql).run(), sql).rejects.toThrow('append-only')
  const [row] = (await DB.prepare('SELECT * FROM admin_event WHERE seq = ?1').bind(seq).all())
    .results
  const triggers = (
    await DB.prepare(
      "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'admin_event'",
    ).all()
  ).results.map(({ sql: text }) => String(text))
  for (const name of ['update', 'delete', 'replace']) {
    await DB.prepare(`DROP TRIGGER admin_event_no_${name}`).run()
  }
  await DB.prepare(sql.replace("'404', '200'", '\'"v":1\', \'"v":2\'')).run()
  expect(await verifyAdminEvents(env)).toMatchObject({ brokenAt: seq })
  const answer = JSON.parse((await call('GET', '/admin/api/audit/calls/verify')).text)
  expect(answer).toMatchObject({ holds: false, brokenAt: seq })
  await DB.prepare('DELETE FROM admin_event WHERE seq = ?1').bind(seq).run()
  await DB.prepare(
    'INSERT INTO admin_event (seq, at_ms, actor, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)',
  )
    .bind(row?.['seq'], row?.['at_ms'], row?.['actor'], row?.['body'], row?.['hash'])
    .run()
  for (const text of triggers) await DB.prepare(text).run()
  expect(await verifyAdminEvents(env)).toMatchObject({ brokenAt: null })
})

test('an actor may call so often in a minute, and no oftener', async () => {
  const made = await call('POST', '/admin/api/tokens', {
    body: { name: 'wild', roles: ['auditor'] },
  })
  const authorization = `Bearer ${String(JSON.parse(made.text).token)}`
  const bounded = Object.assign({ ...env }, { ADMIN_CALLS_PER_MINUTE: '3' })
  const statuses: number[] = []
  for (let at = 0; at < 6; at++) {
    const answer = await call('GET', '/admin/api/people/me', {
      in: bounded,
      headers: { authorization },
    })
    statuses.push(answer.status)
  }
  // A minute may begin between two of them.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0)
  expect(statuses.slice(0, 1)).toEqual([200])
  const lines = await calls('&actor=token:wild')
  expect(lines.filter(({ status }) => status === 429)).toHaveLength(1)
})

/** A database that refuses to write into the log. */
function unwritable({ DB }: Env): D1Database {
  return new Proxy(DB, {
    get: (database, name) =>
      name === 'prepare'
        ? (sql: string) =>
            database.prepare(sql.startsWith('INSERT INTO admin_event') ? 'SELECT nonsense' : sql)
        : Reflect.get(database, name).bind(database),
  })
}

test.each([
  ['POST', '/admin/api/tokens', { name: 'unseen', roles: ['officer'] }],
  ['GET', '/admin/api/keys', undefined],
])('what cannot be recorded is not done, or not answered: %s %s', async (method, path, body) => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined) // the alarm
  const blind = { ...env, DB: unwritable(env) }
  const answer = await call(method, path, { in: blind, body })
  expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([503, 'audit_unavailable'])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const tokens = (await call('GET', '/admin/api/tokens')).text
  expect(tokens).not.toContain('unseen')
})

test('a reason longer than a reason is refused', async () => {
  const headers = { 'demarc-reason': 'x'.repeat(501) }
  expect((await call('DELETE', '/admin/api/keys/abc', { headers })).status).toBe(422)
})

test('whoever fails too often is not listened to for a while, and nobody else suffers', async () => {
  const wrong = { authorization: 'Bearer not-the-token-at-all' }
  for (let tried = 0; tried < 50; tried++) {
    expect((await call('GET', '/admin/api/keys', { headers: wrong })).status).toBe(401)
  }
  const refused = await call('GET', '/admin/api/keys', { headers: wrong })
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect((await call('GET', '/admin/api/keys')).status).toBe(429) // not even with the right one
  address = '198.51.100.1'
  expect((await call('GET', '/admin/api/keys')).status).toBe(200)
})

test('every answer tells browsers to keep, frame and guess nothing', async () => {
  for (const answer of [
    await call('GET', '/admin/api/keys'),
    await call('GET', '/admin/api/nothing'),
    await call('GET', '/admin/api/keys', { headers: { authorization: 'Bearer x' } }),
    await call('GET', '/admin/login?code=x', { url: 'http://127.0.0.1' }),
  ]) {
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    })
  }
})

const LOCAL = 'http://127.0.0.1:8787'

test('the printed address logs in once, and the session is a person with all roles', async () => {
  const path = `/admin/login?code=${CODE}`
  expect((await call('GET', path)).status).toBe(404) // under another name than this machine's
  const wrong = await call('GET', '/admin/login?code=wrong', { url: LOCAL })
  expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null])
  const entered = await call('GET', path, { url: LOCAL })
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/console'])
  const set = entered.headers.get('set-cookie') ?? ''
  expect(set).toMatch(/; HttpOnly; SameSite=Strict;/)
  expect((await call('GET', path, { url: LOCAL })).status).toBe(401)

  const [cookie = ''] = set.split(';')
  const me = await call('GET', '/admin/api/people/me', { url: LOCAL, headers: { cookie } })
  expect(JSON.parse(me.text)).toMatchObject({ actor: { id: 'local@localhost', kind: 'person' } })
  const elsewhere = await call('GET', '/admin/api/people/me', { headers: { cookie } })
  expect(elsewhere.status).toBe(401)
  const change = { url: LOCAL, body: { name: 'x', roles: ['officer'] } }
  const forged = { cookie, origin: 'https://evil.example', 'content-type': 'text/plain' }
  expect((await call('POST', '/admin/api/tokens', { ...change, headers: forged })).status).toBe(403)
  const own = { cookie, origin: LOCAL, 'content-type': 'application/json', 'demarc-csrf': '1' }
  expect((await call('POST', '/admin/api/tokens', { ...change, headers: own })).status).toBe(201)
})

test('without the variable there is no local login, whatever the cookie', async () => {
  const deployed = { ...env, LOCAL_LOGIN: '' }
  expect(
    (await call('GET', `/admin/login?code=${CODE}`, { url: LOCAL, in: deployed })).status,
  ).toBe(404)
  const headers = { cookie: 'demarc_session=x.y' }
  expect((await call('GET', '/admin/api/keys', { url: LOCAL, in: deployed, headers })).status).toBe(
    401,
  )
})
