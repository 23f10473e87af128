import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import {
  APICallError,
  generateText,
  jsonSchema,
  Output,
  stepCountIs,
  streamText,
  tool,
  type LanguageModel,
} from 'ai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeValid, openStage, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const anthropic = (model: string): LanguageModel =>
  createAnthropic({ baseURL: `${stage.local.url}/v1`, apiKey: stage.key })(model)

const google = (model: string): LanguageModel =>
  createGoogleGenerativeAI({ baseURL: `${stage.local.url}/v1beta`, apiKey: stage.key })(model)

const CLIENTS = [
  ['@ai-sdk/anthropic', anthropic],
  ['@ai-sdk/google', google],
] as const

const CELLS = CLIENTS.flatMap(([name, connect]) =>
  MODELS.map(([id, model]) => [name, id, model, connect] as const),
)

const weather = tool({
  description: 'The weather in a city.',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: ({ city }) => `rain in ${city}`,
})

describe.each(CELLS)('%s, at %s: %s', (_name, id, model, connect) => {
  const plain = { maxOutputTokens: 300, maxRetries: 0, prompt: 'Why is the sky blue?' }
  const withTools = {
    ...plain,
    prompt: 'Please call both.',
    tools: { weather_now: weather, weather_tomorrow: weather },
    stopWhen: stepCountIs(2),
  }

  test('writes a text', async () => {
    const { text, usage, finishReason } = await generateText({ ...plain, model: connect(model) })
    expect(text).toMatch(/^Simulated .* no model ran\.$/)
    expect(finishReason).toBe('stop')
    expect([usage.inputTokens, usage.outputTokens].every((count = 0) => count > 5)).toBe(true)
  })

  test('streams a text', async () => {
    const errors: unknown[] = []
    const result = streamText({
      ...plain,
      model: connect(model),
      onError: ({ error }) => void errors.push(error),
    })
    const pieces: string[] = []
    for await (const piece of result.textStream) pieces.push(piece)
    expect(pieces.join('')).toMatch(/no model ran\.$/)
    expect(pieces.length).toBeGreaterThan(2)
    expect([await result.finishReason, errors]).toEqual(['stop', []])
  })

  test('runs two tools and goes on with their results', async () => {
    const { text, steps } = await generateText({ ...withTools, model: connect(model) })
    expect(steps[0]?.toolResults.map(({ toolName, output }) => [toolName, output])).toEqual([
      ['weather_now', 'rain in simulated'],
      ['weather_tomorrow', 'rain in simulated'],
    ])
    expect(text).toContain('read 2 tool results')
  })

  test('does the same in a stream', async () => {
    const result = streamText({ ...withTools, model: connect(model) })
    expect(await result.text).toContain('read 2 tool results')
    expect(await result.steps).toHaveLength(2)
  })

  test('keeps to a schema', async () => {
    const schema = jsonSchema<{ answer: string }>({
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    })
    const { output } = await generateText({
      ...plain,
      model: connect(model),
      output: Output.object({ schema }),
      // Of Claude's models that it does not know, it forces a tool instead, and Ollama knows no forced tools.
      providerOptions: {
        anthropic: id === 'ollama' ? { structuredOutputMode: 'outputFormat' } : {},
      },
    })
    expect(output).toEqual({ answer: 'simulated' })
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 400, message: 'That cannot be.' })
    const error: unknown = await generateText({ ...plain, model: connect(model) }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(APICallError.isInstance(error) && [error.statusCode, error.message]).toEqual([
      400,
      expect.stringContaining('That cannot be.'),
    ])
  })
})

describe('thinking', () => {
  const ask = {
    maxOutputTokens: 4000,
    maxRetries: 0,
    prompt: 'Please call both.',
    tools: { weather_now: weather, weather_tomorrow: weather },
    stopWhen: stepCountIs(2),
    providerOptions: {
      anthropic: { thinking: { type: 'enabled' as const, budgetTokens: 1024 } },
      google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } },
    },
  }

  test.each(
    CLIENTS.flatMap(([name, connect]) =>
      ['anthropic/claude-haiku-4-5', 'gemini/gemini-3-flash-preview'].map(
        (model) => [name, model, connect] as const,
      ),
    ),
  )('%s shows what %s thought, and goes on from there', async (_name, model, connect) => {
    const { text, steps } = await generateText({ ...ask, model: connect(model) })
    expect(steps[0]?.reasoningText).toBe('Simulated thought: no model thinks.')
    expect(text).toContain('read 2 tool results')
  })
})

test.each(CLIENTS)('%s sends an image to own hardware', async (_name, connect) => {
  const data =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  await generateText({
    model: connect('ollama/gemma-3-12b-q4'),
    maxOutputTokens: 100,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'file', mediaType: 'image/png', data },
        ],
      },
    ],
  })
  expect(theRequest(stage, 'ollama').body).toContain(`data:image/png;base64,${data}`)
})
