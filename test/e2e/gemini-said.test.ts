import type { GoogleGenAI } from '@google/genai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { list, text, type Fields } from '../upstreams/read.ts'
import { errorOf, geminiSdk } from './gemini-client.ts'
import { entriesOf, framesOf, openStage, post, theRequest, verify, type Stage } from './harness.ts'

let stage: Stage
let client: GoogleGenAI

beforeAll(async () => {
  stage = await openStage()
  client = geminiSdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const OWN = 'gemini/gemini-2.5-flash'
const hello = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
const pathOf = (model: string, method = 'generateContent', version = 'v1beta'): string =>
  `/${version}/models/${model}:${method}`

const refused = (reply: { readonly status: number; readonly error: Fields }) => [
  reply.status,
  reply.error['status'],
]

describe('where a Gemini client finds us', () => {
  test.each(['v1', 'v1beta', 'v1alpha'])('under /%s', async (version) => {
    const answer = await geminiSdk(stage, stage.key, version).models.generateContent({
      model: OWN,
      contents: 'Hi',
    })
    expect(answer.text).toMatch(/^Simulated/)
  })

  test.each([
    ['x-goog-api-key', { 'x-goog-api-key': 'KEY' }, ''],
    ['a bearer', { authorization: 'Bearer KEY' }, ''],
    ['?key=', {}, '?key=KEY'],
  ])('with its key as %s, which goes nowhere else', async (_name, named, queried) => {
    const keyed = (value: string): string => value.replace('KEY', stage.key)
    const headers = Object.fromEntries(Object.entries(named).map(([key, of]) => [key, keyed(of)]))
    const query = keyed(queried)
    const response = await fetch(`${stage.local.url}${pathOf(OWN)}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(hello),
    })
    expect(response.status).toBe(200)
    expect(JSON.stringify(theRequest(stage, 'gemini'))).not.toContain(stage.key)
    expect(stage.logs.join('\n')).not.toContain(stage.key)
  })

  test('a key that is wrong is refused as Google would', async () => {
    const call = geminiSdk(stage, 'wrong').models.generateContent({ model: OWN, contents: 'Hi' })
    const { status, error, reasons } = await errorOf(call)
    expect([status, error['status'], reasons]).toEqual([
      401,
      'UNAUTHENTICATED',
      ['UNAUTHENTICATED'],
    ])
  })

  test('a model that nobody knows', async () => {
    const reply = await post(stage, hello, { path: pathOf('no-such') })
    expect(refused(reply)).toEqual([404, 'NOT_FOUND'])
  })

  test('a method that nobody knows', async () => {
    expect(refused(await post(stage, hello, { path: pathOf(OWN, 'predict') }))).toEqual([
      404,
      'NOT_FOUND',
    ])
  })
})

describe('a stream without alt=sse', () => {
  test.each([OWN, 'vllm/qwen3-30b-a3b-2507', 'anthropic/claude-haiku-4-5'])(
    'is one JSON array: %s',
    async (model) => {
      const reply = await post(stage, hello, { path: pathOf(model, 'streamGenerateContent') })
      expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
      const chunks: unknown = JSON.parse(reply.text)
      const path = `${pathOf(model, 'streamGenerateContent')}?alt=sse`
      const frames = framesOf((await post(stage, hello, { path })).text)
      expect(list(chunks)).toHaveLength(frames.length)
    },
  )

  test('is closed with the error if it breaks off', async () => {
    stage.fleet.script('vllm', { kind: 'cut', afterFrames: 4, how: 'end' })
    const path = pathOf('vllm/qwen3-30b-a3b-2507', 'streamGenerateContent')
    const chunks = list(JSON.parse((await post(stage, hello, { path })).text))
    expect(chunks.at(-1)).toMatchObject({ error: { status: 'INTERNAL' } })
  })
})

describe('what Google itself is sent', () => {
  test('is the bytes of the client', async () => {
    const body = `{ "contents" : [{"parts":[{"text":"Hi \\u00e9"}], "role":"user"}],\n "generation_config":{ "max_output_tokens":50 ,"topK":4} }`
    const reply = await post(stage, body, { path: pathOf(OWN) })
    expect(reply.status).toBe(200)
    expect(theRequest(stage, 'gemini').body).toBe(body)
    expect(reply.headers.get('demarc-unsupported')).toBeNull()
  })

  test('but for what no schema names, which is told', async () => {
    const reply = await post(stage, { ...hello, newThing: 1 }, { path: pathOf(OWN) })
    expect(reply.headers.get('demarc-unsupported')).toBe('newThing')
    expect(theRequest(stage, 'gemini').body).toBe(JSON.stringify(hello))
  })
})

describe('what else a Gemini client may say', () => {
  const picture = { inlineData: { mimeType: 'image/png', data: PNG } }

  test.each([
    ['an image', picture],
    ['the same in snake case', { inline_data: { mime_type: 'image/png', data: PNG } }],
    ['sound', { inlineData: { mimeType: 'audio/wav', data: PNG } }],
    ['a PDF', { inlineData: { mimeType: 'application/pdf', data: PNG } }],
    ['an address', { fileData: { fileUri: 'https://x.test/a.png', mimeType: 'image/png' } }],
    ['a file that Google keeps', { fileData: { fileUri: 'gs://a/b', mimeType: 'image/png' } }],
  ])('%s, which makes a request unscanned, is kept from third parties', async (_name, part) => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'What is it?' }, part] }] }
    const reply = await post(stage, body, { path: pathOf(OWN) })
    // No model of the default catalogue takes sound or documents, whatever the policy says.
    const isKnown = !/audio|pdf/.test(JSON.stringify(part))
    expect(refused(reply)).toEqual(isKnown ? [403, 'PERMISSION_DENIED'] : [400, 'INVALID_ARGUMENT'])
    expect(stage.fleet.requests).toEqual([])
  })

  test('an image goes to own hardware', async () => {
    await client.models.generateContent({
      model: 'ollama/gemma-3-12b-q4',
      contents: [{ role: 'user', parts: [{ text: 'What is it?' }, picture] }],
    })
    expect(theRequest(stage, 'ollama').body).toContain(`data:image/png;base64,${PNG}`)
  })

  test.each([
    ['search', { tools: [{ googleSearch: {} }] }],
    ['addresses that Google reads', { tools: [{ url_context: {} }] }],
    ['code that Google runs', { tools: [{ codeExecution: {} }] }],
    ['a tool that nobody knows', { tools: [{ newTool: {} }] }],
    ['stored content', { cachedContent: 'cachedContents/1' }],
    ['another price', { serviceTier: 'priority' }],
  ])('%s is not sent without the policy, or a price, for it', async (_name, more) => {
    const reply = await post(stage, { ...hello, ...more }, { path: pathOf(OWN) })
    expect(refused(reply)).toEqual([403, 'PERMISSION_DENIED'])
    expect(stage.fleet.requests).toEqual([])
  })

  test('what others have no words for is named, or refused if that is asked for', async () => {
    const path = pathOf('vllm/qwen3-30b-a3b-2507')
    const body = {
      ...hello,
      safetySettings: [],
      labels: { team: 'x' },
      generationConfig: { topK: 4, mediaResolution: 'MEDIA_RESOLUTION_LOW' },
    }
    const reply = await post(stage, body, { path })
    expect(reply.headers.get('demarc-unsupported')).toBe(
      'labels, mediaResolution, safetySettings, top-k',
    )
    const strict = await post(stage, body, { path, headers: { 'demarc-strict': '1' } })
    expect(refused(strict)).toEqual([400, 'INVALID_ARGUMENT'])
  })

  test.each([
    [{}, 'contents'],
    [{ contents: 'x' }, 'contents'],
    [{ contents: [] }, 'contents'],
    [{ contents: [{ role: 'user' }] }, 'contents[0].parts'],
    [{ ...hello, tools: {} }, 'tools'],
    [{ ...hello, generationConfig: { maxOutputTokens: 'x' } }, 'generationConfig.maxOutputTokens'],
    [{ ...hello, generationConfig: { candidate_count: -1 } }, 'generationConfig.candidateCount'],
    [{ ...hello, systemInstruction: 's', system_instruction: 't' }, 'systemInstruction'],
  ])('a wrong body: %j', async (body, field) => {
    const reply = await post(stage, body, { path: pathOf(OWN) })
    expect(refused(reply)).toEqual([400, 'INVALID_ARGUMENT'])
    expect(JSON.stringify(reply.error['details'])).toContain(`"field":"${field}"`)
  })

  test('several answers', async () => {
    const answer = await client.models.generateContent({
      model: 'openai/gpt-5-nano',
      contents: 'Hi',
      config: { candidateCount: 2 },
    })
    expect(answer.candidates?.map(({ index }) => index)).toEqual([0, 1])
  })
})

describe('counting tokens', () => {
  test('is judged like any other request', async () => {
    const card = 'My card is 4111 1111 1111 1111, expires 12/29.'
    const { status, error } = await errorOf(
      client.models.countTokens({ model: OWN, contents: card }),
    )
    expect([status, JSON.stringify(error).includes('4111')]).toEqual([403, false])
    expect(stage.fleet.requests).toEqual([])
  })

  test('of a whole request, which names the model as Google knows it', async () => {
    const body = { generateContentRequest: { model: `models/${OWN}`, ...hello, tools: [] } }
    const reply = await post(stage, body, { path: pathOf(OWN, 'countTokens') })
    expect(reply.body['totalTokens']).toBeGreaterThan(5)
    expect(theRequest(stage, 'gemini').body).toContain('"model":"models/gemini-2.5-flash"')
  })

  test('is put on record, at no cost', async () => {
    const reply = await post(stage, hello, { path: pathOf(OWN, 'countTokens') })
    const entries = await entriesOf(stage, text(reply.headers.get('demarc-decision')) ?? '')
    expect(entries).toHaveLength(2)
    expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
  })

  test('where nobody can is an estimate, and says so', async () => {
    const path = pathOf('vllm/qwen3-30b-a3b-2507', 'countTokens')
    const reply = await post(stage, hello, { path })
    expect(reply.body['totalTokens']).toBeGreaterThan(5)
    expect(reply.headers.get('demarc-unsupported')).toContain('exact-count')
    expect(stage.fleet.requests).toEqual([])
  })
})
