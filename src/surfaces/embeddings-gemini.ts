import type { EmbeddingsReply, EmbeddingsRequest } from '../domain/embeddings.ts'
import { children, member } from '../encoding/json-document.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type Patch } from '../encoding/splice.ts'
import {
  listOf,
  numberOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from '../wire/read.ts'
import { readGeminiEmbeddings } from './embeddings-gemini-read.ts'
import { geminiDialect } from './gemini-dialect.ts'
import { parseGeminiPath } from './gemini-path.ts'
import type { EmbeddingsSurface, Passing } from './surface.ts'

const METHODS: ReadonlySet<string> = new Set(['embedContent', 'batchEmbedContents'])

/** Google's embedContent and batchEmbedContents. Source: https://ai.google.dev/api/embeddings (read 2026-11-25). */
export const geminiEmbeddingsSurface: EmbeddingsSurface = {
  name: 'gemini-embeddings',
  operation: 'embeddings',
  dialect: geminiDialect,
  serves: (pathname) => METHODS.has(parseGeminiPath(pathname)?.method ?? ''),
  read: readGeminiEmbeddings,
  pass,
  // They stand in each of the texts, so leaving them out is not for the top of the body: such requests are translated.
  fieldsAsking: (features) => (features.includes('dimensions') ? ['outputDimensionality'] : []),
  parse: parseRequest,
  renderReply,
  // The upstream is asked for a batch, whatever the client asked for.
  passes: (_body, { request }) => isBatch(request),
  idPrefix: '',
  forwardedHeaders: [],
  returnedHeaders: [],
}

const isBatch = (request: string): boolean => parseObject(request)?.['requests'] !== undefined

/** The client's own texts under the upstream's name of the model; one that stands alone becomes a batch of one. */
function pass(document: JsonDocument, { upstreamModel }: Passing): string {
  const model = JSON.stringify(`models/${upstreamModel}`)
  const requests = member(document, 0, 'requests')
  if (requests < 0) {
    const one = splice(
      document.text,
      memberPatches(document, [{ op: 'set', key: 'model', value: model }]),
    )
    return `{"requests":[${one}]}`
  }
  const patches = children(document, requests).map((request) =>
    modelPatch(document, request, model),
  )
  return splice(document.text, patches)
}

function modelPatch(document: JsonDocument, request: number, model: string): Patch {
  const named = member(document, request, 'model')
  if (named >= 0) {
    return { start: document.starts[named] ?? 0, end: document.ends[named] ?? 0, text: model }
  }
  const at = (document.starts[request] ?? 0) + 1
  return { start: at, end: at, text: `"model":${model},` }
}

/** Written in camel or in snake case. */
const field = (of: Foreign, camel: string, snake: string): unknown => of[camel] ?? of[snake]

function parseRequest(body: string): EmbeddingsRequest {
  const whole = objectOf(JSON.parse(body))
  const requests = Array.isArray(whole['requests']) ? objectsOf(whole['requests']) : [whole]
  const [first = {}] = requests
  return {
    inputs: requests.map((request) =>
      listOf(objectOf(request['content'])['parts'])
        .map((part) => textOf(objectOf(part)['text']) ?? '')
        .join('\n'),
    ),
    dimensions: numberOf(field(first, 'outputDimensionality', 'output_dimensionality')),
    encoding: 'float',
    taskType: textOf(field(first, 'taskType', 'task_type')),
    user: undefined,
  }
}

function renderReply(
  { vectors, usage }: EmbeddingsReply,
  { request }: { readonly request: string },
): string {
  const [first = []] = vectors
  const told = usage === undefined ? {} : { usageMetadata: { promptTokenCount: usage.input } }
  return JSON.stringify(
    isBatch(request)
      ? { embeddings: vectors.map((values) => ({ values })), ...told }
      : { embedding: { values: first }, ...told },
  )
}
