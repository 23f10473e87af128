import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import worker from '../../src/worker/index.ts'
import { EntryBody } from '../../src/journal/entry.ts'
import { journalOf, variable, type Env } from '../../src/worker/env.ts'
import { createKey } from '../../src/worker/stores/key-admin.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { migratedEnv } from './database.ts'

let env: Env
let key = ''

beforeAll(async () => {
  // The AI binding cannot be reached from here: what is tested is HTTP.
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  env = bindings
  const hash = await putRelease(env, variable(env, 'TEST_BUNDLE') ?? '', Date.now())
  if (!hash.ok) throw new Error('the bundle was not stored')
  const made = await createKey(env, { team: 'red', app: 'attack' }, Date.now())
  await activatePolicy(env, 'default', hash.value, { by: 'test', nowMs: Date.now() })
  key = made.key
})

afterEach(() => {
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

/** Stands where the internet begins, and looks into the journal at the moment a request arrives there. */
function internet(answer: (attempt: number) => Response): { url: string; reserved: string[] }[] {
  const seen: { url: string; reserved: string[] }[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const entries = await journalOf(env, 'default').entriesFrom(1, 10_000)
    const bodies = entries.map(({ body }) => EntryBody.parse(JSON.parse(body)))
    const closed = new Set(bodies.flatMap((body) => ('reserveSeq' in body ? [body.attempt] : [])))
    const open = bodies.filter((body) => body.kind === 'reserve' && !closed.has(body.attempt))
    const url = input instanceof Request ? input.url : input.toString()
    seen.push({
      url,
      reserved: open.map((body) => ('facts' in body ? body.facts.destination : '')),
    })
    return answer(seen.length)
  })
  return seen
}

async function ask(body: object): Promise<Response> {
  const ctx = createExecutionContext()
  const request = new Request('https://demarc.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const response = await worker.fetch(request, env, ctx)
  const copy = response.clone()
  await copy.text()
  await waitOnExecutionContext(ctx)
  return response
}

const question = (content: string, model = 'auto') => ({
  model,
  max_tokens: 100,
  messages: [{ role: 'user', content }],
})

test('no byte leaves without an open reservation for that destination', async () => {
  const seen = internet(() => Response.json(REPLY))
  const response = await ask(question('What is a demarcation point?', 'vllm/llama-4-scout'))
  expect(response.status).toBe(200)
  expect(seen).toEqual([{ url: 'https://vllm.example/v1/chat/completions', reserved: ['vllm'] }])
})

test('every fallback has a reservation of its own', async () => {
  const seen = internet((attempt) =>
    attempt < 3 ? new Response('busy', { status: 500 }) : Response.json(REPLY),
  )
  const response = await ask(question('What is a demarcation point?'))
  expect(response.status).toBe(200)
  expect(seen).toHaveLength(3)
  for (const { url, reserved } of seen) {
    expect(reserved).toHaveLength(1)
    expect(url).toContain(reserved[0] ?? 'nowhere')
  }
})

test('a refusal sends nothing at all', async () => {
  const seen = internet(() => Response.json(REPLY))
  const response = await ask(question('Card 4111 1111 1111 1111', 'together/glm-5'))
  expect(response.status).toBe(403)
  expect(seen).toEqual([])
})

test('nothing is sent when the journal cannot be reached', async () => {
  const seen = internet(() => Response.json(REPLY))
  const ctx = createExecutionContext()
  const request = new Request('https://demarc.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(question('hello')),
  })
  // workerd has no such jurisdiction locally, so the real binding fails, as it does when the object is out of reach.
  const response = await worker.fetch(request, { ...env, JURISDICTION: 'eu' }, ctx)
  expect(response.status).toBe(503)
  expect(seen).toEqual([])
  expect(await response.json()).toMatchObject({ error: { code: 'journal_unavailable' } })
})
