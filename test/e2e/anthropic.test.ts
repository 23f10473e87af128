import { APIUserAbortError, BadRequestError, type Anthropic } from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { anthropicSdk, callsOf, errorOf, textOf, user, weather } from './anthropic-client.ts'
import { fields, list, parseFields } from '../upstreams/read.ts'
import { closeValid, openStage, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'

let stage: Stage
let client: Anthropic

beforeAll(async () => {
  stage = await openStage()
  client = anthropicSdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

describe.each(MODELS)('the Anthropic SDK, at %s: %s', (id, model) => {
  const plain = { model, max_tokens: 300, messages: user('Why is the sky blue?') }
  const withTools = {
    ...plain,
    messages: user('Please call both.'),
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }

  test('gets a whole message', async () => {
    const { data, response, request_id } = await client.messages
      .create({ ...plain, system: 'Be brief.' })
      .withResponse()
    expect(data).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
    expect(textOf(data)).toMatch(/^Simulated .* no model ran\.$/)
    expect(data.usage.input_tokens).toBeGreaterThan(5)
    expect(data.usage.output_tokens).toBeGreaterThan(5)
    expect(response.headers.get('demarc-destination')).toBe(id)
    expect(request_id).toMatch(/^(?:dec_|req_)/)
    expect(theRequest(stage, id).body).toContain('Be brief.')
  })

  test('puts a stream together', async () => {
    const pieces: string[] = []
    const stream = client.messages.stream(plain).on('text', (piece) => pieces.push(piece))
    const final = await stream.finalMessage()
    expect(textOf(final)).toMatch(/no model ran\.$/)
    expect(pieces.join('')).toBe(textOf(final))
    expect(pieces.length).toBeGreaterThan(2)
    expect(final.stop_reason).toBe('end_turn')
    expect(final.usage.input_tokens).toBeGreaterThan(5)
    expect(final.usage.output_tokens).toBeGreaterThan(5)
  })

  test('calls two tools at once, and takes their results back', async () => {
    const first = await client.messages.create(withTools)
    expect(first.stop_reason).toBe('tool_use')
    const calls = callsOf(first)
    expect(calls.map(({ name, input }) => [name, input])).toEqual([
      ['weather_now', { city: 'simulated' }],
      ['weather_tomorrow', { city: 'simulated' }],
    ])
    expect(new Set(calls.map((call) => call.id)).size).toBe(2)
    stage.fleet.reset()
    const results = calls.map((call) => ({
      type: 'tool_result' as const,
      tool_use_id: call.id,
      content: `result of ${call.name}`,
    }))
    const answered = await client.messages.create({
      ...withTools,
      messages: [
        ...withTools.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: results },
      ],
    })
    expect(textOf(answered)).toContain('read 2 tool results')
    expect(theRequest(stage, id).body).toContain('result of weather_tomorrow')
  })

  test('streams two calls', async () => {
    const inputs: string[] = []
    const stream = client.messages.stream(withTools).on('inputJson', (part) => inputs.push(part))
    const final = await stream.finalMessage()
    expect(callsOf(final)).toMatchObject([
      { name: 'weather_now', input: { city: 'simulated' } },
      { name: 'weather_tomorrow', input: { city: 'simulated' } },
    ])
    expect(inputs.join('')).toBe('{"city":"simulated"}{"city":"simulated"}')
  })

  test('answers in a JSON Schema', async () => {
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string' }, sure: { type: 'boolean' } },
      required: ['answer', 'sure'],
      additionalProperties: false,
    }
    const message = await client.messages.create({
      ...plain,
      output_config: { format: { type: 'json_schema', schema } },
    })
    expect(JSON.parse(textOf(message))).toEqual({ answer: 'simulated', sure: true })
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 400, message: 'That cannot be.' })
    const error = await errorOf(client.messages.create(plain))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error.message).toContain('That cannot be.')
    expect(error.error).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })

  test('hears of a stream that broke off', async () => {
    stage.fleet.script(id, { kind: 'cut', afterFrames: id === 'gemini' ? 2 : 4, how: 'end' })
    const error = await errorOf(client.messages.stream(plain).finalMessage())
    expect(error.message).toContain('broke off')
  })

  test('may leave', async () => {
    const hold = Promise.withResolvers<void>()
    stage.fleet.script(id, { kind: 'pause', afterFrames: 4, until: hold.promise })
    const stream = client.messages.stream(plain)
    const ended = stream.finalMessage().catch((reason: unknown) => reason)
    await new Promise((resolve) => stream.once('text', resolve))
    stream.abort()
    hold.resolve()
    expect(await ended).toBeInstanceOf(APIUserAbortError)
  })

  test('has its tokens counted', async () => {
    const counted = await client.messages.countTokens({ model, messages: plain.messages })
    expect(counted.input_tokens).toBeGreaterThan(5)
    expect(counted.input_tokens).toBeLessThan(100)
    const counts = stage.fleet.requests.map(({ path }) => path.replace(/^.*[/:]/, ''))
    const canCount: Record<string, string> = { anthropic: 'count_tokens', gemini: 'countTokens' }
    expect(counts).toEqual(id in canCount ? [canCount[id]] : [])
  })
})

describe('a conversation that thinks', () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 } as const
  const asked = {
    max_tokens: 4000,
    thinking,
    messages: user('Please call both.'),
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }
  const answerTo = (first: Anthropic.Message): Anthropic.MessageParam[] => [
    ...asked.messages,
    { role: 'assistant', content: first.content },
    {
      role: 'user',
      content: callsOf(first).map((call) => ({
        type: 'tool_result',
        tool_use_id: call.id,
        content: 'rain',
      })),
    },
  ]

  test.each(['anthropic/claude-haiku-4-5', 'gemini/gemini-3-flash-preview', 'openai/gpt-5-nano'])(
    'goes on at any other model after %s',
    async (model) => {
      const first = await client.messages.create({ ...asked, model })
      const streamed = await client.messages.stream({ ...asked, model }).finalMessage()
      expect(streamed.content.map(({ type }) => type)).toEqual(
        first.content.map(({ type }) => type),
      )
      for (const next of [
        'anthropic/claude-haiku-4-5',
        'gemini/gemini-3-flash-preview',
        'openai/gpt-5-nano',
        'vllm/qwen3-30b-a3b-2507',
      ]) {
        for (const turn of [first, streamed]) {
          const answered = await client.messages.create({
            ...asked,
            model: next,
            messages: answerTo(turn),
          })
          expect(textOf(answered)).toContain('read 2 tool results')
        }
      }
    },
  )

  test('keeps a thought and its signature byte for byte at Anthropic', async () => {
    const model = 'anthropic/claude-haiku-4-5'
    const first = await client.messages.create({ ...asked, model })
    const [thought] = first.content
    expect(thought).toMatchObject({
      type: 'thinking',
      thinking: expect.stringContaining('thought'),
    })
    stage.fleet.reset()
    await client.messages.create({ ...asked, model, messages: answerTo(first) })
    const sent = fields(parseFields(theRequest(stage, 'anthropic').body))
    expect(fields(list(sent['messages'])[1])['content']).toEqual(first.content)
  })
})
