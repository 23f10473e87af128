import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { KeyRequest } from '../../src/access/key-request.ts'
import { LEASE_MS } from '../../src/journal/lease.ts'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { journalOf, variable, type Env } from '../../src/worker/env.ts'
import worker from '../../src/worker/index.ts'
import { createKey, revokeKey } from '../../src/worker/stores/key-admin.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { by, connect, cut } from './authority-parts.ts'
import { migratedEnv } from './database.ts'

let env: Env
let loose: Bundle
let tight: Bundle
beforeAll(async () => {
  // The AI binding cannot be reached from here: what is tested is HTTP.
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  env = bindings
  const parsed = parseBundle(JSON.parse(variable(env, 'TEST_BUNDLE') ?? ''))
  if (!parsed.ok) throw new Error('the bundle does not parse')
  loose = parsed.value
  const guardrail = {
    id: 'stop-hosted',
    owner: 'compliance',
    because: 'A test of what is in force.',
    level: 'enforce-no-waiver' as const,
    when: {},
    never: { class: ['hosted' as const] },
  }
  tight = { ...loose, guardrails: [...loose.guardrails, guardrail] }
})

/** Every URL that something was sent to. */
let sent: string[] = []
beforeEach(() => {
  sent = []
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    sent.push(new URL(input instanceof Request ? input.url : input.toString()).host)
    return Promise.resolve(Response.json(REPLY))
  })
})
/** Their settlements ride with later requests, or follow within a second. */
let contexts: ExecutionContext[] = []
afterEach(async () => {
  await Promise.all(contexts.map((context) => waitOnExecutionContext(context)))
  contexts = []
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const REPLY = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
}
const VLLM = 'vllm.example'
const TOGETHER = 'api.together.ai'

async function put(tenant: string, bundle: Bundle, bindings = env): Promise<string> {
  const stored = await putRelease(env, canonicalBundle(bundle).text, Date.now())
  if (!stored.ok) throw new Error(stored.error)
  const done = await activatePolicy(bindings, tenant, stored.value, { by, nowMs: Date.now() })
  if (!done.ok) throw new Error(done.error)
  return stored.value
}

async function newKey(tenant: string): Promise<{ key: string; id: string }> {
  const request = KeyRequest.parse({ tenant, team: 't', app: 'a' })
  const { key, caller } = await createKey(env, request, Date.now())
  return { key, id: caller.keyId }
}

/** What came of a question to a model: where it was sent, or what the refusal says. */
async function ask(key: string, model: string): Promise<string> {
  const ctx = createExecutionContext()
  contexts.push(ctx)
  const request = new Request('https://demarc.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'What is a demarcation point?' }],
    }),
  })
  const before = sent.length
  const response = await worker.fetch(request, env, ctx)
  const text = await response.text()
  const hosts = sent.slice(before).join(' ')
  return response.status === 200 ? hosts : `${response.status} ${text}${hosts}`
}

const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

test('a journal that nobody vouches for any more serves own hardware, and says why it serves nothing else', async () => {
  const tenant = 'safe-mode'
  await put(tenant, loose)
  const { key } = await newKey(tenant)
  expect(await ask(key, 'together/glm-5')).toBe(TOGETHER)
  await connect(journalOf(env, tenant), cut(env, 'AUTHORITY'))
  pass(LEASE_MS - 1_000)
  expect(await ask(key, 'together/glm-5')).toBe(TOGETHER)
  pass(2_000)
  expect(await ask(key, 'together/glm-5')).toMatch(/^503 .*only own hardware is used.*\}$/)
  expect(await ask(key, 'vllm/llama-4-scout')).toBe(VLLM)
  const entries = await journalOf(env, tenant).entriesFrom(1, 100)
  const reserved = entries
    .map(({ body }) => JSON.parse(body))
    .filter(({ kind }) => kind === 'reserve')
  expect(reserved.map(({ facts, lease }) => [facts.destination, lease])).toEqual([
    ['together', undefined],
    ['together', undefined],
    ['vllm', 'none'],
  ])
})

test('a tightened policy holds from the request after its activation, also where another one is remembered', async () => {
  const tenant = 'tightened'
  await put(tenant, loose)
  const { key } = await newKey(tenant)
  expect(await ask(key, 'together/glm-5')).toBe(TOGETHER)
  await put(tenant, tight)
  expect(await ask(key, 'together/glm-5')).toMatch(/^403 .*stop-hosted.*\}$/)
  await put(tenant, loose)
  await ask(key, 'vllm/llama-4-scout') // the journal names what is in force now
  expect(await ask(key, 'together/glm-5')).toBe(TOGETHER)
})

test('a looser text under the hash of the policy in force loosens nothing', async () => {
  const tenant = 'tampered'
  const other = { ...tight, routes: tight.routes.toReversed() } // no isolate has seen it
  const hash = await put(tenant, other)
  await env.CACHE.put(`bundle:${hash}`, canonicalBundle(loose).text)
  const { key } = await newKey(tenant)
  expect(await ask(key, 'together/glm-5')).toMatch(/^403 .*stop-hosted.*\}$/)
  await env.CACHE.delete(`bundle:${hash}`)
  expect(await ask(key, 'together/glm-5')).toMatch(/^403 .*stop-hosted.*\}$/)
})

test('a revoked key opens nothing from the next request on, though its record is remembered', async () => {
  const tenant = 'revoked-whole'
  await put(tenant, loose)
  const { key, id } = await newKey(tenant)
  expect(await ask(key, 'together/glm-5')).toBe(TOGETHER)
  await revokeKey(env, id, Date.now())
  expect(await ask(key, 'together/glm-5')).toMatch(/^401 .*\}$/)
})

test('an activation of which nobody could be told holds when the lease runs out', async () => {
  const tenant = 'unheard'
  await put(tenant, loose)
  const { key } = await newKey(tenant)
  expect(await ask(key, 'together/glm-5')).toBe(TOGETHER)
  await put(tenant, tight, cut(env, 'AUTHORITY'))
  pass(LEASE_MS + 1)
  expect(await ask(key, 'together/glm-5')).toMatch(/^403 .*stop-hosted.*\}$/)
})
