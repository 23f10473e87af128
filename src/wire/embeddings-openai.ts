import { Buffer } from 'node:buffer'
import type { EmbeddingsReply, EmbeddingsRequest } from '../domain/embeddings.ts'
import { err, ok } from '../domain/result.ts'
import { parseUpstreamError } from './error.ts'
import { readChatUsage } from './openai-chat-usage.ts'
import { defined, listOf, numberOf, objectOf, objectsOf, parseObject, textOf } from './read.ts'
import type { EmbeddingsWire } from './wire.ts'

/** OpenAI's embeddings, and everyone who speaks them. Source: OpenAI's API description, 2.3.0. */
export const openaiEmbeddings: EmbeddingsWire = {
  name: 'openai-embeddings',
  renderRequest: ({ inputs, dimensions, user }, upstreamModel) => ({
    body: defined({ model: upstreamModel, input: inputs, dimensions, user }),
    unsupported: [],
  }),
  parseReply: (body) => {
    const reply = parseObject(body)
    if (!Array.isArray(reply?.['data'])) return err({ expected: 'data: array' })
    const items = objectsOf(reply['data']).toSorted(
      (a, b) => (numberOf(a['index']) ?? 0) - (numberOf(b['index']) ?? 0),
    )
    const vectors = items.map((item) => vectorOf(item['embedding']))
    if (!vectors.every((vector) => vector !== undefined)) {
      return err({ expected: 'data[].embedding: numbers, or base64 of 32-bit floats' })
    }
    return ok({ model: textOf(reply['model']), vectors, usage: readChatUsage(reply['usage']) })
  },
  parseError: parseUpstreamError,
}

/** A request for embeddings in our own words; its input is known to be text. */
export function parseEmbeddingsRequest(body: string): EmbeddingsRequest {
  const request = objectOf(JSON.parse(body))
  const { input } = request
  return {
    inputs:
      typeof input === 'string' ? [input] : listOf(input).flatMap((each) => textOf(each) ?? []),
    dimensions: numberOf(request['dimensions']),
    encoding: encodingOf(request['encoding_format']),
    taskType: undefined,
    user: textOf(request['user']),
  }
}

const encodingOf = (value: unknown): EmbeddingsRequest['encoding'] =>
  value === 'base64' ? 'base64' : 'float'

/** The reply as OpenAI's schema wants it; the request says how its numbers are written. */
export function renderEmbeddingsReply(
  { vectors, usage }: EmbeddingsReply,
  { model, request }: { readonly model: string; readonly request: string },
): string {
  const encoding = encodingOf(parseObject(request)?.['encoding_format'])
  const tokens = usage === undefined ? 0 : usage.input + usage.cachedInput
  return JSON.stringify({
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? toBase64(vector) : vector,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

/** Whether a reply has its numbers in the form that was asked for: some servers do not know the other one. */
export function isEncodedAsAsked(body: string, request: string): boolean {
  const first = objectsOf(parseObject(body)?.['data'])[0]
  const encoding = encodingOf(parseObject(request)?.['encoding_format'])
  return (typeof first?.['embedding'] === 'string') === (encoding === 'base64')
}

function vectorOf(value: unknown): readonly number[] | undefined {
  if (typeof value === 'string') return fromBase64(value)
  const numbers = listOf(value).filter((each) => typeof each === 'number')
  return numbers.length > 0 && numbers.length === listOf(value).length ? numbers : undefined
}

const BYTES_PER_FLOAT = 4

function fromBase64(text: string): readonly number[] | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.length % BYTES_PER_FLOAT !== 0) return undefined
  return Array.from({ length: bytes.length / BYTES_PER_FLOAT }, (_, place) =>
    bytes.readFloatLE(place * BYTES_PER_FLOAT),
  )
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * BYTES_PER_FLOAT)
  vector.forEach((value, place) => bytes.writeFloatLE(value, place * BYTES_PER_FLOAT))
  return bytes.toString('base64')
}
