import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { OpenAI } from 'openai'
import type { Recorded } from '../upstreams/server.ts'
import type { SimulatedId } from '../upstreams/fleet.ts'
import { fields, list, parseFields, text, type Fields } from '../upstreams/read.ts'
import {
  apiErrorOf,
  ask,
  decisionOf,
  entriesOf,
  framesOf,
  get,
  newKey,
  openStage,
  post,
  rows,
  sdk,
  settled,
  verify,
  type Stage,
} from './harness.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage()
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const MODELS: readonly (readonly [SimulatedId, string])[] = [
  ['workers-ai', 'workers-ai/llama-3.3-70b'],
  ['workers-ai', 'workers-ai/glm-4.7-flash'],
  ['together', 'together/glm-5'],
  ['fireworks', 'fireworks/glm-5'],
  ['vllm', 'vllm/qwen3-30b-a3b-2507'],
  ['ollama', 'ollama/qwen3-8b'],
  ['llama-cpp', 'llama-cpp/gemma-3-12b-q4'],
  ['openai', 'openai/gpt-5-nano'],
  ['anthropic', 'anthropic/claude-haiku-4-5'],
  ['gemini', 'gemini/gemini-2.5-flash'],
]

const question = (model: string): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
  model,
  max_completion_tokens: 300,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why is the sky blue?' },
  ],
})

/** Puts the recorded request to the simulated provider again and reads the usage in its own words. */
async function reportedBy(id: SimulatedId, request: Recorded): Promise<[bigint, bigint]> {
  const { path, query, headers, body } = request
  const origin = new URL(stage.fleet.urls[id] ?? '').origin
  const response = await fetch(`${origin}${path}?${query}`, {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(headers).filter(
        ([name]) => !['host', 'content-length', 'connection', 'transfer-encoding'].includes(name),
      ),
    ),
    body,
  })
  const reply = await response.text()
  const last = (name: string): number =>
    Number([...reply.matchAll(new RegExp(`"${name}":(\\d+)`, 'g'))].at(-1)?.[1] ?? 0)
  if (id === 'anthropic') return [BigInt(last('input_tokens')), BigInt(last('output_tokens'))]
  if (id !== 'gemini') return [BigInt(last('prompt_tokens')), BigInt(last('completion_tokens'))]
  const output = last('candidatesTokenCount') + last('thoughtsTokenCount')
  return [BigInt(last('promptTokenCount')), BigInt(output)]
}

/** What the price book says that so many tokens cost. */
function priced(model: string, [input, output]: readonly [bigint, bigint]): bigint {
  const [destination, id] = model.split('/')
  const today = new Date().toISOString().slice(0, 10)
  const price = stage.bundle.prices.find(
    (one) =>
      one.destination === destination &&
      one.model === id &&
      one.validFrom <= today &&
      (one.validTo === undefined || one.validTo > today),
  )
  if (price === undefined) throw new Error(`no price of ${model}`)
  return input * BigInt(price.meters.input) + output * BigInt(price.meters.output)
}

/** What the ledger must hold of decisions made so far; compared at the end, because a settlement travels for a second. */
const expected: [string, bigint][] = []
const expectInLedger = (decision: string, costPicoUsd: bigint): void => {
  expect(decision).toMatch(/^dec_/)
  expected.push([decision, costPicoUsd])
}

const theRequest = (id: SimulatedId): Recorded => {
  const sent = stage.fleet.requests.filter(({ destination }) => destination === id)
  const [only] = sent
  if (sent.length !== 1 || only === undefined) throw new Error(`${sent.length} requests to ${id}`)
  return only
}

describe.each(MODELS)('%s: %s', (id, model) => {
  test('answers a text, and the ledger holds what the provider reported, at its price', async () => {
    const { data, response } = await client.chat.completions.create(question(model)).withResponse()
    expect(data.object).toBe('chat.completion')
    expect(data.choices.map(({ finish_reason, message }) => [finish_reason, message.role])).toEqual(
      [['stop', 'assistant']],
    )
    expect(data.choices[0]?.message.content).toMatch(/^Simulated .*no model ran\.$/)
    expect(response.headers.get('demarc-destination')).toBe(id)
    expect(response.headers.get('demarc-label')).toBe('public')
    expect(response.headers.get('demarc-policy')).toBe(stage.policyHash)
    const decision = response.headers.get('demarc-decision') ?? ''
    expect(response.headers.get('x-request-id')).toBe(decision)
    const tokens = await reportedBy(id, theRequest(id))
    expect([data.usage?.prompt_tokens, data.usage?.completion_tokens]).toEqual(tokens.map(Number))
    expectInLedger(decision, priced(model, tokens))
  })

  test.each([[false], [true]])('streams; usage chunk asked for: %s', async (include_usage) => {
    const whole = await client.chat.completions.create(question(model))
    stage.fleet.reset()
    const call = client.chat.completions.create({
      ...question(model),
      stream: true,
      ...(include_usage ? { stream_options: { include_usage } } : {}),
    })
    const { data, response } = await call.withResponse()
    let content = ''
    const usages: (readonly [number, number, number])[] = []
    const finishes: string[] = []
    for await (const { choices, usage } of data) {
      content += choices[0]?.delta.content ?? ''
      if (choices[0]?.finish_reason) finishes.push(choices[0].finish_reason)
      if (usage) usages.push([choices.length, usage.prompt_tokens, usage.completion_tokens])
    }
    expect(content).toBe(whole.choices[0]?.message.content)
    expect(finishes).toEqual(['stop'])
    const tokens = await reportedBy(id, theRequest(id))
    if (include_usage) expect(usages.at(-1)?.slice(1)).toEqual(tokens.map(Number))
    // Some servers tell the usage in the last chunk, asked or not; a chunk of nothing else comes only if asked for.
    else expect(usages.filter(([choices]) => choices === 0)).toEqual([])
    expectInLedger(response.headers.get('demarc-decision') ?? '', priced(model, tokens))
  })

  test('ends a stream with [DONE], and every frame before it is a chunk', async () => {
    const reply = await post(stage, { ...question(model), stream: true })
    expect(reply.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const frames = framesOf(reply.text)
    expect(frames.at(-1)).toBe('[DONE]')
    const objects = new Set(frames.slice(0, -1).map((frame) => fields(frame)['object']))
    expect([...objects]).toEqual(['chat.completion.chunk'])
  })
})

const weather = (name: string): OpenAI.ChatCompletionTool => ({
  type: 'function',
  function: {
    name,
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
})

describe.each(MODELS)('tools at %s: %s', (id, model) => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: 'Please call both.' },
  ]
  const asked = {
    model,
    messages,
    max_completion_tokens: 300,
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }

  test('calls two at once, and takes their results back', async () => {
    const { choices } = await client.chat.completions.create(asked)
    const message = choices[0]?.message
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function')
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(calls.map(({ function: { name } }) => name)).toEqual(['weather_now', 'weather_tomorrow'])
    expect(calls.map(({ function: called }) => JSON.parse(called.arguments))).toEqual([
      { city: 'simulated' },
      { city: 'simulated' },
    ])
    expect(new Set(calls.map(({ id: callId }) => callId)).size).toBe(2)
    stage.fleet.reset()
    const results = calls.map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: `result of ${call.function.name}`,
    }))
    const answered = await client.chat.completions.create({
      ...asked,
      messages: [...messages, { role: 'assistant', tool_calls: calls }, ...results],
    })
    expect(answered.choices[0]?.message.content).toContain('read 2 tool results')
    expect(theRequest(id).body).toContain('result of weather_tomorrow')
  })

  test('streams two calls that the SDK puts together', async () => {
    const final = await client.chat.completions.stream(asked).finalChatCompletion()
    const calls = final.choices[0]?.message.tool_calls ?? []
    expect(calls.map((call) => call.type === 'function' && call.function)).toMatchObject([
      { name: 'weather_now', arguments: '{"city":"simulated"}' },
      { name: 'weather_tomorrow', arguments: '{"city":"simulated"}' },
    ])
  })

  test('answers in a JSON Schema', async () => {
    if (model === 'workers-ai/glm-4.7-flash') return
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string' }, sure: { type: 'boolean' } },
      required: ['answer', 'sure'],
      additionalProperties: false,
    }
    const { choices } = await client.chat.completions.create({
      ...question(model),
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'reply', strict: true, schema },
      },
    })
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
      answer: 'simulated',
      sure: true,
    })
  })
})

/** Fields, what they ask for, and how that looks in any dialect that has words for it. */
const FIELDS: readonly (readonly [Fields, RegExp])[] = [
  [{ seed: 424242 }, /424242/],
  [{ stop: ['STOPWORD'] }, /STOPWORD/],
  [{ temperature: 0.77 }, /0\.77/],
  [{ top_p: 0.66 }, /0\.66/],
  [{ presence_penalty: 0.55 }, /0\.55/],
  [{ frequency_penalty: 0.44 }, /0\.44/],
  [{ logit_bias: { '4711': 3 } }, /4711/],
  [{ n: 2 }, /"(?:n|candidateCount)":2/],
  [{ logprobs: true, top_logprobs: 3 }, /logprobs/i],
  [{ user: 'user-of-ours' }, /user-of-ours/],
  [{ metadata: { ticket: 'a-ticket' } }, /a-ticket/],
  [{ verbosity: 'low' }, /verbosity/],
  [{ prediction: { type: 'content', content: 'predicted words' } }, /predicted words/],
  [{ safety_identifier: 'safe-id' }, /safe-id/],
  [{ prompt_cache_key: 'cache-key' }, /cache-key/],
  [{ store: true }, /"store":true/],
  [{ reasoning_effort: 'low' }, /low|thinking/i],
]

describe.each(MODELS)('nothing that is asked of %s vanishes: %s', (id, model) => {
  test.each(FIELDS)('%j', async (asked, inWire) => {
    const reply = await post(stage, { ...question(model), ...asked })
    expect(reply.status).toBe(200)
    const named = reply.headers.get('demarc-unsupported') ?? ''
    const isSent = inWire.test(theRequest(id).body.replace(/"messages":.*?\]/, ''))
    expect({ isSent, isNamed: named !== '' }).toEqual({ isSent, isNamed: !isSent })
    stage.fleet.reset()
    const strict = await post(
      stage,
      { ...question(model), ...asked },
      { headers: { 'demarc-strict': '1' } },
    )
    if (isSent) return expect(strict.status).toBe(200)
    expect([strict.status, strict.error['code']]).toEqual([400, 'cannot_serve'])
    // Both penalties are one feature, which is named by the first of its fields.
    expect([...Object.keys(asked), 'frequency_penalty']).toContain(strict.error['param'])
    expect(stage.fleet.requests).toEqual([])
    return undefined
  })
})

test('several answers are counted as several', async () => {
  const { data, response } = await client.chat.completions
    .create({ ...question('openai/gpt-5-nano'), n: 3 })
    .withResponse()
  expect(data.choices.map(({ index }) => index)).toEqual([0, 1, 2])
  const tokens = await reportedBy('openai', theRequest('openai'))
  const decision = response.headers.get('demarc-decision') ?? ''
  expectInLedger(decision, priced('openai/gpt-5-nano', tokens))
})

test('models are those that the key may use, and other names are refused', async () => {
  const key = await newKey(stage, { allowedModels: ['fast', 'openai/gpt-5-nano'] })
  const { data } = await sdk(stage, key).models.list()
  expect(data.map(({ id }) => id).toSorted()).toEqual(['fast', 'gpt-5-nano', 'openai/gpt-5-nano'])
  const all = await client.models.list()
  expect(all.data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['auto', 'fast', 'gpt-5', 'vllm/qwen3-30b-a3b-2507']),
  )
  for (const model of ['auto', 'openai/gpt-5', 'gpt-5', 'ollama/qwen3-8b']) {
    const error = await apiErrorOf(sdk(stage, key).chat.completions.create(question(model)))
    expect([error.status, error.code]).toEqual([403, 'model_not_allowed'])
  }
  expect(stage.fleet.requests).toEqual([])
  expect((await sdk(stage, key).chat.completions.create(question('fast'))).object).toBe(
    'chat.completion',
  )
})

test('a decision is explained without anything being sent or recorded', async () => {
  const before = await get(stage, '/v1/models')
  const connections = stage.fleet.connections()
  const reply = await post(stage, ask('Card 4111 1111 1111 1111, please.'), { path: '/v1/explain' })
  expect(reply.body).toMatchObject({
    outcome: 'plan',
    label: { level: 'restricted', categories: ['pci'] },
    evidence: [{ kind: 'card', path: '/messages/0/content', start: 5, end: 24 }],
    route: { id: 'cards' },
    policy: stage.policyHash,
  })
  expect(reply.text).not.toContain('4111')
  expect([before.status, stage.fleet.requests, stage.fleet.connections()]).toEqual([
    200,
    [],
    connections,
  ])
  expect((await get(stage, `/v1/decisions/${decisionOf(reply)}`)).status).toBe(404)
})

test('a receipt tells label, route and cost, at once and after the ledger has it', async () => {
  const reply = await post(stage, ask('Card 4111 1111 1111 1111, please.'))
  const path = `/v1/decisions/${decisionOf(reply)}`
  const early = await get(stage, path)
  expect(early.body).toMatchObject({
    label: { level: 'restricted', categories: ['pci'], scan: 'complete' },
    evidence: [{ kind: 'card', path: '/messages/0/content' }],
    route: { id: 'cards' },
    settled: [{ kind: 'settle', outcome: 'ok', destination: 'vllm', cost_usd: '0' }],
  })
  const entries = await entriesOf(stage, decisionOf(reply))
  expect(entries.map(({ kind }) => kind)).toEqual(['reserve', 'settle'])
  expect((await get(stage, path)).body).toEqual(early.body)
  expect(list(early.body['journal'])).toHaveLength(2)
})

test('a receipt is shown to the team whose decision it is, and to nobody else', async () => {
  const { headers } = await post(stage, ask('Why is the sky blue?'))
  const path = `/v1/decisions/${headers.get('demarc-decision')}`
  const otherTeam = await newKey(stage, { team: 'other' })
  const otherTenant = await newKey(stage, { tenant: 'elsewhere' })
  const sameTeam = await newKey(stage, { app: 'another' })
  const statuses = await Promise.all(
    [stage.key, sameTeam, otherTeam, otherTenant, 'none'].map(
      async (key) => (await get(stage, path, key)).status,
    ),
  )
  expect(statuses).toEqual([200, 200, 404, 404, 401])
  const unknown = await get(stage, '/v1/decisions/dec_unknown', otherTeam)
  const foreign = await get(stage, path, otherTeam)
  expect({ ...foreign.error, message: '' }).toEqual({ ...unknown.error, message: '' })
})

test('the ledger holds what the providers reported, at its price, and agrees with the journal', async () => {
  await settled(
    stage,
    expected.map(([decision]) => decision),
  )
  const posted = await rows(stage, 'SELECT decision, cost_pico FROM posting')
  const costs = new Map(posted.map(({ decision, cost_pico }) => [decision, cost_pico]))
  expect(expected.map(([decision]) => [decision, costs.get(decision)])).toEqual(
    expected.map(([decision, cost]) => [decision, String(cost)]),
  )
  expect(expected.length).toBe(3 * MODELS.length + 1)
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})

test('health is told to anybody', async () => {
  const response = await fetch(`${stage.local.url}/healthz`)
  expect([response.status, parseFields(await response.text())]).toEqual([200, { status: 'ok' }])
})

test('what has no path is a 404 in the shape of OpenAI', async () => {
  const { status, error } = await post(stage, {}, { path: '/v1/completions' })
  expect([status, error['code'], text(error['message'])]).toEqual([
    404,
    'not_found',
    expect.stringContaining('/v1/chat/completions'),
  ])
})
