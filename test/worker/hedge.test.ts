import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import worker from '../../src/worker/index.ts'
import type { Attempt, Plan } from '../../src/domain/plan.ts'
import { PLAIN_HANDLING, type Handling } from '../../src/domain/request.ts'
import { EntryBody } from '../../src/journal/entry.ts'
import { parseBundle } from '../../src/policy/bundle.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { journalOf, variable, type Env } from '../../src/worker/env.ts'
import { rivalsOf } from '../../src/worker/hedge.ts'
import { createKey } from '../../src/worker/stores/key-admin.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { migratedEnv } from './database.ts'

const HEDGE = { afterMs: 20, maxAttempts: 2 }

let env: Env
let key = ''

beforeAll(async () => {
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  env = bindings
  const bundle = parseBundle(JSON.parse(variable(env, 'TEST_BUNDLE') ?? ''))
  if (!bundle.ok) throw new Error('the bundle does not parse')
  const routes = bundle.value.routes.map((route) => ({ ...route, hedge: HEDGE }))
  const text = JSON.stringify({ ...bundle.value, routes })
  const hash = await putRelease(env, text, Date.now())
  if (!hash.ok) throw new Error('the bundle was not stored')
  key = (await createKey(env, { team: 'red', app: 'hedge' }, Date.now())).key
  await activatePolicy(env, 'default', hash.value, { by: 'test', nowMs: Date.now() })
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('rivals are', () => {
  const attempts: Plan['attempts'] = [at('home'), at('home'), at('away'), at('away'), at('closed')]
  const facts = { operation: 'chat' as const, handling: PLAIN_HANDLING }
  const keeping = (parts: Partial<Handling>) => ({
    ...facts,
    handling: { ...PLAIN_HANDLING, ...parts },
  })

  test.each([
    ['one attempt of each other destination', HEDGE, facts, 0, [2, 4]],
    ['only what follows', HEDGE, facts, 2, [4]],
    ['none after the last', HEDGE, facts, 4, []],
    ['none where the route does not allow it', undefined, facts, 0, []],
    ['none for what is kept', HEDGE, keeping({ stored: true }), 0, []],
    ['none for tools that the provider runs', HEDGE, keeping({ hostedTools: true }), 0, []],
    ['none for another service class', HEDGE, keeping({ serviceTier: 'other' }), 0, []],
    ['none to count tokens', HEDGE, { ...facts, operation: 'count-tokens' as const }, 0, []],
    ['none to embed', HEDGE, { ...facts, operation: 'embeddings' as const }, 0, []],
  ])('%s', (_name, hedge, request, first, expected) =>
    expect(rivalsOf({ hedge, attempts }, request, first)).toEqual(expected),
  )
})

function at(destination: string): Attempt {
  return {
    destination,
    model: 'm',
    upstreamModel: 'm',
    form: 'raw',
    boundPicoUsd: 1n,
    outputTokensMax: 1,
    priceVersion: 'v',
    unsupported: [],
  }
}

type Answering = (signal: AbortSignal | null) => Promise<Response>

const REPLY = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
}
const answering: Answering = () => Promise.resolve(Response.json(REPLY))
const failing: Answering = () => Promise.resolve(new Response('busy', { status: 500 }))
const wrong: Answering = () =>
  Promise.resolve(Response.json({ error: { message: 'no' } }, { status: 422 }))
/** Says nothing until it is broken off. */
const silent: Answering = (signal) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('broken off')))
  })
const after =
  (started: Promise<unknown>, answer: Answering): Answering =>
  async (signal) => {
    await started
    return answer(signal)
  }

/** Stands where the internet begins: who was called, and who was broken off. */
function internet(answers: Readonly<Record<string, Answering>>) {
  const called: string[] = []
  const broken: string[] = []
  const secondCalled = Promise.withResolvers<void>()
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input.toString())
    called.push(hostname)
    if (called.length > 1) secondCalled.resolve()
    init?.signal?.addEventListener('abort', () => {
      broken.push(hostname)
    })
    return (answers[hostname] ?? failing)(init?.signal ?? null)
  })
  return { called, broken, secondCalled: secondCalled.promise }
}

const FIRST = 'api.fireworks.ai'
const SECOND = 'api.together.ai'

async function ask(): Promise<Response> {
  const ctx = createExecutionContext()
  const request = new Request('https://demarc.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'glm-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: `Question ${crypto.randomUUID()}` }],
    }),
  })
  const response = await worker.fetch(request, env, ctx)
  await response.clone().text()
  await waitOnExecutionContext(ctx)
  return response
}

/** How the attempts of a decision were closed, by their number. */
async function endings(response: Response): Promise<unknown[]> {
  const decision = response.headers.get('demarc-decision') ?? ''
  const entries = await journalOf(env, 'default').entriesOf(decision)
  const bodies = entries.map(({ body }) => EntryBody.parse(JSON.parse(body)))
  return bodies
    .flatMap((body) => ('outcome' in body ? [`${body.attempt.split('.')[1]} ${body.outcome}`] : []))
    .toSorted()
}

describe('of two attempts', () => {
  test('the one that is silent is broken off, and both are on record', async () => {
    const seen = internet({ [FIRST]: silent, [SECOND]: answering })
    const response = await ask()
    expect([response.status, response.headers.get('demarc-destination')]).toEqual([200, 'together'])
    expect([seen.called, seen.broken]).toEqual([[FIRST, SECOND], [FIRST]])
    expect(await endings(response)).toEqual(['1 superseded', '2 ok'])
  })

  test('the one that fails is not heard where the other answers', async () => {
    const answers: Record<string, Answering> = {}
    const seen = internet(answers)
    const { promise: failed, resolve: fail } = Promise.withResolvers<void>()
    answers[FIRST] = after(seen.secondCalled, (signal) => {
      fail()
      return failing(signal)
    })
    answers[SECOND] = after(failed, answering)
    const response = await ask()
    expect([response.status, seen.called]).toEqual([200, [FIRST, SECOND]])
    expect(await endings(response)).toEqual(['1 upstream-error', '2 ok'])
  })

  test('both fail, and the client hears of it once', async () => {
    const answers: Record<string, Answering> = { [SECOND]: failing }
    const seen = internet(answers)
    answers[FIRST] = after(seen.secondCalled, failing)
    const response = await ask()
    expect([response.status, new Set(seen.called)]).toEqual([500, new Set([FIRST, SECOND])])
    expect(await endings(response)).toEqual(['1 upstream-error', '2 upstream-error'])
  })

  test('an error that is about the request is passed on at once', async () => {
    const answers: Record<string, Answering> = { [SECOND]: silent }
    const seen = internet(answers)
    answers[FIRST] = after(seen.secondCalled, wrong)
    const response = await ask()
    expect([response.status, seen.broken]).toEqual([422, [SECOND]])
    expect(await endings(response)).toEqual(['1 upstream-error', '2 superseded'])
  })
})
