import { describe, expect, test } from 'vitest'
import type { EmbeddingsRequest } from '../../src/domain/embeddings.ts'
import { NO_USAGE } from '../../src/domain/usage.ts'
import { embeddingsWires } from '../../src/wire/index.ts'
import {
  isEncodedAsAsked,
  openaiEmbeddings,
  parseEmbeddingsRequest,
  renderEmbeddingsReply,
} from '../../src/wire/embeddings-openai.ts'
import { objectOf } from '../../src/wire/read.ts'
import { hasOpenaiSchema, schemaProblem } from '../contract/openai-schema.ts'

const REQUEST: EmbeddingsRequest = {
  inputs: ['a', 'b'],
  dimensions: 2,
  encoding: 'float',
  taskType: 'RETRIEVAL_QUERY',
  user: 'u',
}

test.each([
  ['openai-embeddings', { model: 'm', input: ['a', 'b'], dimensions: 2, user: 'u' }, []],
  [
    'gemini-embeddings',
    {
      requests: ['a', 'b'].map((text) => ({
        model: 'models/m',
        content: { parts: [{ text }] },
        taskType: 'RETRIEVAL_QUERY',
        outputDimensionality: 2,
      })),
    },
    ['user'],
  ],
  ['workers-ai-embeddings', { text: ['a', 'b'] }, ['dimensions', 'user']],
] as const)(
  '%s: texts are asked for, and what cannot be said is named',
  (name, body, unsupported) =>
    expect(embeddingsWires[name].renderRequest(REQUEST, 'm')).toEqual({ body, unsupported }),
)

const base64 = (values: readonly number[]): string =>
  Buffer.from(Float32Array.from(values).buffer).toString('base64')

test.each([
  [
    'openai-embeddings',
    'in any order',
    {
      model: 'm',
      data: [
        { index: 1, embedding: [3, 4] },
        { index: 0, embedding: [1, 2] },
      ],
      usage: { prompt_tokens: 5, total_tokens: 5 },
    },
    5,
  ],
  [
    'openai-embeddings',
    'in base64',
    { data: [{ embedding: base64([1, 2]) }, { index: 1, embedding: base64([3, 4]) }] },
    undefined,
  ],
  [
    'gemini-embeddings',
    'in a batch',
    { embeddings: [{ values: [1, 2] }, { values: [3, 4] }] },
    undefined,
  ],
  [
    'gemini-embeddings',
    'with usage',
    {
      embeddings: [{ values: [1, 2] }, { values: [3, 4] }],
      usageMetadata: { promptTokenCount: 7 },
    },
    7,
  ],
  [
    'workers-ai-embeddings',
    'bare',
    {
      shape: [2, 2],
      data: [
        [1, 2],
        [3, 4],
      ],
    },
    undefined,
  ],
  [
    'workers-ai-embeddings',
    'in an envelope',
    {
      success: true,
      result: {
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    },
    undefined,
  ],
] as const)('%s: vectors are read, %s', (name, _how, body, input) => {
  const reply = embeddingsWires[name].parseReply(JSON.stringify(body))
  if (!reply.ok) throw new Error(reply.error.expected)
  expect(reply.value.vectors).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(reply.value.usage).toEqual(input === undefined ? undefined : { ...NO_USAGE, input })
})

test('Gemini’s single reply is one vector', () => {
  const reply = embeddingsWires['gemini-embeddings'].parseReply('{"embedding":{"values":[1]}}')
  expect(reply).toMatchObject({ ok: true, value: { vectors: [[1]] } })
})

test.each([
  ['openai-embeddings', '{"data":[{"embedding":"AAA="}]}'],
  ['openai-embeddings', '{"data":[{"embedding":[1,"2"]}]}'],
  ['openai-embeddings', '{"data":{}}'],
  ['openai-embeddings', '<html>'],
  ['gemini-embeddings', '{"embeddings":[{"values":[]}]}'],
  ['gemini-embeddings', '{}'],
  ['workers-ai-embeddings', '{"data":[[]]}'],
  ['workers-ai-embeddings', '{"response":"x"}'],
] as const)('%s: %s is no vector', (name, body) =>
  expect(embeddingsWires[name].parseReply(body).ok).toBe(false),
)

const asked = (more: object) => JSON.stringify({ model: 'm', input: 'a', ...more })

describe('an OpenAI client', () => {
  const reply = { model: 'x', vectors: [[0.5, -1]], usage: { ...NO_USAGE, input: 3 } }

  test.each(['float', 'base64'])('gets vectors as asked: %s', (encoding) => {
    const request = asked({ encoding_format: encoding })
    const body = renderEmbeddingsReply(reply, { model: 'm', request })
    expect(isEncodedAsAsked(body, request)).toBe(true)
    expect(isEncodedAsAsked(body, asked({ encoding_format: 'other' }))).toBe(encoding === 'float')
    const again = openaiEmbeddings.parseReply(body)
    expect(again).toMatchObject({ ok: true, value: { vectors: reply.vectors, usage: reply.usage } })
    if (hasOpenaiSchema && encoding === 'float')
      expect(schemaProblem('CreateEmbeddingResponse', JSON.parse(body))).toBeUndefined()
  })

  test('is understood', () => {
    expect(parseEmbeddingsRequest(asked({ dimensions: 2, encoding_format: 'base64' }))).toEqual({
      inputs: ['a'],
      dimensions: 2,
      encoding: 'base64',
      taskType: undefined,
      user: undefined,
    })
    const { body } = openaiEmbeddings.renderRequest(REQUEST, 'm')
    if (hasOpenaiSchema) expect(schemaProblem('CreateEmbeddingRequest', body)).toBeUndefined()
    expect(objectOf(body)['input']).toEqual(['a', 'b'])
  })
})
