import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import type { Refusal } from '../domain/refusal.ts'
import { PLAIN_HANDLING, type RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { children, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import {
  checkForms,
  invalid,
  isGiven,
  membersOf,
  textMember,
  type FieldForm,
  type Invalid,
  type Members,
} from './body-fields.ts'
import { envelopeOf } from './envelope.ts'
import type { ReadRequest } from './surface.ts'

/** Every top-level field of OpenAI's published schema. Source: openapi.json 2.3.0, CreateEmbeddingRequest. */
const FORMS: Readonly<Record<string, FieldForm>> = {
  model: 'string',
  input: 'string-or-array',
  dimensions: 'count',
  encoding_format: 'string',
  user: 'string',
}

const ASKING: Readonly<Partial<Record<string, Feature>>> = {
  dimensions: 'dimensions',
  user: 'user',
}

/** Texts in one request. Source: openapi.json 2.3.0. */
const INPUTS_MAX = 2048

/** Reads a request for embeddings: checks its form and works out what it asks of a model. */
export function readEmbeddingsRequest(document: JsonDocument): Result<ReadRequest, Refusal> {
  if (document.kinds[0] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const members = membersOf(document, 0)
  const wrong =
    checkForms(document, members, FORMS, ['model', 'input']) ??
    checkInputs(document, members.get('input') ?? -1, 'input') ??
    checkOptions(document, members)
  if (wrong !== undefined) return err(wrong)
  const input = members.get('input') ?? -1
  const asked = Object.entries(ASKING).filter(([name]) => isGiven(document, members, name))
  const features = asked.flatMap(([, feature]) => feature ?? []).toSorted()
  const facts: RequestFacts = {
    surface: 'openai-embeddings',
    operation: 'embeddings',
    model: textMember(document, members, 'model') ?? '',
    stream: false,
    wantsUsageChunk: false,
    features,
    askedBy: Object.fromEntries(asked.map(([name, feature]) => [feature, name])),
    promptBytes: Buffer.byteLength(sourceOf(document, input)),
    templateParts: countInputs(document, input),
    mediaParts: 0,
    outputTokensMax: 0,
    choices: 1,
    handling: PLAIN_HANDLING,
    unknownFields: [...members.keys()].filter((name) => !Object.hasOwn(FORMS, name)),
  }
  return ok({ facts, envelope: envelopeOf(document) })
}

/** One text or several, none of them empty. */
export function checkInputs(
  document: JsonDocument,
  input: number,
  name: string,
): Invalid | undefined {
  const isList = document.kinds[input] === NODE.array
  const texts = isList ? children(document, input) : [input]
  if (texts.length === 0 || texts.length > INPUTS_MAX) {
    return invalid(name, `\`${name}\` must hold 1 to ${INPUTS_MAX} texts.`)
  }
  for (const [place, node] of texts.entries()) {
    const where = isList ? `${name}[${place}]` : name
    const text = stringOf(document, node)
    if (text === undefined) {
      return invalid(where, `\`${where}\` must be a text: nobody can read here what tokens say.`)
    }
    if (text === '') return invalid(where, `\`${where}\` must not be empty.`)
  }
  return undefined
}

/** How many texts there are: a lone one stands for a list of one. */
export const countInputs = (document: JsonDocument, input: number): number =>
  document.kinds[input] === NODE.array ? children(document, input).length : 1

function checkOptions(document: JsonDocument, members: Members): Invalid | undefined {
  const encoding = textMember(document, members, 'encoding_format')
  if (encoding !== undefined && encoding !== 'float' && encoding !== 'base64') {
    return invalid('encoding_format', '`encoding_format` must be float or base64.')
  }
  return numberOf(document, members.get('dimensions') ?? -1) === 0
    ? invalid('dimensions', '`dimensions` must be a whole number of at least 1.')
    : undefined
}

/** The fields that ask for one of these features. */
export const fieldsAsking = (features: readonly string[]): readonly string[] =>
  Object.keys(ASKING).filter((name) => features.includes(ASKING[name] ?? ''))
