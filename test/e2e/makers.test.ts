import type { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseObject } from '../../src/wire/read.ts'
import type { Recorded } from '../upstreams/server.ts'
import type { Behaviour } from '../upstreams/behaviour.ts'
import { MAKER_IDS, type MakerId } from '../upstreams/makers.ts'
import { framesOf, openStage, post, sdk, theRequest, type Stage } from './harness.ts'
import { MAKER_MODELS, withMakers } from './makers.ts'
import { question } from './models.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage({ makers: MAKER_IDS, policy: withMakers })
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const weather = (name: string): OpenAI.ChatCompletionTool => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
})

/** What of its own each must get, in every request. */
const OWN: Readonly<Record<MakerId, (request: Recorded) => unknown>> = {
  mistral: ({ body }) => [parseObject(body)?.['max_tokens'], body.includes('stream_options')],
  deepseek: ({ path, body }) => [path, parseObject(body)?.['max_tokens']],
  zai: ({ path, body }) => [path, parseObject(body)?.['max_tokens']],
  'azure-openai': ({ path, headers }) => [path, headers['api-key']],
  vertex: ({ path, headers }) => [path, headers['authorization']],
  'vertex-anthropic': ({ path, body }) => [path, parseObject(body)?.['anthropic_version']],
  bedrock: ({ path, headers }) => [path, headers['authorization']],
  replicate: ({ path, headers }) => [path, headers['prefer']],
}

const GOOGLE = '/v1/projects/simulated/locations/europe-west1/publishers'

const EXPECTED: Readonly<Record<MakerId, unknown>> = {
  mistral: [300, false],
  deepseek: ['/chat/completions', 300],
  zai: ['/api/paas/v4/chat/completions', 300],
  'azure-openai': ['/openai/v1/chat/completions', 'simulated-azure-openai-key'],
  vertex: [
    `${GOOGLE}/google/models/gemini-2.5-flash:generateContent`,
    'Bearer simulated-vertex-key',
  ],
  'vertex-anthropic': [
    `${GOOGLE}/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict`,
    'vertex-2023-10-16',
  ],
  bedrock: ['/model/eu.amazon.nova-lite-v1%3A0/converse', 'Bearer simulated-bedrock-key'],
  replicate: ['/v1/models/meta/meta-llama-3-70b-instruct/predictions', 'wait=60'],
}

describe.each(MAKER_MODELS)('%s: %s', (id, model) => {
  test('answers, in words of its own, and tells what it took', async () => {
    const { choices, usage } = await client.chat.completions.create(question(model))
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: expect.stringMatching(/^Simulated .* no model ran\.$/) },
    })
    expect(usage?.prompt_tokens).toBeGreaterThan(5)
    expect(usage?.completion_tokens).toBeGreaterThan(5)
    const request = theRequest(stage, id)
    expect(OWN[id](request)).toEqual(EXPECTED[id])
    expect(request.body).toContain('Be brief.')
  })

  test('streams', async () => {
    const stream = client.chat.completions.stream({
      model,
      max_completion_tokens: 300,
      messages: [{ role: 'user', content: 'Why is the sky blue?' }],
      stream_options: { include_usage: true },
    })
    const { choices, usage } = await stream.finalChatCompletion()
    expect(choices[0]?.message.content).toMatch(/no model ran\.$/)
    expect([choices[0]?.finish_reason, usage?.completion_tokens]).toEqual([
      'stop',
      expect.any(Number),
    ])
  })

  // Replicate does not say why a model stopped.
  test.skipIf(id === 'replicate')('says that it was cut short by a limit', async () => {
    const asked = { ...question(model), max_completion_tokens: 4 }
    const { choices } = await client.chat.completions.create(asked)
    expect(choices[0]?.finish_reason).toBe('length')
  })

  test('refuses what it was asked, in its own words', async () => {
    stage.fleet.script(id, { kind: 'error', status: 400, message: 'That cannot be.' })
    const reply = await post(stage, question(model))
    expect([reply.status, reply.error['message']]).toEqual([
      400,
      expect.stringContaining('That cannot be.'),
    ])
  })

  // Its predictions come whole.
  test.skipIf(id === 'replicate')('never says that it is done where a stream was cut', async () => {
    stage.fleet.script(id, {
      kind: 'cut',
      afterFrames: id === 'vertex-anthropic' ? 5 : 3,
      how: 'reset',
    })
    const { text } = await post(stage, { ...question(model), stream: true })
    expect(text).toContain('broke off')
    expect(framesOf(text)).not.toContain('[DONE]')
  })
})

describe.each(MAKER_MODELS)('tools, at %s: %s', (id, model) => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: 'Please call both.' },
  ]
  const asked = {
    model,
    messages,
    max_completion_tokens: 300,
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }

  test.skipIf(id === 'replicate')('are called, two at once, and their results read', async () => {
    const final = await client.chat.completions.stream(asked).finalChatCompletion()
    const message = final.choices[0]?.message
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function')
    expect(final.choices[0]?.finish_reason).toBe('tool_calls')
    expect(calls.map(({ function: of }) => [of.name, JSON.parse(of.arguments)])).toEqual([
      ['weather_now', { city: 'simulated' }],
      ['weather_tomorrow', { city: 'simulated' }],
    ])
    stage.fleet.reset()
    const answered = await client.chat.completions.create({
      ...asked,
      messages: [
        ...messages,
        { role: 'assistant', tool_calls: calls },
        ...calls.map((call) => ({
          role: 'tool' as const,
          tool_call_id: call.id,
          content: `result of ${call.function.name}`,
        })),
      ],
    })
    expect(answered.choices[0]?.message.content).toContain('read 2 tool results')
    expect(theRequest(stage, id).body).toContain('result of weather_tomorrow')
  })

  test.runIf(id === 'replicate')('are refused: it has no words for them', async () => {
    const reply = await post(stage, asked)
    expect([reply.status, reply.error['param']]).toEqual([400, 'tools'])
    expect(stage.fleet.requests).toEqual([])
  })
})

test('a prediction that is not done after a minute is no answer, and nobody asks again', async () => {
  const body = JSON.stringify({ id: 'p', status: 'processing', output: null, error: null })
  stage.fleet.script('replicate', { kind: 'reply', status: 201, body })
  const reply = await post(stage, question('replicate/llama-3-70b'))
  expect(reply.status).toBe(502)
  expect(stage.fleet.requests).toHaveLength(1)
})

/** A destination that fails is left alone for a while: each trouble has a stage of its own. */
describe.each<readonly [string, Behaviour, number, RegExp]>([
  ['busy', { kind: 'rate-limit', retryAfterS: 60 }, 429, /simulated rate limit/],
  ['out of its mind', { kind: 'garbage' }, 502, /failed \(malformed-reply\)/],
  ['gone in mid-answer', { kind: 'half-body' }, 502, /failed \(cut-off\)/],
])('a provider that is %s', (_name, behaviour, status, message) => {
  let troubled: Stage
  beforeAll(async () => {
    troubled = await openStage({ makers: MAKER_IDS, policy: withMakers })
  })
  afterAll(() => troubled.close())

  test.each(MAKER_MODELS)('does not answer: %s', async (id, model) => {
    troubled.fleet.script(id, behaviour)
    const reply = await post(troubled, question(model))
    expect([reply.status, reply.error['message']]).toEqual([status, expect.stringMatching(message)])
  })
})
