import { createOpenAI } from '@ai-sdk/openai'
import { GoogleGenAI } from '@google/genai'
import { embedMany } from 'ai'
import type { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fields, list } from '../upstreams/read.ts'
import type { SimulatedId } from '../upstreams/fleet.ts'
import {
  closeValid,
  decisionOf,
  entriesOf,
  openStage,
  post,
  sdk,
  settled,
  theRequest,
  verify,
  type Sending,
  type Stage,
} from './harness.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage()
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const embed = (body: unknown, sending: Sending = {}) =>
  post(stage, body, { path: '/v1/embeddings', ...sending })

const MODELS: readonly (readonly [SimulatedId, string])[] = [
  ['openai', 'openai/text-embedding-3-small'],
  ['gemini', 'gemini/gemini-embedding-001'],
  ['workers-ai', 'workers-ai/bge-m3'],
  ['vllm', 'vllm/bge-m3'],
  ['ollama', 'ollama/bge-m3'],
  ['llama-cpp', 'llama-cpp/bge-m3'],
  ['together', 'together/bge-large-en-v1.5'],
  ['fireworks', 'fireworks/nomic-embed-text-v1.5'],
]
/** Looked up at the end, because a settlement travels for a second. */
const decisions: [SimulatedId, string][] = []

const INPUT = ['The sky is blue.', 'So is the sea.']

describe.each(MODELS)('embeddings of %s: %s', (id, model) => {
  test('come as the SDK wants them, the same in both encodings', async () => {
    // Without an encoding it asks for base64, and unpacks it itself.
    const packed = await client.embeddings.create({ model, input: INPUT })
    expect(packed.data.map(({ index }) => index)).toEqual([0, 1])
    expect(packed.data[0]?.embedding).toHaveLength(8)
    const plain = await client.embeddings.create({ model, input: INPUT, encoding_format: 'float' })
    expect(plain.data.map(({ embedding }) => embedding)).toEqual(
      packed.data.map(({ embedding }) => [...embedding]),
    )
    expect(stage.fleet.requests.map(({ destination }) => destination)).toEqual([id, id])
  })

  test('come for one text, and for Vercel’s AI SDK', async () => {
    const { data } = await client.embeddings.create({ model, input: 'One.' })
    expect(data).toHaveLength(1)
    const provider = createOpenAI({ baseURL: `${stage.local.url}/v1`, apiKey: stage.key })
    const { embeddings } = await embedMany({ model: provider.embedding(model), values: INPUT })
    expect(embeddings.map(({ length }) => length)).toEqual([8, 8])
  })

  test('are decided', async () => {
    const reply = await embed({ model, input: INPUT })
    expect([reply.status, reply.headers.get('demarc-destination')]).toEqual([200, id])
    expect(reply.headers.get('demarc-label')).toBe('public')
    decisions.push([id, decisionOf(reply)])
  })
})

test.each([
  ['openai', 'text-embedding-3-large'],
  ['gemini', 'gemini-embedding-001'],
  ['fireworks', 'fireworks/nomic-embed-text-v1.5'],
] as const)('a length of vectors that is asked for arrives at %s', async (id, model) => {
  const reply = await embed({ model, input: 'Hi', dimensions: 3, encoding_format: 'float' })
  expect(list(fields(list(reply.body['data'])[0])['embedding'])).toHaveLength(3)
  expect(theRequest(stage, id).body).toMatch(/"(?:dimensions|outputDimensionality)":3/)
})

test('in the client’s own dialect the body goes on as it is, but for the model', async () => {
  const body = '{ "input":["a" ,"b"],\n "model":"text-embedding-3-small","user" : "u" }'
  expect((await embed(body)).status).toBe(200)
  expect(theRequest(stage, 'openai').body).toBe(body)
})

test.each<readonly [string, unknown, number, string, string]>([
  [
    'a length that the model cannot give',
    { model: 'bge-m3', input: 'a', dimensions: 3 },
    400,
    'cannot_serve',
    'dimensions',
  ],
  [
    'tokens in place of text',
    { model: 'bge-m3', input: [1, 2] },
    400,
    'invalid_request',
    'input[0]',
  ],
  ['lists of tokens', { model: 'bge-m3', input: [[1, 2]] }, 400, 'invalid_request', 'input[0]'],
  ['no text', { model: 'bge-m3', input: [] }, 400, 'invalid_request', 'input'],
  ['an empty text', { model: 'bge-m3', input: ['a', ''] }, 400, 'invalid_request', 'input[1]'],
  [
    'another encoding',
    { model: 'bge-m3', input: 'a', encoding_format: 'int8' },
    400,
    'invalid_request',
    'encoding_format',
  ],
  [
    'auto: vectors of two models do not compare',
    { model: 'auto', input: 'a' },
    400,
    'invalid_request',
    'model',
  ],
  ['a model that talks', { model: 'gpt-5-nano', input: 'a' }, 400, 'cannot_serve', 'model'],
  [
    'a card number for a third party',
    { model: 'text-embedding-3-small', input: ['a', 'Card 4111 1111 1111 1111'] },
    403,
    'policy_forbids',
    '',
  ],
])('refuses %s', async (_name, body, status, code, param) => {
  const reply = await embed(body)
  expect([reply.status, reply.error['code'], reply.error['param'] ?? '']).toEqual([
    status,
    code,
    param,
  ])
  expect(stage.fleet.requests).toEqual([])
})

const google = () =>
  new GoogleGenAI({ apiKey: stage.key, httpOptions: { baseUrl: stage.local.url } })

describe('a client of Google’s dialect', () => {
  test.each<readonly [SimulatedId, string]>(MODELS)('embeds at %s: %s', async (id, model) => {
    const { embeddings = [] } = await google().models.embedContent({ model, contents: INPUT })
    expect(embeddings.map(({ values = [] }) => values.length)).toEqual([8, 8])
    expect(theRequest(stage, id).body).toContain('So is the sea.')
  })

  test.each(['v1', 'v1beta'])('embeds one text under %s, as Google gets it', async (version) => {
    const body = '{ "content":{"parts":[{"text":"Hi"}]} ,"outputDimensionality":3}'
    const path = `/${version}/models/gemini-embedding-001:embedContent`
    const reply = await post(stage, body, { path, headers: { 'x-goog-api-key': stage.key } })
    expect(list(fields(reply.body['embedding'])['values'])).toHaveLength(3)
    expect(theRequest(stage, 'gemini').body).toBe(
      '{"requests":[{ "content":{"parts":[{"text":"Hi"}]} ,"outputDimensionality":3,"model":"models/gemini-embedding-001"}]}',
    )
  })

  const part = { content: { parts: [{ text: 'Hi' }] } }
  test.each<readonly [string, string, unknown, number, RegExp]>([
    ['no text', 'embedContent', { content: { parts: [] } }, 400, /parts of text/],
    [
      'a picture',
      'embedContent',
      { content: { parts: [{ inlineData: { data: 'AA' } }] } },
      400,
      /parts of text/,
    ],
    ['what nobody knows', 'embedContent', { ...part, other: 1 }, 400, /nothing else/],
    ['an empty batch', 'batchEmbedContents', { requests: [] }, 400, /1 to 100/],
    [
      'two lengths',
      'batchEmbedContents',
      { requests: [part, { ...part, outputDimensionality: 3 }] },
      400,
      /the same/,
    ],
    [
      'a card number',
      'embedContent',
      { content: { parts: [{ text: 'Card 4111 1111 1111 1111' }] } },
      403,
      /card/,
    ],
  ])('is refused %s', async (_name, method, body, status, message) => {
    const path = `/v1beta/models/gemini-embedding-001:${method}`
    const reply = await post(stage, body, { path })
    expect([reply.status, reply.error['message']]).toEqual([status, expect.stringMatching(message)])
    expect(stage.fleet.requests).toEqual([])
  })

  test('what only Google has words for is named elsewhere', async () => {
    const path = '/v1beta/models/bge-m3:embedContent'
    const reply = await post(stage, { ...part, taskType: 'CLUSTERING' }, { path })
    expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, 'taskType'])
  })
})

test('a conversation is not had with a model that embeds', async () => {
  const messages = [{ role: 'user', content: 'Hi' }]
  const reply = await post(stage, { model: 'bge-m3', messages })
  expect([reply.status, reply.error['param']]).toEqual([400, 'model'])
})

test('what is confidential stays at home, by the same model', async () => {
  const reply = await embed(
    { model: 'bge-m3', input: 'Card 4111 1111 1111 1111' },
    { headers: { 'demarc-label': 'restricted' } },
  )
  expect(reply.status).toBe(200)
  expect(['vllm', 'ollama', 'llama-cpp']).toContain(reply.headers.get('demarc-destination'))
})

test('all of it is in the ledger, which agrees with the journal', async () => {
  await settled(
    stage,
    decisions.map(([, decision]) => decision),
  )
  for (const [id, decision] of decisions) {
    const [reserved, closed] = await entriesOf(stage, decision)
    expect(JSON.stringify(reserved)).toContain('openai-embeddings')
    // Those that tell no usage accrue at the bound.
    const tellsUsage = id !== 'gemini' && id !== 'workers-ai'
    expect(JSON.stringify(closed)).toContain(tellsUsage ? '"provider"' : '"bound"')
  }
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})
