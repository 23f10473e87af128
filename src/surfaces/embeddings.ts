import {
  isEncodedAsAsked,
  parseEmbeddingsRequest,
  renderEmbeddingsReply,
} from '../wire/embeddings-openai.ts'
import { memberPatches, splice } from '../encoding/splice.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'
import { fieldsAsking, readEmbeddingsRequest } from './embeddings-read.ts'
import { openaiDialect, RATE_LIMIT_HEADERS } from './openai-dialect.ts'
import type { EmbeddingsSurface, Passing } from './surface.ts'

/** OpenAI's embeddings. Source: openapi.json 2.3.0. */
export const openaiEmbeddingsSurface: EmbeddingsSurface = {
  name: 'openai-embeddings',
  operation: 'embeddings',
  dialect: openaiDialect,
  serves: (pathname) => pathname === '/v1/embeddings',
  read: readEmbeddingsRequest,
  pass,
  fieldsAsking,
  parse: parseEmbeddingsRequest,
  renderReply: renderEmbeddingsReply,
  passes: (body, { request }) => isEncodedAsAsked(body, request),
  idPrefix: 'emb-',
  forwardedHeaders: [],
  returnedHeaders: RATE_LIMIT_HEADERS,
}

/** The client's own bytes, with only the edits that the plan needs. */
function pass(document: JsonDocument, { upstreamModel, leaveOut, edits }: Passing): string {
  const removed = [...new Set([...fieldsAsking(leaveOut), ...leaveOut])]
  return splice(
    document.text,
    memberPatches(document, [
      { op: 'set', key: 'model', value: JSON.stringify(upstreamModel) },
      ...removed.map((key) => ({ op: 'remove' as const, key })),
      ...edits,
    ]),
  )
}
