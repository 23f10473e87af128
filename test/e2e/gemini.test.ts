import type { Content, GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fields, list, parseFields } from '../upstreams/read.ts'
import { contentOf, errorOf, geminiSdk, partsOf, weather } from './gemini-client.ts'
import { closeValid, openStage, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'

let stage: Stage
let client: GoogleGenAI

beforeAll(async () => {
  stage = await openStage()
  client = geminiSdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

async function all(
  stream: Promise<AsyncGenerator<GenerateContentResponse>>,
): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = []
  for await (const chunk of await stream) chunks.push(chunk)
  return chunks
}

describe.each(MODELS)("Google's SDK, at %s: %s", (id, model) => {
  const plain = { model, contents: 'Why is the sky blue?', config: { maxOutputTokens: 300 } }
  const declared = [{ functionDeclarations: [weather('weather_now'), weather('weather_tomorrow')] }]
  const withTools = {
    model,
    contents: [{ role: 'user', parts: [{ text: 'Please call both.' }] }] as Content[],
    config: { maxOutputTokens: 300, tools: declared },
  }

  test('gets a whole answer', async () => {
    const answer = await client.models.generateContent({
      ...plain,
      config: { ...plain.config, systemInstruction: 'Be brief.' },
    })
    expect(answer.text).toMatch(/^Simulated .* no model ran\.$/)
    expect(answer.candidates?.[0]).toMatchObject({ finishReason: 'STOP', index: 0 })
    const { promptTokenCount = 0, candidatesTokenCount = 0 } = answer.usageMetadata ?? {}
    expect(promptTokenCount).toBeGreaterThan(5)
    expect(candidatesTokenCount).toBeGreaterThan(5)
    expect(answer.sdkHttpResponse?.headers?.['demarc-destination']).toBe(id)
    expect(theRequest(stage, id).body).toContain('Be brief.')
  })

  test('reads a stream', async () => {
    const chunks = await all(client.models.generateContentStream(plain))
    expect(chunks.map(({ text = '' }) => text).join('')).toMatch(/no model ran\.$/)
    expect(chunks.length).toBeGreaterThan(2)
    const last = chunks.at(-1)
    expect(last?.candidates?.[0]?.finishReason).toBe('STOP')
    expect(last?.usageMetadata?.candidatesTokenCount).toBeGreaterThan(5)
  })

  test('calls two functions at once, and takes their results back', async () => {
    const first = await client.models.generateContent(withTools)
    const calls = first.functionCalls ?? []
    expect(calls.map(({ name, args }) => [name, args])).toEqual([
      ['weather_now', { city: 'simulated' }],
      ['weather_tomorrow', { city: 'simulated' }],
    ])
    stage.fleet.reset()
    const results = calls.map(({ id: callId, name }) => ({
      functionResponse: {
        ...(callId === undefined ? {} : { id: callId }),
        name: name ?? '',
        response: { output: `result of ${name}` },
      },
    }))
    const answered = await client.models.generateContent({
      ...withTools,
      contents: [...withTools.contents, contentOf(first), { role: 'user', parts: results }],
    })
    expect(answered.text).toContain('read 2 tool results')
    expect(theRequest(stage, id).body).toContain('result of weather_tomorrow')
  })

  test('streams two calls', async () => {
    const chunks = await all(client.models.generateContentStream(withTools))
    expect(chunks.flatMap(({ functionCalls = [] }) => functionCalls)).toMatchObject([
      { name: 'weather_now', args: { city: 'simulated' } },
      { name: 'weather_tomorrow', args: { city: 'simulated' } },
    ])
  })

  test.each([
    ['responseJsonSchema', 'object', 'string'],
    ['responseSchema', 'OBJECT', 'STRING'],
  ])('answers in a schema: %s', async (field, object, string) => {
    const schema = { type: object, properties: { answer: { type: string } }, required: ['answer'] }
    const config = { ...plain.config, responseMimeType: 'application/json', [field]: schema }
    const answer = await client.models.generateContent({ ...plain, config })
    expect(JSON.parse(answer.text ?? '')).toEqual({ answer: 'simulated' })
  })

  test('keeps a chat', async () => {
    const chat = client.chats.create({ model, config: plain.config })
    await chat.sendMessage({ message: 'One.' })
    for await (const chunk of await chat.sendMessageStream({ message: 'Two.' })) void chunk
    const last = await chat.sendMessage({ message: 'Three.' })
    expect(last.text).toMatch(/got \d+ messages/)
    // Of a stream, the SDK keeps each chunk as a turn of its own.
    expect(chat.getHistory(true).length).toBeGreaterThan(6)
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 400, message: 'That cannot be.' })
    const { status, error } = await errorOf(client.models.generateContent(plain))
    expect([status, error['status']]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(error['message']).toContain('That cannot be.')
  })

  test('hears of a stream that broke off', async () => {
    const afterFrames = id === 'gemini' ? 2 : 4
    stage.fleet.script(id, { kind: 'cut', afterFrames, how: 'end' })
    const { error } = await errorOf(all(client.models.generateContentStream(plain)))
    expect(error['message']).toContain('broke off')
  })

  test('may leave', async () => {
    const hold = Promise.withResolvers<void>()
    stage.fleet.script(id, { kind: 'pause', afterFrames: 4, until: hold.promise })
    const abort = new AbortController()
    const config = { ...plain.config, abortSignal: abort.signal }
    const stream = await client.models.generateContentStream({ ...plain, config })
    await stream.next()
    abort.abort()
    hold.resolve()
    await expect(all(Promise.resolve(stream))).rejects.toThrow(/abort/i)
  })

  test('has its tokens counted', async () => {
    const { totalTokens = 0 } = await client.models.countTokens({ model, contents: plain.contents })
    expect(totalTokens).toBeGreaterThan(5)
    expect(totalTokens).toBeLessThan(100)
    const counts = stage.fleet.requests.map(({ path }) => path.replace(/^.*[/:]/, ''))
    const canCount: Record<string, string> = { anthropic: 'count_tokens', gemini: 'countTokens' }
    expect(counts).toEqual(id in canCount ? [canCount[id]] : [])
  })
})

describe('a conversation that thinks', () => {
  const asked = {
    contents: [{ role: 'user', parts: [{ text: 'Please call both.' }] }] as Content[],
    config: {
      maxOutputTokens: 4000,
      thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 },
      tools: [{ functionDeclarations: [weather('weather_now'), weather('weather_tomorrow')] }],
    },
  }
  const answerTo = (first: GenerateContentResponse): Content[] => [
    ...asked.contents,
    contentOf(first),
    {
      role: 'user',
      parts: (first.functionCalls ?? []).map(({ id, name }) => ({
        functionResponse: {
          ...(id === undefined ? {} : { id }),
          name: name ?? '',
          response: { rain: true },
        },
      })),
    },
  ]
  const THINKERS = [
    'anthropic/claude-haiku-4-5',
    'gemini/gemini-3-flash-preview',
    'openai/gpt-5-nano',
  ]

  test.each(THINKERS)('goes on at any other model after %s', async (model) => {
    const first = await client.models.generateContent({ ...asked, model })
    for (const next of [...THINKERS, 'vllm/qwen3-30b-a3b-2507']) {
      const answered = await client.models.generateContent({
        ...asked,
        model: next,
        contents: answerTo(first),
      })
      expect(answered.text).toContain('read 2 tool results')
    }
  })

  test('shows thoughts apart from the answer', async () => {
    const answer = await client.models.generateContent({
      ...asked,
      model: 'anthropic/claude-haiku-4-5',
      contents: 'Why?',
    })
    expect(partsOf(answer).map(({ thought = false }) => thought)).toEqual([true, false])
    expect(answer.text).toMatch(/^Simulated anthropic/)
  })

  test("gives Google its own client's bytes back, signatures included", async () => {
    const model = 'gemini/gemini-3-flash-preview'
    const first = await client.models.generateContent({ ...asked, model })
    stage.fleet.reset()
    await client.models.generateContent({ ...asked, model, contents: answerTo(first) })
    const sent = fields(parseFields(theRequest(stage, 'gemini').body))
    expect(list(sent['contents'])[1]).toEqual(contentOf(first))
  })
})
