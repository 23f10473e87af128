import { err, ok } from '../domain/result.ts'
import { parseUpstreamError } from './error.ts'
import { readChatUsage } from './openai-chat-usage.ts'
import { listOf, objectOf, parseObject } from './read.ts'
import type { EmbeddingsWire } from './wire.ts'

/**
 * Workers AI's own form for text embeddings; it tells no usage. Source:
 * https://developers.cloudflare.com/workers-ai/models/bge-m3/ (read 2026-11-25).
 */
export const workersAiEmbeddings: EmbeddingsWire = {
  name: 'workers-ai-embeddings',
  renderRequest: ({ inputs, dimensions, user }) => ({
    body: { text: inputs },
    unsupported: [
      ...(dimensions === undefined ? [] : ['dimensions' as const]),
      ...(user === undefined ? [] : ['user' as const]),
    ],
  }),
  parseReply: (body) => {
    const reply = parseObject(body) ?? {}
    const inner = objectOf(reply['result'] ?? reply)
    if (!Array.isArray(inner['data'])) return err({ expected: 'data: array' })
    const vectors = listOf(inner['data']).map((vector) =>
      listOf(vector).filter((each) => typeof each === 'number'),
    )
    return vectors.some(({ length }) => length === 0)
      ? err({ expected: 'data[]: numbers' })
      : ok({ model: undefined, vectors, usage: readChatUsage(inner['usage']) })
  },
  parseError: parseUpstreamError,
}
