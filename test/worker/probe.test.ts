import { beforeAll, beforeEach, expect, test } from 'vitest'
import { breakerOf, type Env } from '../../src/worker/env.ts'
import { probeOwn } from '../../src/worker/probe.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { migratedEnv } from './database.ts'

const TENANT = 'probed'
const TOKEN = { id: 'access-id', secret: 'access-secret' }

let env: Env
/** What arrived at the servers, as `method url`. */
const looks: { readonly url: string; readonly headers: Headers; readonly body: string }[] = []
let answer: (url: string) => Response | Promise<Response> = () => new Response('ok')

const server = {
  fetch: async (url: string, init: RequestInit): Promise<Response> => {
    const request = new Request(url, init)
    expect([request.method, request.redirect]).toEqual(['GET', 'manual'])
    looks.push({ url, headers: request.headers, body: await request.text() })
    return await answer(url)
  },
}

type WithBundle = Env & { readonly TEST_BUNDLE: string }
const hasBundle = (given: Env): given is WithBundle => 'TEST_BUNDLE' in given

beforeAll(async () => {
  const migrated = await migratedEnv()
  if (!hasBundle(migrated)) throw new Error('vitest.config.ts does not bind TEST_BUNDLE')
  const named = Object.fromEntries(
    ['VLLM', 'LLAMA_CPP', 'OLLAMA'].flatMap((prefix) => [
      [`${prefix}_URL`, `http://${prefix.toLowerCase()}.internal:8000/v1`],
      [`${prefix}_SERVICE`, 'SERVERS'],
      [`${prefix}_API_KEY`, 'a-key'],
      [`${prefix}_ACCESS_CLIENT_ID`, TOKEN.id],
      [`${prefix}_ACCESS_CLIENT_SECRET`, TOKEN.secret],
    ]),
  )
  env = Object.assign({}, migrated, named, { SERVERS: server })
  const stored = await putRelease(env, migrated.TEST_BUNDLE, 1)
  if (!stored.ok) throw new Error('not stored')
  await activatePolicy(env, TENANT, stored.value, { by: 'test', nowMs: 1, change: 'first' })
})
beforeEach(() => {
  looks.length = 0
})

const NOW_MS = Date.UTC(2026, 10, 25)
const phaseOf = async (id: string): Promise<string> =>
  (await breakerOf(env, id).tell(null)).phase.type

test('looks at the health path of each kind of server, and at no third party', async () => {
  await probeOwn(env, NOW_MS)
  expect(looks.map(({ url }) => url).toSorted()).toEqual([
    'http://llama_cpp.internal:8000/health',
    'http://ollama.internal:8000/api/version',
    'http://vllm.internal:8000/health',
  ])
})

test('by the way that requests take, with nothing of a request', async () => {
  await probeOwn(env, NOW_MS)
  for (const { headers, body } of looks) {
    expect(body).toBe('')
    expect([...headers.keys()].toSorted()).toEqual([
      'authorization',
      'cf-access-client-id',
      'cf-access-client-secret',
    ])
  }
})

test.each<readonly [string, () => Response | Promise<Response>, string, number]>([
  ['200 says nothing new', () => new Response('ok'), 'closed', 1],
  ['404 does not say', () => new Response('', { status: 404 }), 'closed', 1],
  ['401 does not say', () => new Response('', { status: 401 }), 'closed', 1],
  ['503, twice, is down', () => new Response('', { status: 503 }), 'open', 2],
  ['back', () => new Response('ok'), 'closed', 1],
  ['nobody there, twice, is down', () => Promise.reject(new Error('refused')), 'open', 2],
  ['back', () => new Response('ok'), 'closed', 1],
  [
    'a login page instead is down',
    () => Response.redirect('https://login.example/', 302),
    'open',
    2,
  ],
  ['404 does not say that it is back', () => new Response('', { status: 404 }), 'open', 1],
  ['back', () => new Response('ok'), 'closed', 1],
])('%s', async (_name, given, phase, count) => {
  answer = (url) => (url.includes('vllm') ? given() : new Response('ok'))
  await probeOwn(env, NOW_MS)
  expect(looks.filter(({ url }) => url.includes('vllm'))).toHaveLength(count)
  expect([await phaseOf('vllm'), await phaseOf('ollama')]).toEqual([phase, 'closed'])
})

test('one answer that was lost is no outage', async () => {
  const answers = [new Response('', { status: 503 }), new Response('ok')]
  answer = (url) =>
    url.includes('vllm') ? (answers.shift() ?? new Response('ok')) : new Response()
  await probeOwn(env, NOW_MS)
  expect([await phaseOf('vllm'), answers.length]).toEqual(['closed', 0])
})
