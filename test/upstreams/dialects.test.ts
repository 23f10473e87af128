import { afterAll, expect, test } from 'vitest'
import {
  ALL,
  callsIn,
  CHAT,
  clientOf,
  events,
  firstMessage,
  HEADERS,
  pathAndBody,
  TOOLS,
} from './client.ts'
import { startFleet, type SimulatedId } from './fleet.ts'
import { fields, list, parseFields, text, type Fields } from './read.ts'

const fleet = await startFleet()
const { post, ask, chat } = clientOf(fleet)
afterAll(() => fleet.close())

test.each(ALL)('%s says that it is a simulation, in header and text', async (id) => {
  const reply = await ask(id)
  expect(reply.headers.get('server')).toBe('demarc-simulation')
  expect(await reply.text()).toContain(`Simulated ${id}`)
})

test.each(ALL)('%s repeats no word of the prompt', async (id) => {
  const [path, body] = pathAndBody(id, false, 'a-marked-word')
  expect(await (await post(id, path, body)).text()).not.toContain('a-marked-word')
})

test.each(ALL)('%s streams the text that it would have sent whole', async (id) => {
  const stream = await (await ask(id, true)).text()
  const words = events(stream)
    .map((event) => wordsIn(event))
    .join('')
  expect(words).toMatch(new RegExp(`^Simulated ${id}: .*no model ran\\.$`))
})

function wordsIn(event: unknown): string {
  const of = fields(event)
  const delta = fields(fields(list(of['choices'])[0])['delta'])
  const parts = list(fields(fields(list(of['candidates'])[0])['content'])['parts'])
  const found = [
    of['response'],
    delta['content'],
    fields(of['delta'])['text'],
    fields(parts[0])['text'],
  ]
  return found.map((value) => text(value) ?? '').join('')
}

test.each([
  ['together', 401, { error: { type: 'invalid_request_error' } }],
  ['fireworks', 401, { fault: { faultstring: 'Invalid ApiKey' } }],
  [
    'openai',
    401,
    { error: { type: 'invalid_request_error', code: 'invalid_api_key', param: null } },
  ],
  ['anthropic', 401, { type: 'error', error: { type: 'authentication_error' } }],
  ['gemini', 400, { error: { code: 400, status: 'INVALID_ARGUMENT' } }],
] as const)('%s refuses a real key with %i in its own words', async (id, status, body) => {
  const reply = await ask(id, false, 'sk-somebody-elses')
  expect([reply.status, await reply.json()]).toEqual([status, expect.objectContaining(deep(body))])
})

const deep = (of: Fields): Fields =>
  Object.fromEntries(
    Object.entries(of).map(([name, value]): [string, unknown] => [
      name,
      typeof value === 'object' && value !== null
        ? expect.objectContaining(deep(fields(value)))
        : value,
    ]),
  )

const USAGE: readonly [SimulatedId, boolean, 'last' | 'own' | 'none'][] = [
  ['openai', true, 'own'],
  ['openai', false, 'none'],
  ['vllm', true, 'own'],
  ['vllm', false, 'none'],
  ['llama-cpp', true, 'own'],
  ['ollama', true, 'own'],
  ['ollama', false, 'none'],
  ['fireworks', false, 'last'],
  ['together', false, 'last'],
]
test.each(USAGE)('%s, asked for usage: %s, sends it in: %s chunk', async (id, isAsked, where) => {
  const [path, body] = pathAndBody(id, true)
  const options = isAsked ? { stream_options: { include_usage: true } } : {}
  const all = events(await (await post(id, path, { ...body, ...options })).text())
  expect(all.at(-1)).toBe('[DONE]')
  const last = fields(all.at(-2))
  const hasUsage = typeof fields(last['usage'])['total_tokens'] === 'number'
  const found = hasUsage ? (list(last['choices']).length === 0 ? 'own' : 'last') : 'none'
  expect(found).toBe(where)
})

test.each([
  ['openai', {}, ['first', 'second']],
  ['openai', { parallel_tool_calls: false }, ['first']],
  ['openai', { tool_choice: 'none' }, []],
  ['openai', { tool_choice: { type: 'function', function: { name: 'second' } } }, ['second']],
  ['vllm', {}, []],
  ['vllm', { tool_choice: 'auto' }, ['first', 'second']],
  ['ollama', { tool_choice: 'none' }, ['first', 'second']],
] as const)('%s with %j calls %j', async (id, more, expected) => {
  const { body } = await chat(id, { tools: TOOLS, ...more })
  expect(callsIn(body)).toEqual(expected)
})

test('tools are left alone when nobody asks for a call', async () => {
  const { body } = await chat('openai', { tools: TOOLS }, 'Hello.')
  expect(callsIn(body)).toEqual([])
})

test('vLLM leaves tool_calls out when there are none, Together sends an empty list', async () => {
  expect(firstMessage((await chat('vllm', {})).body)).not.toHaveProperty('tool_calls')
  expect(firstMessage((await chat('together', {})).body)).toHaveProperty('tool_calls', [])
})

test.each([
  ['ollama ignores max_completion_tokens', 'ollama', { max_completion_tokens: 2 }, 'stop'],
  ['ollama obeys max_tokens', 'ollama', { max_tokens: 2 }, 'length'],
  ['vllm obeys either', 'vllm', { max_completion_tokens: 2 }, 'length'],
] as const)('%s', async (_name, id, more, finish) => {
  const { body } = await chat(id, more)
  expect(fields(list(body['choices'])[0])['finish_reason']).toBe(finish)
})

test.each([
  ['openai', { made_up: 1 }, 400],
  ['openai', { model: 'gpt-5-mini', max_tokens: 5 }, 400],
  ['openai', { model: 'gpt-5-mini', max_completion_tokens: 500 }, 200],
  ['fireworks', { max_tokens: 200_000 }, 200],
  ['fireworks', { max_tokens: 200_000, context_length_exceeded_behavior: 'error' }, 400],
  ['vllm', { made_up: 1 }, 200],
] as const)('%s answers %j with %i', async (id, more, status) => {
  expect((await chat(id, more)).status).toBe(status)
})

test('JSON is answered when it is asked for, and follows the schema', async () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' }, size: { type: 'integer' } },
  }
  const format = { type: 'json_schema', json_schema: { name: 'place', schema } }
  const { body } = await chat('openai', { response_format: format })
  const content = text(firstMessage(body)['content']) ?? ''
  expect(parseFields(content)).toEqual({ city: 'simulated', size: 1 })
})

test.each(CHAT)(
  '%s: the same request gives the same usage, about a quarter of its bytes',
  async (id) => {
    const first = fields((await chat(id, {})).body['usage'])
    const second = fields((await chat(id, {})).body['usage'])
    expect(second).toEqual(first)
    expect(first['prompt_tokens']).toBe(12) // [{"role":"user","content":"Please call them."}] is 48 bytes
  },
)

const WORKERS_AI: readonly [string, string, Fields, Fields][] = [
  ['native', '@cf/meta/llama-4-scout-17b-16e-instruct', {}, { response: null }],
  ['chat', '@cf/qwen/qwen3-30b-a3b-fp8', {}, { object: 'chat.completion' }],
]
test.each(WORKERS_AI)(
  'Workers AI answers %s models in their family',
  async (_family, model, more, expected) => {
    const reply = await fetch(`${fleet.urls['workers-ai']}`, {
      method: 'POST',
      headers: { ...HEADERS['workers-ai'](''), 'mf-header-cf-consn-model-id': model },
      body: JSON.stringify({
        inputs: { messages: [{ role: 'user', content: 'call' }], tools: TOOLS, ...more },
        options: {},
      }),
    })
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(await reply.json()).toMatchObject(expected)
  },
)

test('Workers AI refuses ids that it would pass on to somebody else', async () => {
  const reply = await fetch(`${fleet.urls['workers-ai']}`, {
    method: 'POST',
    headers: { ...HEADERS['workers-ai'](''), 'mf-header-cf-consn-model-id': 'openai/gpt-5' },
    body: '{}',
  })
  expect([reply.status, fields(await reply.json())['internalCode']]).toEqual([400, 5007])
})
