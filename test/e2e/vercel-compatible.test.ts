import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, stepCountIs, streamText } from 'ai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeValid, openStage, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'
import { weather } from './vercel-tools.ts'

let stage: Stage
let provider: ReturnType<typeof createOpenAICompatible>

beforeAll(async () => {
  stage = await openStage()
  provider = createOpenAICompatible({
    name: 'demarc',
    baseURL: `${stage.local.url}/v1`,
    apiKey: stage.key,
    includeUsage: true,
  })
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

describe.each(MODELS)('Vercel’s AI SDK for OpenAI-compatible servers, at %s: %s', (id, name) => {
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

  test('streams a text, with its usage', async () => {
    const { textStream, usage } = streamText({ ...asked(), prompt: 'Why?' })
    const deltas: string[] = []
    for await (const delta of textStream) deltas.push(delta)
    expect(deltas.length).toBeGreaterThan(2)
    expect(deltas.join('')).toMatch(/no model ran\.$/)
    expect((await usage).outputTokens).toBeGreaterThan(0)
  })

  test('calls two tools at once, and takes their results back', async () => {
    const ran: string[] = []
    const { text } = await generateText({
      ...asked(),
      prompt: 'Please call both.',
      tools: {
        weather_now: weather(ran, 'now'),
        weather_tomorrow: weather(ran, 'tomorrow'),
      },
      stopWhen: stepCountIs(3),
    })
    expect(ran.toSorted()).toEqual(['now simulated', 'tomorrow simulated'])
    expect(text).toContain('read 2 tool results')
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 422, message: 'That cannot be.' })
    await expect(generateText({ ...asked(), prompt: 'Why?' })).rejects.toMatchObject({
      statusCode: 422,
      message: expect.stringContaining('That cannot be.'),
    })
  })
})
