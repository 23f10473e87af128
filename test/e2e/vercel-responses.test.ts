import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, Output, streamText, stepCountIs } from 'ai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SimulatedId } from '../upstreams/fleet.ts'
import { closeValid, openStage, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'
import { weather } from './vercel-tools.ts'

let stage: Stage
let provider: ReturnType<typeof createOpenAI>

beforeAll(async () => {
  stage = await openStage()
  provider = createOpenAI({ baseURL: `${stage.local.url}/v1`, apiKey: stage.key })
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

async function all(stream: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = []
  for await (const text of stream) texts.push(text)
  return texts
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Its default is Responses, and it checks every event. */
describe.each(MODELS)('Vercel’s AI SDK, at %s: %s', (id, name) => {
  const asked = () => ({ model: provider(name), maxOutputTokens: 300, maxRetries: 0 })

  test('generates a text', async () => {
    const { text, finishReason, usage } = await generateText({
      ...asked(),
      system: 'Be brief.',
      prompt: 'Why is the sky blue?',
    })
    expect([text, finishReason]).toEqual([expect.stringMatching(/no model ran\.$/), 'stop'])
    expect(usage.inputTokens).toBeGreaterThan(5)
    expect(theRequest(stage, id).body).toContain('Be brief.')
  })

  test('streams a text', async () => {
    const { textStream, finishReason } = streamText({ ...asked(), prompt: 'Why?' })
    const deltas = await all(textStream)
    expect(deltas.length).toBeGreaterThan(2)
    expect(deltas.join('')).toMatch(/no model ran\.$/)
    expect(await finishReason).toBe('stop')
  })

  test.each(['generates', 'streams'])(
    '%s, with two tools at once and their round trip',
    async (how) => {
      const ran: string[] = []
      const settings = {
        ...asked(),
        prompt: 'Please call both.',
        tools: {
          weather_now: weather(ran, 'now'),
          weather_tomorrow: weather(ran, 'tomorrow'),
        },
        stopWhen: stepCountIs(3),
      }
      const text =
        how === 'generates'
          ? (await generateText(settings)).text
          : (await all(streamText(settings).textStream)).join('')
      expect(ran.toSorted()).toEqual(['now simulated', 'tomorrow simulated'])
      expect(text).toContain('read 2 tool results')
    },
  )

  test('gets an object of a schema', async () => {
    const schema = jsonSchema<{ readonly answer: string }>({
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    })
    const { output } = await generateText({
      ...asked(),
      prompt: 'Why?',
      output: Output.object({ schema }),
    })
    expect(output).toEqual({ answer: 'simulated' })
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 422, message: 'That cannot be.' })
    await expect(generateText({ ...asked(), prompt: 'Why?' })).rejects.toMatchObject({
      statusCode: 422,
      message: expect.stringContaining('That cannot be.'),
    })
  })

  test('hears of a stream that broke off', async () => {
    stage.fleet.script(id, { kind: 'cut', afterFrames: id === 'gemini' ? 2 : 5, how: 'reset' })
    const errors: unknown[] = []
    const { fullStream } = streamText({
      ...asked(),
      prompt: 'Why?',
      onError: ({ error }) => errors.push(error),
    })
    for await (const part of fullStream) if (part.type === 'error') break
    expect(JSON.stringify(errors)).toContain('broke off')
  })

  test('may stop', async () => {
    const stop = new AbortController()
    const hold = Promise.withResolvers<void>()
    stage.fleet.script(id, { kind: 'pause', afterFrames: 6, until: hold.promise })
    const { fullStream } = streamText({
      ...asked(),
      prompt: 'Why?',
      abortSignal: stop.signal,
      onError: () => undefined,
    })
    const types: string[] = []
    for await (const part of fullStream) {
      types.push(part.type)
      if (part.type === 'text-delta') stop.abort()
    }
    hold.resolve()
    expect(types).toContain('abort')
  })
})

describe('what the default policy would keep at home', () => {
  let lenient: Stage
  let model: ReturnType<typeof createOpenAI>
  beforeAll(async () => {
    lenient = await openStage({
      policy: (bundle) => ({
        ...bundle,
        guardrails: [],
        invariants: [],
        routes: bundle.routes.slice(-1),
      }),
    })
    model = createOpenAI({ baseURL: `${lenient.local.url}/v1`, apiKey: lenient.key })
  })
  afterEach(() => lenient.fleet.reset())
  afterAll(() => lenient.close())

  test.each<readonly [SimulatedId, string]>([
    ['openai', 'openai/gpt-5-nano'],
    ['anthropic', 'anthropic/claude-haiku-4-5'],
    // Not Gemini: nothing bounds what its pictures cost, so none is sent.
    ['vllm', 'vllm/llama-4-scout'],
  ])('a picture arrives at %s', async (id, name) => {
    const { text } = await generateText({
      model: model(name),
      maxOutputTokens: 300,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'file', data: PIXEL, mediaType: 'image/png' },
          ],
        },
      ],
    })
    expect(text).toMatch(/no model ran\.$/)
    expect(theRequest(lenient, id).body).toContain(PIXEL)
  })

  test.each<readonly [SimulatedId, string]>([
    ['openai', 'openai/gpt-5-nano'],
    ['anthropic', 'anthropic/claude-haiku-4-5'],
  ])('thoughts of %s are shown, and come back sealed', async (id, name) => {
    const options = { openai: { store: false, forceReasoning: true, reasoningEffort: 'low' } }
    const settings = {
      model: model(name),
      maxOutputTokens: 3000,
      providerOptions: options,
      tools: { weather_now: weather([], 'now') },
      stopWhen: stepCountIs(2),
    }
    const { steps } = await generateText({ ...settings, prompt: 'Please call it.' })
    expect(steps[0]?.reasoningText).toBeTruthy()
    const [, second] = lenient.fleet.requests.filter(({ destination }) => destination === id)
    expect(second?.body).toMatch(id === 'openai' ? /"encrypted_content":"gAAAA/ : /"signature":"/)
    expect(second?.body).not.toContain('demarc.')
  })
})
