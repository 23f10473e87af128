import type { EmbeddingsReply, EmbeddingsRequest } from '../domain/embeddings.ts'
import { err, ok } from '../domain/result.ts'
import { NO_USAGE } from '../domain/usage.ts'
import { parseUpstreamError } from './error.ts'
import { countOf, defined, listOf, numberOf, objectOf, parseObject, textOf } from './read.ts'
import type { EmbeddingsWire } from './wire.ts'

/** Ollama's `/api/embed`. Source: https://docs.ollama.com/api/embed (read 2026-11-25). */
export const ollamaEmbeddings: EmbeddingsWire = {
  name: 'ollama-embeddings',
  renderRequest: ({ inputs, dimensions, user }, upstreamModel) => ({
    body: defined({ model: upstreamModel, input: inputs, dimensions }),
    unsupported: user === undefined ? [] : ['user'],
  }),
  parseReply: (body) => {
    const reply = parseObject(body)
    if (!Array.isArray(reply?.['embeddings'])) return err({ expected: 'embeddings: array' })
    const vectors = listOf(reply['embeddings']).map((vector) =>
      listOf(vector).filter((each) => typeof each === 'number'),
    )
    if (vectors.some(({ length }) => length === 0)) {
      return err({ expected: 'embeddings[]: numbers' })
    }
    const input = countOf(reply['prompt_eval_count'])
    const usage = input === undefined ? undefined : { ...NO_USAGE, input }
    return ok({ model: textOf(reply['model']), vectors, usage })
  },
  parseError: parseUpstreamError,
}

/** A request for embeddings in our own words; the older form has one `prompt`. */
export function parseOllamaEmbeddings(body: string): EmbeddingsRequest {
  const request = objectOf(JSON.parse(body))
  const input = request['input'] ?? request['prompt']
  return {
    inputs:
      typeof input === 'string' ? [input] : listOf(input).flatMap((each) => textOf(each) ?? []),
    dimensions: numberOf(request['dimensions']),
    encoding: 'float',
    taskType: undefined,
    user: undefined,
  }
}

/** Whether it asks in the older form, of one text, which is answered in an older form, too. */
export const isLegacyEmbeddings = (request: string): boolean => {
  const body = parseObject(request)
  return body?.['input'] === undefined && body?.['prompt'] !== undefined
}

export function renderOllamaEmbeddings(
  { vectors, usage }: EmbeddingsReply,
  { model, request }: { readonly model: string; readonly request: string },
): string {
  if (isLegacyEmbeddings(request)) return JSON.stringify({ embedding: vectors[0] ?? [] })
  const counted = usage === undefined ? {} : { prompt_eval_count: usage.input + usage.cachedInput }
  return JSON.stringify({ model, embeddings: vectors, ...counted })
}
