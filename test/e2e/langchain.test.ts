import { ChatOpenAI } from '@langchain/openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeValid, openStage, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const weather = (name: string) => ({
  type: 'function' as const,
  function: {
    name,
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
})

const ANSWER = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
}

describe.each(MODELS)('LangChain, at %s: %s', (id, model) => {
  const chat = (): ChatOpenAI =>
    new ChatOpenAI({
      model,
      apiKey: stage.key,
      maxTokens: 300,
      maxRetries: 0,
      configuration: { baseURL: `${stage.local.url}/v1` },
    })

  test('answers', async () => {
    const { text, usage_metadata } = await chat().invoke([
      ['system', 'Be brief.'],
      ['human', 'Why is the sky blue?'],
    ])
    expect(text).toMatch(/no model ran\.$/)
    expect(usage_metadata).toMatchObject({ input_tokens: expect.any(Number) })
    expect(theRequest(stage, id).body).toContain('Be brief.')
  })

  test('streams', async () => {
    const deltas: string[] = []
    for await (const { text } of await chat().stream('Why?')) deltas.push(text)
    expect(deltas.filter((delta) => delta !== '').length).toBeGreaterThan(2)
    expect(deltas.join('')).toMatch(/no model ran\.$/)
  })

  test('calls two tools at once, and takes their results back', async () => {
    const bound = chat().bindTools([weather('weather_now'), weather('weather_tomorrow')])
    const asked = await bound.invoke('Please call both.')
    const calls = asked.tool_calls ?? []
    expect(calls.map(({ name, args }) => [name, args])).toEqual([
      ['weather_now', { city: 'simulated' }],
      ['weather_tomorrow', { city: 'simulated' }],
    ])
    const results = calls.map(({ id: callId, name }) => ({
      role: 'tool' as const,
      tool_call_id: callId ?? '',
      content: `result of ${name}`,
    }))
    const { text } = await bound.invoke([['human', 'Please call both.'], asked, ...results])
    expect(text).toContain('read 2 tool results')
  })

  test('gets an object of a schema', async () => {
    const structured = chat().withStructuredOutput(ANSWER, { name: 'answer', method: 'jsonSchema' })
    expect(await structured.invoke('Why?')).toEqual({ answer: 'simulated' })
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 422, message: 'That cannot be.' })
    await expect(chat().invoke('Why?')).rejects.toThrow('That cannot be.')
  })

  test('may stop', async () => {
    const stop = new AbortController()
    const hold = Promise.withResolvers<void>()
    stage.fleet.script(id, { kind: 'pause', afterFrames: 6, until: hold.promise })
    const read = async (): Promise<void> => {
      for await (const { text } of await chat().stream('Why?', { signal: stop.signal })) {
        if (text !== '') stop.abort()
      }
    }
    await expect(read()).rejects.toThrow(/abort/i)
    hold.resolve()
  })
})
