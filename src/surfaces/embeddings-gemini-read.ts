import { Buffer } from 'node:buffer'
import type { Refusal } from '../domain/refusal.ts'
import { PLAIN_HANDLING, type RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { children, keyOf, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { invalid, type Invalid } from './body-fields.ts'
import { envelopeOf } from './envelope.ts'
import { camelMember, GEMINI_READING } from './gemini-envelope.ts'
import { camelCase } from './gemini-fields.ts'
import { parseGeminiPath } from './gemini-path.ts'
import type { ReadRequest, Target } from './surface.ts'

/** Fields of one text to embed. Source: https://ai.google.dev/api/embeddings (read 2026-11-25). */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'content',
  'taskType',
  'title',
  'outputDimensionality',
  'embedContentConfig',
])

/** Texts in one batch. Source: the same. */
const REQUESTS_MAX = 100

/** Reads a request for embeddings of Google's dialect: checks its form and works out what it asks of a model. */
export function readGeminiEmbeddings(
  document: JsonDocument,
  { url }: Target,
): Result<ReadRequest, Refusal> {
  const path = parseGeminiPath(new URL(url).pathname)
  if (document.kinds[0] !== NODE.object || path === undefined) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const isBatch = path.method === 'batchEmbedContents'
  const list = camelMember(document, 0, 'requests')
  const requests = isBatch ? children(document, list) : [0]
  const wrong = isBatch
    ? (checkBatch(document, requests) ?? checkAll(document, requests))
    : list >= 0
      ? invalid('requests', '`requests` belongs to batchEmbedContents.')
      : checkRequest(document, 0, '')
  if (wrong !== undefined) return err(wrong)
  const isAsked = (name: string): boolean =>
    requests.some((request) => camelMember(document, request, name) >= 0)
  const hasLength = isAsked('outputDimensionality')
  const parts = requests.map((request) => camelMember(document, request, 'content'))
  const facts: RequestFacts = {
    surface: 'gemini-embeddings',
    operation: 'embeddings',
    model: path.model,
    stream: false,
    wantsUsageChunk: false,
    features: hasLength ? ['dimensions'] : [],
    askedBy: hasLength ? { dimensions: 'outputDimensionality' } : {},
    promptBytes: parts.reduce((sum, node) => sum + Buffer.byteLength(sourceOf(document, node)), 0),
    templateParts: requests.length,
    mediaParts: 0,
    outputTokensMax: 0,
    choices: 1,
    handling: PLAIN_HANDLING,
    unknownFields: [],
    onlyOwnDialect: ['taskType', 'title', 'embedContentConfig'].filter(isAsked),
  }
  return ok({ facts, envelope: envelopeOf(document, GEMINI_READING) })
}

function checkBatch(document: JsonDocument, requests: readonly number[]): Invalid | undefined {
  if (requests.length === 0 || requests.length > REQUESTS_MAX) {
    return invalid('requests', `\`requests\` must hold 1 to ${REQUESTS_MAX} texts.`)
  }
  for (const name of ['taskType', 'outputDimensionality'] as const) {
    const values = requests.map((request) => {
      const node = camelMember(document, request, name)
      return node < 0 ? '' : sourceOf(document, node)
    })
    if (new Set(values).size > 1)
      return invalid(`requests[].${name}`, `\`${name}\` must be the same in all of \`requests\`.`)
  }
  return undefined
}

function checkAll(document: JsonDocument, requests: readonly number[]): Invalid | undefined {
  for (const [place, request] of requests.entries()) {
    const wrong = checkRequest(document, request, `requests[${place}].`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function checkRequest(document: JsonDocument, request: number, where: string): Invalid | undefined {
  for (const node of children(document, request)) {
    const name = keyOf(document, node) ?? ''
    if (!KNOWN.has(camelCase(name)))
      return invalid(null, `A text to embed may hold ${[...KNOWN].join(', ')}, and nothing else.`)
  }
  const length = camelMember(document, request, 'outputDimensionality')
  if (length >= 0 && (numberOf(document, length) ?? 0) < 1) {
    const param = `${where}outputDimensionality`
    return invalid(param, `\`${param}\` must be a whole number of at least 1.`)
  }
  const parts = children(
    document,
    camelMember(document, camelMember(document, request, 'content'), 'parts'),
  )
  const isText = (part: number): boolean =>
    (stringOf(document, camelMember(document, part, 'text')) ?? '') !== '' &&
    children(document, part).length === 1
  return parts.length > 0 && parts.every(isText)
    ? undefined
    : invalid(`${where}content`, `\`${where}content\` must hold parts of text, none of them empty.`)
}
