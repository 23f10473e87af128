import { Buffer } from 'node:buffer'
import type { Refusal } from '../domain/refusal.ts'
import { PLAIN_HANDLING, type RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { member, sourceOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange } from '../encoding/splice.ts'
import {
  isLegacyEmbeddings,
  parseOllamaEmbeddings,
  renderOllamaEmbeddings,
} from '../wire/embeddings-ollama.ts'
import {
  checkForms,
  invalid,
  isGiven,
  membersOf,
  textMember,
  type FieldForm,
} from './body-fields.ts'
import { checkInputs, countInputs } from './embeddings-read.ts'
import { envelopeOf } from './envelope.ts'
import { ollamaDialect } from './ollama-dialect.ts'
import { OLLAMA_READING } from './ollama-envelope.ts'
import { modelOf } from './ollama-read.ts'
import type { EmbeddingsSurface, Passing, ReadRequest, Target } from './surface.ts'

/** Ollama's `/api/embed`, and `/api/embeddings` of one text. Source: https://docs.ollama.com/api/embed (read 2026-11-25). */
export const ollamaEmbeddingsSurface: EmbeddingsSurface = {
  name: 'ollama-embeddings',
  operation: 'embeddings',
  dialect: ollamaDialect,
  serves: (pathname) => pathname === '/api/embed' || pathname === LEGACY,
  read,
  pass,
  fieldsAsking: (features) => (features.includes('dimensions') ? ['dimensions'] : []),
  parse: parseOllamaEmbeddings,
  renderReply: renderOllamaEmbeddings,
  // The upstream is asked in the newer form, whatever the client used.
  passes: (_body, { request }) => !isLegacyEmbeddings(request),
  idPrefix: '',
  forwardedHeaders: [],
  returnedHeaders: [],
}

const LEGACY = '/api/embeddings'

const FIELDS: Readonly<Record<string, FieldForm>> = {
  model: 'string',
  input: 'string-or-array',
  prompt: 'string',
  dimensions: 'count',
  keep_alive: 'any',
  options: 'object',
  truncate: 'boolean',
}

function read(document: JsonDocument, { url }: Target): Result<ReadRequest, Refusal> {
  if (document.kinds[0] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const fields = membersOf(document, 0)
  const isLegacy = new URL(url).pathname === LEGACY
  const [name, other] = isLegacy ? ['prompt', 'input'] : ['input', 'prompt']
  const input = fields.get(name) ?? -1
  const wrong =
    checkForms(document, fields, FIELDS, ['model', name]) ??
    checkInputs(document, input, name) ??
    (fields.has(other) ? invalid(other, `\`${other}\` does not belong here.`) : undefined)
  if (wrong !== undefined) return err(wrong)
  const features = isGiven(document, fields, 'dimensions') ? (['dimensions'] as const) : []
  const facts: RequestFacts = {
    surface: 'ollama-embeddings',
    operation: 'embeddings',
    model: modelOf(textMember(document, fields, 'model') ?? ''),
    stream: false,
    wantsUsageChunk: false,
    features,
    askedBy: Object.fromEntries(features.map((feature) => [feature, feature])),
    promptBytes: Buffer.byteLength(sourceOf(document, input)),
    templateParts: countInputs(document, input),
    mediaParts: 0,
    outputTokensMax: 0,
    choices: 1,
    handling: PLAIN_HANDLING,
    unknownFields: [...fields.keys()].filter((field) => !Object.hasOwn(FIELDS, field)),
    onlyOwnDialect: ['keep_alive', 'options', 'truncate'].filter((field) =>
      isGiven(document, fields, field),
    ),
  }
  return ok({ facts, envelope: envelopeOf(document, OLLAMA_READING) })
}

/** The client's own bytes; of the older form, the text goes where it belongs now. */
function pass(document: JsonDocument, { upstreamModel, leaveOut, edits }: Passing): string {
  const changes: MemberChange[] = [
    { op: 'set', key: 'model', value: JSON.stringify(upstreamModel) },
    ...leaveOut.map((key) => ({ op: 'remove' as const, key })),
    ...edits,
  ]
  if (member(document, 0, 'prompt') >= 0)
    changes.push({ op: 'rename', from: 'prompt', to: 'input' })
  return splice(document.text, memberPatches(document, changes))
}
