import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import worker from '../../src/worker/index.ts'
import type { Pin } from '../../src/domain/pin.ts'
import type { CommitRequest } from '../../src/journal/messages.ts'
import { conversationId } from '../../src/worker/affinity.ts'
import { journalOf, variable, type Env } from '../../src/worker/env.ts'
import { createKey } from '../../src/worker/stores/key-admin.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { report, request } from '../journal/harness.ts'
import { migratedEnv } from './database.ts'
import { CALLER, HASH_KEY, choice, scanned, USAGE } from './affinity-parts.ts'

let env: Env
let key = ''
let policyHash = ''

beforeAll(async () => {
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  env = bindings
  const hash = await putRelease(env, variable(env, 'TEST_BUNDLE') ?? '', Date.now())
  if (!hash.ok) throw new Error('the bundle was not stored')
  policyHash = hash.value
  const made = await createKey(env, { team: 'red', app: 'talk' }, Date.now())
  await activatePolicy(env, 'default', hash.value, { by: 'test', nowMs: Date.now() })
  key = made.key
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Stands where the internet begins. */
function internet(): string[] {
  const hosts: string[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    hosts.push(new URL(input instanceof Request ? input.url : input.toString()).hostname)
    const message = { role: 'assistant', content: 'hello' }
    return Promise.resolve(
      Response.json({
        id: 'x',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 5_000, completion_tokens: 2, total_tokens: 5_002 },
      }),
    )
  })
  return hosts
}

async function send(body: object): Promise<string | null> {
  const ctx = createExecutionContext()
  const asked = new Request('https://demarc.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const response = await worker.fetch(asked, env, ctx)
  await response.text()
  await waitOnExecutionContext(ctx)
  return response.headers.get('demarc-destination')
}

/** What another isolate does: a turn of a conversation, held and settled in the journal. */
async function answeredElsewhere(id: string, destination: string): Promise<void> {
  const attempt = `dec_${id}.1`
  const reserve = request({
    attempt,
    decision: `dec_${id}`,
    policyHash,
    keyEpoch: await epoch(),
    zone: 'own',
    caps: [],
    expiresAtMs: Date.now() + 600_000,
    conversation: choice({ id, destination, asks: false }),
  })
  const nothing: CommitRequest = { settlements: [], refusals: [], reserve: null }
  const journal = journalOf(env, 'default')
  expect(await journal.commit({ ...nothing, reserve })).toMatchObject({ status: 'reserved' })
  const settled = report({ attempt, usage: USAGE, atMs: Date.now() })
  await journal.commit({ ...nothing, settlements: [settled] })
}

async function epoch(): Promise<number> {
  const row = await env.DB.prepare("SELECT key_epoch FROM tenant WHERE id = 'default'").first()
  return Number(row?.['key_epoch'])
}

const question = (content: string, model = 'glm-5') => ({
  model,
  max_tokens: 100,
  messages: [{ role: 'user', content }],
})
const idOf = (body: object): string => conversationId(HASH_KEY, CALLER, null, scanned(body))

describe('what another isolate was answered', () => {
  test('is followed by one that does not know the conversation', async () => {
    const hosts = internet()
    expect(await send(question('What is a gate?'))).toBe('fireworks')
    const body = question('What is a wall?')
    await answeredElsewhere(idOf(body), 'together')
    expect(await send(body)).toBe('together')
    expect(hosts).toEqual(['api.fireworks.ai', 'api.together.ai'])
    const pin = await journalOf(env, 'default').pinOf(idOf(body))
    expect(pin).toMatchObject({ destination: 'together', promptTokens: 5_000 })
  })

  test('is followed by one that knows an older place', async () => {
    internet()
    const body = question('What is a fence?')
    expect(await send(body)).toBe('fireworks')
    await answeredElsewhere(idOf(body), 'together')
    expect(await send(body)).toBe('together')
  })

  test('is told once, and no obstacle where it cannot be followed', async () => {
    const hosts = internet()
    const body = question('What is a moat?')
    await answeredElsewhere(idOf(body), 'nowhere')
    expect(await send(body)).toBe('fireworks')
    expect(hosts).toEqual(['api.fireworks.ai'])
    const entries = await journalOf(env, 'default').entriesFrom(1, 10_000)
    const last = entries.findLast(({ body: text }) => text.includes('"receipt"'))
    expect(last?.body).toContain('"outcome":"unavailable"')
  })

  test('is nothing that an attempt at one place is held up by', async () => {
    internet()
    const body = question('What is a hedge?')
    await answeredElsewhere(idOf(body), 'together')
    expect(await send({ ...body, model: 'fireworks/glm-5' })).toBe('fireworks')
  })

  test('is written down nowhere', async () => {
    internet()
    const body = question('What is a ditch?')
    await send(body)
    const id = idOf(body)
    const journal = journalOf(env, 'default')
    const known: Pin | null = await journal.pinOf(id)
    expect(known?.destination).toBe('fireworks')
    const entries = await journal.entriesFrom(1, 10_000)
    expect(entries.map(({ body: text }) => text).join('\n')).not.toContain(id)
  })
})
