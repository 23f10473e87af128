import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DestinationName } from '../../src/destinations/index.ts'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'
import { variable, type Env } from '../../src/worker/env.ts'
import worker from '../../src/worker/index.ts'
import { createKey } from '../../src/worker/stores/key-admin.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { packMessage, packSse } from '../encoding/event-stream-pack.ts'
import { migratedEnv } from './database.ts'

let env: Env
let key = ''

beforeAll(async () => {
  const { AI: _unreachable, ...bindings } = await migratedEnv()
  env = Object.assign(bindings, { VLLM_API_KEY: 'test-vllm-key' })
  const made = await createKey(env, { team: 'red', app: 'makers' }, Date.now())
  key = made.key
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Puts a policy in force in which the destination `vllm` is spoken to by another adapter, as another model. */
async function speak(adapter: DestinationName, upstreamModel: string): Promise<void> {
  const bundle = parseBundle(JSON.parse(variable(env, 'TEST_BUNDLE') ?? ''))
  if (!bundle.ok) throw new Error('the bundle does not parse')
  const { destinations, models, ...rest } = bundle.value
  const { text } = canonicalBundle({
    ...rest,
    destinations: destinations.map((each) => (each.id === 'vllm' ? { ...each, adapter } : each)),
    models: models.map((model) => ({
      ...model,
      offers: model.offers.map((offer) =>
        offer.destination === 'vllm' ? { ...offer, upstreamModel } : offer,
      ),
    })),
  })
  const hash = await putRelease(env, text, Date.now())
  if (!hash.ok) throw new Error('the bundle was not stored')
  await activatePolicy(env, 'default', hash.value, { by: 'test', nowMs: Date.now() })
}

type Sent = { readonly url: string; readonly headers: Headers; readonly body: unknown }

/** Stands where the internet begins. */
function internet(answer: () => Response): Sent[] {
  const sent: Sent[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init)
    sent.push({ url: request.url, headers: request.headers, body: await request.json() })
    return answer()
  })
  return sent
}

async function ask(stream: boolean): Promise<{ readonly status: number; readonly text: string }> {
  const ctx = createExecutionContext()
  const request = new Request('https://demarc.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'vllm/llama-4-scout',
      max_tokens: 100,
      stream,
      messages: [{ role: 'user', content: 'What is a demarcation point?' }],
    }),
  })
  const response = await worker.fetch(request, env, ctx)
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  return { status: response.status, text }
}

const frame = (event: string, data: object): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const CONVERSE = [
  frame('messageStart', { role: 'assistant' }),
  frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Where the ' } }),
  frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'network ends.' } }),
  frame('messageStop', { stopReason: 'end_turn' }),
  frame('metadata', { usage: { inputTokens: 7, outputTokens: 5, totalTokens: 12 } }),
]

/** With one byte of the last message changed. */
const damaged = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.length - 20, 0x7f)

/** Bytes as they might come from a network: in pieces that end anywhere. */
function streamOf(bytes: Uint8Array): Response {
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7))
      controller.close()
    },
  })
  return new Response(pieces, { headers: { 'content-type': 'application/vnd.amazon.eventstream' } })
}

const chat = () =>
  Response.json({
    choices: [
      { index: 0, message: { role: 'assistant', content: 'Here.' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  })
const candidates = () =>
  Response.json({
    candidates: [{ content: { parts: [{ text: 'Here.' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 },
  })
const claudes = () =>
  Response.json({
    type: 'message',
    content: [{ type: 'text', text: 'Here.' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 7, output_tokens: 2 },
  })

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const header = (name: string, value: string) => [
  name.length,
  ...utf8(name),
  7,
  0,
  value.length,
  ...utf8(value),
]

const prediction = (members: object) => Response.json({ id: 'p', ...members }, { status: 201 })
const metrics = { input_token_count: 7, output_token_count: 2 }

describe('the makers of models, and clouds that sell them', () => {
  test.each<[DestinationName, string, () => Response, string, object]>([
    ['mistral', 'm', chat, '/chat/completions', { max_tokens: 100 }],
    ['deepseek', 'm', chat, '/chat/completions', { max_tokens: 100 }],
    ['zai', 'glm-5', chat, '/chat/completions', { max_tokens: 100 }],
    [
      'azure-openai',
      'my-deployment',
      chat,
      '/chat/completions',
      { model: 'my-deployment', max_completion_tokens: 100 },
    ],
    [
      'vertex',
      'gemini-2.5-flash',
      candidates,
      '/publishers/google/models/gemini-2.5-flash:generateContent',
      { generationConfig: { maxOutputTokens: 100 } },
    ],
    [
      'vertex-anthropic',
      'claude-sonnet-4-5@20250929',
      claudes,
      '/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict',
      { anthropic_version: 'vertex-2023-10-16', max_tokens: 100 },
    ],
  ])('%s', async (adapter, model, answer, path, body) => {
    await speak(adapter, model)
    const sent = internet(answer)
    const { status, text } = await ask(false)
    expect(status).toBe(200)
    expect(text).toContain('Here.')
    expect(sent).toMatchObject([{ url: `https://vllm.example/v1${path}`, body }])
    if (adapter === 'vertex-anthropic') expect(sent[0]?.body).not.toHaveProperty('model')
  })
})

describe('bedrock', () => {
  const model = 'eu.amazon.nova-lite-v1:0'
  beforeAll(() => speak('bedrock', model))

  test('streams out of an AWS event stream', async () => {
    const sent = internet(() => streamOf(packSse(CONVERSE.join(''))))
    const { status, text } = await ask(true)
    expect(status).toBe(200)
    expect(text).toContain('"content":"Where the "')
    expect(text).toContain('"content":"network ends."')
    expect(text).toMatch(/"finish_reason":"stop"[\s\S]*data: \[DONE\]\n\n$/)
    expect(sent).toMatchObject([
      {
        url: `https://vllm.example/v1/model/${encodeURIComponent(model)}/converse-stream`,
        body: { messages: [{ role: 'user' }], inferenceConfig: { maxTokens: 100 } },
      },
    ])
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer test-vllm-key')
  })

  test('answers whole', async () => {
    const message = { role: 'assistant', content: [{ text: 'Here.' }] }
    const usage = { inputTokens: 7, outputTokens: 2, totalTokens: 9 }
    const sent = internet(() =>
      Response.json({ output: { message }, stopReason: 'end_turn', usage }),
    )
    const { status, text } = await ask(false)
    expect({ status, text: JSON.parse(text) }).toMatchObject({
      status: 200,
      text: { choices: [{ message: { content: 'Here.' } }], usage: { total_tokens: 9 } },
    })
    expect(sent[0]?.url).toMatch(/\/converse$/)
  })

  test.each([
    ['was cut', packSse(CONVERSE.slice(0, 3).join('')).slice(0, -3)],
    ['was damaged', damaged(packSse(CONVERSE.join('')))],
  ])('never says that it is done where a stream %s', async (_name, bytes) => {
    internet(() => streamOf(bytes))
    const { text } = await ask(true)
    expect(text).toContain('"content":"Where the "')
    expect(text).toContain('"error"')
    expect(text).not.toContain('[DONE]')
  })

  test('takes an exception before the first token for no answer', async () => {
    const headers = Uint8Array.from([
      ...header(':exception-type', 'throttlingException'),
      ...header(':message-type', 'exception'),
    ])
    internet(() => streamOf(packMessage(headers, utf8('{"message":"Too many tokens"}'))))
    expect((await ask(true)).status).toBe(502)
  })
})

describe('replicate', () => {
  beforeAll(() => speak('replicate', 'meta/meta-llama-3-70b-instruct'))

  test.each([true, false])('tells a prediction to a client (stream: %s)', async (stream) => {
    const sent = internet(() => prediction({ status: 'succeeded', output: ['He', 're.'], metrics }))
    const { status, text } = await ask(stream)
    expect(status).toBe(200)
    expect(text).toContain('Here.')
    expect(sent).toMatchObject([
      {
        url: 'https://vllm.example/v1/models/meta/meta-llama-3-70b-instruct/predictions',
        body: { input: { prompt: 'What is a demarcation point?', max_tokens: 100 } },
      },
    ])
    expect(sent[0]?.headers.get('prefer')).toBe('wait=60')
    expect(sent[0]?.headers.get('cancel-after')).toBe('60s')
  })

  test.each(['processing', 'failed'])(
    'asks nobody again after a prediction that is %s',
    async (status) => {
      const sent = internet(() => prediction({ status, output: null }))
      expect((await ask(false)).status).toBe(502)
      expect(sent).toHaveLength(1)
    },
  )
})
