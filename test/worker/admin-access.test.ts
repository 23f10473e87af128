import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import { admin } from '../../src/worker/routes/admin.ts'
import { putRoles } from '../../src/worker/stores/admin-people.ts'
import { migratedEnv } from './database.ts'

const AUD = '32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228'
const ORIGIN = 'https://demarc.example'

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let env: Env
let current: Pair
let next: Pair
let other: Pair
/** Each test has a team of its own, so that no key set is remembered from another. */
let team = ''
let number = 0
/** What the team publishes, and how often it was asked. */
let published: readonly (readonly [string, Pair])[] = []
let asked = 0

const pair = () => generateKeyPair('RS256', { extractable: true })

beforeAll(async () => {
  env = { ...(await migratedEnv()), ADMIN_TOKEN: 'an-admin-token-for-tests' }
  ;[current, next, other] = await Promise.all([pair(), pair(), pair()])
  await putRoles(env, 'ada@example.com', { roles: ['auditor'], apps: [] }, 'test', 0)
  await putRoles(env, 'group:Risk', { roles: ['officer'], apps: [] }, 'test', 0)
  await putRoles(env, 'access:ci.access', { roles: ['operator'], apps: [] }, 'test', 0)
})

beforeEach(() => {
  number += 1
  team = `team-${number}.cloudflareaccess.com`
  published = [['one', current]]
  asked = 0
  // Stands where the internet begins: the team's domain, which publishes its keys.
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = input instanceof Request ? input.url : String(input)
    if (url !== `https://${team}/cdn-cgi/access/certs`) return new Response(null, { status: 404 })
    asked += 1
    const keys = published.map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg: 'RS256',
      use: 'sig',
    }))
    return Response.json({ keys: await Promise.all(keys) })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const nowS = () => Math.floor(Date.now() / 1000)
const claims = (more: Record<string, unknown> = {}): JWTPayload => ({
  iss: `https://${team}`,
  aud: [AUD],
  email: 'ada@example.com',
  type: 'app',
  iat: nowS(),
  nbf: nowS(),
  exp: nowS() + 600,
  sub: '7335d417-61da-459d-899c-0a01c76a2f94',
  ...more,
})

const signed = (payload: JWTPayload, by = current, kid = 'one') =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(by.privateKey)

async function call(token: string, more: Record<string, string> = {}, path = '/people/me') {
  const response = await admin.request(
    `${ORIGIN}${path}`,
    { headers: { 'cf-access-jwt-assertion': token, ...more } },
    { ...env, ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: AUD, ACCESS_GROUPS_CLAIM: 'groups' },
  )
  return { status: response.status, body: await response.json<Record<string, unknown>>() }
}

const actorOf = async (token: string) => (await call(token)).body['actor']

test('a person of the team is who Access says, with the roles given to the address', async () => {
  expect(await call(await signed(claims({ email: 'Ada@Example.com' })))).toMatchObject({
    status: 200,
    body: { actor: { id: 'ada@example.com', kind: 'person', roles: ['auditor'] } },
  })
})

test('the cookie that Access sets says the same', async () => {
  const response = await admin.request(
    `${ORIGIN}/people/me`,
    { headers: { cookie: `CF_Authorization=${await signed(claims())}` } },
    { ...env, ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: AUD },
  )
  expect(response.status).toBe(200)
})

test('a person whom nobody gave a role may do nothing', async () => {
  const token = await signed(claims({ email: 'eve@example.com' }))
  expect(await actorOf(token)).toMatchObject({ id: 'eve@example.com', roles: [] })
  expect(await call(token, {}, '/keys')).toMatchObject({ status: 403 })
})

test.each([
  ['at the top', { groups: ['Risk', 'Staff'] }, ['officer', 'auditor']],
  ['among the custom claims', { custom: { groups: ['Risk'] } }, ['officer', 'auditor']],
  ['of another name', { teams: ['Risk'] }, ['auditor']],
  ['that is no list', { groups: 'Risk' }, ['auditor']],
  ['that holds something else', { groups: [{ name: 'Risk' }] }, ['auditor']],
])('groups in a claim %s', async (_name, more, roles) => {
  expect(await actorOf(await signed(claims(more)))).toMatchObject({ roles })
})

test('a service token of Access is a service, with the roles given to its client id', async () => {
  const token = await signed(claims({ email: undefined, sub: '', common_name: 'ci.access' }))
  expect(await actorOf(token)).toEqual({
    id: 'access:ci.access',
    kind: 'service',
    roles: ['operator'],
    apps: [],
  })
  const unknown = await signed(claims({ email: undefined, sub: '', common_name: 'x.access' }))
  expect(await actorOf(unknown)).toMatchObject({ roles: [] })
})

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** The oldest trick: the public key, which all know, as the secret of a symmetric signature. */
async function confused(): Promise<string> {
  const jwk = await exportJWK(current.publicKey)
  return await new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', kid: 'one' })
    .sign(new TextEncoder().encode(JSON.stringify(jwk)))
}

test.each<[string, () => Promise<string> | string]>([
  ['for another application', () => signed(claims({ aud: ['another'] }))],
  ['for nobody', () => signed(claims({ aud: undefined }))],
  ['of another team', () => signed(claims({ iss: 'https://evil.cloudflareaccess.com' }))],
  [
    'of a team that is ours and more',
    () => signed(claims({ iss: `https://${team}.evil.example` })),
  ],
  ['of nobody', () => signed(claims({ iss: undefined }))],
  ['expired longer ago than clocks differ', () => signed(claims({ exp: nowS() - 31 }))],
  ['that never expires', () => signed(claims({ exp: undefined }))],
  ['that was never issued', () => signed(claims({ iat: undefined }))],
  ['not yet valid', () => signed(claims({ nbf: nowS() + 60 }))],
  ['of the session with the team', () => signed(claims({ type: 'org' }))],
  ['without an address', () => signed(claims({ email: undefined }))],
  ['with an address that is none', () => signed(claims({ email: 'ada' }))],
  ['of a person and a service at once', () => signed(claims({ common_name: 'ci.access' }))],
  ['signed by somebody else', () => signed(claims(), other)],
  ['with a key id that is unknown', () => signed(claims(), other, 'two')],
  ['unsigned', () => new UnsecuredJWT(claims()).encode()],
  [
    'unsigned under the right key id',
    () => `${base64({ alg: 'none', kid: 'one' })}.${base64(claims())}.`,
  ],
  ['signed with the public key as a secret', confused],
  [
    'whose text was changed',
    async () => {
      const [header = '', , signature = ''] = (await signed(claims())).split('.')
      return `${header}.${base64(claims({ email: 'root@example.com' }))}.${signature}`
    },
  ],
  ['that is no token', () => 'x'],
  ['that is empty', () => '..'],
])('a token %s opens nothing', async (_name, token) => {
  expect(await call(await token())).toMatchObject({
    status: 401,
    body: { error: { code: 'unauthenticated' } },
  })
})

test('clocks may be half a minute apart', async () => {
  expect((await call(await signed(claims({ exp: nowS() - 20 })))).status).toBe(200)
  expect((await call(await signed(claims({ nbf: nowS() + 20 })))).status).toBe(200)
})

test('a key that came new is found by reading the keys once more, but not at once again', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  try {
    expect((await call(await signed(claims()))).status).toBe(200)
    published = [
      ['two', next],
      ['one', current],
    ]
    const fresh = () => signed(claims(), next, 'two')
    expect((await call(await fresh())).status).toBe(401) // it has just read them
    expect(asked).toBe(1)
    vi.setSystemTime(Date.now() + 31_000)
    expect((await call(await fresh())).status).toBe(200)
    expect((await call(await signed(claims()))).status).toBe(200) // the key before it still counts
    expect(asked).toBe(2)
    for (let guess = 0; guess < 5; guess++) await call(await signed(claims(), other, `${guess}`))
    expect(asked).toBe(2)
    published = [['two', next]]
    vi.setSystemTime(Date.now() + 10 * 60_000)
    expect((await call(await signed(claims()))).status).toBe(401) // withdrawn
    expect((await call(await fresh())).status).toBe(200)
  } finally {
    vi.useRealTimers()
  }
})

test.each([
  ['does not answer', () => Promise.reject(new TypeError('network'))],
  ['answers with an error', () => Promise.resolve(new Response('x', { status: 500 }))],
  ['sends us elsewhere', () => Promise.resolve(Response.redirect('https://evil.example/', 302))],
  ['answers with something else', () => Promise.resolve(new Response('<html>'))],
  ['answers without keys', () => Promise.resolve(Response.json({ nothing: true }))],
])('when the team %s, nobody is recognised', async (_name, answer) => {
  vi.mocked(globalThis.fetch).mockImplementation(answer)
  expect(await call(await signed(claims()))).toMatchObject({
    status: 503,
    body: { error: { code: 'identity_unavailable' } },
  })
})

test.each([
  ['half of it', { ACCESS_TEAM_DOMAIN: 'x.cloudflareaccess.com' }],
  ['the other half', { ACCESS_AUD: AUD }],
  ['a domain that is an address', { ACCESS_TEAM_DOMAIN: 'https://x.example', ACCESS_AUD: AUD }],
])('Access set up with %s lets nobody in', async (_name, vars) => {
  const response = await admin.request(
    `${ORIGIN}/people/me`,
    { headers: { 'cf-access-jwt-assertion': await signed(claims()) } },
    { ...env, ...vars },
  )
  expect(response.status).toBe(503)
})

test('a wrong bearer token is not made good by a person', async () => {
  expect(await call(await signed(claims()), { authorization: 'Bearer wrong' })).toMatchObject({
    status: 401,
  })
})

test('where nobody set Access up, its header counts for nothing', async () => {
  const headers = { 'cf-access-jwt-assertion': await signed(claims()) }
  expect((await admin.request(`${ORIGIN}/people/me`, { headers }, env)).status).toBe(401)
})

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['our own page', { 'sec-fetch-site': 'same-origin' }, 200],
])('a person comes from %s', async (_name, headers, status) => {
  expect((await call(await signed(claims()), headers)).status).toBe(status)
})

test('a change by a person needs the header that only our own pages can send', async () => {
  const token = await signed(claims({ groups: ['Risk'] }))
  const change = async (headers: Record<string, string>) => {
    const response = await admin.request(
      `${ORIGIN}/tokens`,
      {
        method: 'POST',
        headers: { 'cf-access-jwt-assertion': token, origin: ORIGIN, ...headers },
        body: '{}',
      },
      { ...env, ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: AUD, ACCESS_GROUPS_CLAIM: 'groups' },
    )
    return (await response.json<{ error: { code: string } }>()).error.code
  }
  const json = { 'content-type': 'application/json' }
  expect(await change({ ...json })).toBe('cross_site')
  expect(await change({ 'demarc-csrf': '1' })).toBe('cross_site')
  expect(await change({ ...json, 'demarc-csrf': '1', origin: 'https://evil.example' })).toBe(
    'cross_site',
  )
  expect(await change({ ...json, 'demarc-csrf': '1' })).toBe('forbidden') // an officer is no operator
})
