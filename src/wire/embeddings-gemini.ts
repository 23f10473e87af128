import { err, ok } from '../domain/result.ts'
import { NO_USAGE } from '../domain/usage.ts'
import { parseUpstreamError } from './error.ts'
import { countOf, defined, listOf, objectOf, objectsOf, parseObject, type Foreign } from './read.ts'
import type { EmbeddingsWire } from './wire.ts'

/**
 * Gemini's `batchEmbedContents`; the reply of `embedContent` is read, too. Source:
 * https://ai.google.dev/api/embeddings (read 2026-11-25).
 */
export const geminiEmbeddings: EmbeddingsWire = {
  name: 'gemini-embeddings',
  renderRequest: ({ inputs, dimensions, taskType, user }, upstreamModel) => ({
    body: {
      requests: inputs.map((text) =>
        defined({
          model: `models/${upstreamModel}`,
          content: { parts: [{ text }] },
          taskType,
          outputDimensionality: dimensions,
        }),
      ),
    },
    unsupported: user === undefined ? [] : ['user'],
  }),
  parseReply: (body) => {
    const reply = parseObject(body) ?? {}
    const single = reply['embedding']
    const items = single === undefined ? reply['embeddings'] : [single]
    if (!Array.isArray(items)) return err({ expected: 'embeddings: array' })
    const vectors = objectsOf(items).map(({ values }) =>
      listOf(values).filter((each) => typeof each === 'number'),
    )
    if (vectors.some(({ length }) => length === 0)) {
      return err({ expected: 'embeddings[].values: numbers' })
    }
    return ok({ model: undefined, vectors, usage: usageOf(reply) })
  },
  parseError: parseUpstreamError,
}

/** Only newer models tell it. */
function usageOf(reply: Foreign): typeof NO_USAGE | undefined {
  const input = countOf(objectOf(reply['usageMetadata'])['promptTokenCount'])
  return input === undefined ? undefined : { ...NO_USAGE, input }
}
