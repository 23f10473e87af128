import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { Handling, RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { keyOf, member, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import {
  checkForms,
  invalid,
  isGiven,
  membersOf,
  textMember,
  type Invalid,
  type Members,
} from './body-fields.ts'
import { countChildren, envelopeOf } from './envelope.ts'
import { camelMember, GEMINI_READING } from './gemini-envelope.ts'
import {
  camelCase,
  CONFIG_FEATURES,
  CONFIG_FIELDS,
  CONFIG_ONLY_OWN,
  FIELDS,
  fieldsAsking,
  ONLY_OWN,
} from './gemini-fields.ts'
import { parseGeminiPath } from './gemini-path.ts'
import { oneOrMore, surveyOf, type Survey } from './gemini-survey.ts'
import type { ReadRequest, Target } from './surface.ts'

/** Reads a generateContent request: checks its form and works out what it asks of a model. */
export function readGenerateRequest(
  document: JsonDocument,
  target: Target,
): Result<ReadRequest, Refusal> {
  const url = new URL(target.url)
  const path = parseGeminiPath(url.pathname)
  const stream = path?.method === 'streamGenerateContent'
  const body = bodyOf(document, 0)
  if (!body.ok) return body
  const facts: RequestFacts = {
    ...factsOf(document, body.value),
    surface: 'gemini',
    operation: 'chat',
    model: path?.model ?? '',
    stream,
  }
  const isArray = stream && url.searchParams.get('alt') !== 'sse'
  const envelope = envelopeOf(document, GEMINI_READING)
  return ok({ facts, envelope, ...(isArray ? { framing: 'json-array' as const } : {}) })
}

/** Reads a request to count tokens: of contents alone, or of a whole request. */
export function readCountTokensRequest(
  document: JsonDocument,
  { url }: Target,
): Result<ReadRequest, Refusal> {
  const whole = camelMember(document, 0, 'generateContentRequest')
  const body = bodyOf(document, whole < 0 ? 0 : whole)
  if (!body.ok) return body
  const { outputTokensMax: _asked, ...facts } = factsOf(document, body.value)
  const envelope = envelopeOf(document, GEMINI_READING)
  const model = parseGeminiPath(new URL(url).pathname)?.model ?? ''
  return ok({
    facts: {
      ...facts,
      surface: 'gemini-count-tokens',
      operation: 'count-tokens',
      model,
      stream: false,
      outputTokensMax: 0,
      choices: 1,
      unknownFields: facts.unknownFields.filter(
        (name) => camelCase(name) !== 'generateContentRequest',
      ),
    },
    envelope,
  })
}

/** The members of a request, and of its `generationConfig`, by their names in camel case. */
type Body = { readonly node: number; readonly fields: Members; readonly config: Members }

function bodyOf(document: JsonDocument, node: number): Result<Body, Invalid> {
  if (document.kinds[node] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const fields = membersOf(document, node, camelCase)
  const config = membersOf(document, fields.get('generationConfig') ?? -1, camelCase)
  const wrong =
    checkTwins(document) ??
    checkForms(document, fields, FIELDS, ['contents']) ??
    checkForms(document, config, CONFIG_FIELDS, [], 'generationConfig.') ??
    checkContents(document, fields.get('contents') ?? -1)
  return wrong === undefined ? ok({ node, fields, config }) : err(wrong)
}

/** One field under both of its names: which of them a server takes is its own affair. */
function checkTwins(document: JsonDocument): Invalid | undefined {
  for (let node = 1; node < document.kinds.length; node++) {
    const key = (document.keyStarts[node] ?? -1) < 0 ? undefined : keyOf(document, node)
    if (key === undefined || !key.includes('_')) continue
    const name = camelCase(key)
    if (name !== key && member(document, document.parents[node] ?? -1, name) >= 0) {
      return invalid(name, `\`${name}\` and \`${key}\` are the same field: send one of them.`)
    }
  }
  return undefined
}

function checkContents(document: JsonDocument, node: number): Invalid | undefined {
  const contents = oneOrMore(document, node)
  if (contents.length === 0) return invalid('contents', '`contents` must hold at least one.')
  for (const [position, content] of contents.entries()) {
    const where = `contents[${position}]`
    if (document.kinds[content] !== NODE.object) {
      return invalid(where, `\`${where}\` must be an object with \`role\` and \`parts\`.`)
    }
    const parts = document.kinds[camelMember(document, content, 'parts')]
    if (parts !== NODE.array && parts !== NODE.object) {
      return invalid(`${where}.parts`, `\`${where}.parts\` must be an array of parts.`)
    }
  }
  return undefined
}

type Facts = Omit<RequestFacts, 'surface' | 'operation' | 'model' | 'stream'>

function factsOf(document: JsonDocument, { node, fields, config }: Body): Facts {
  const survey = surveyOf(document, fields)
  const features = featuresOf(document, fields, config, survey)
  const onlyOwn = new Set(survey.onlyOwn)
  for (const name of ONLY_OWN) if (isGiven(document, fields, name)) onlyOwn.add(name)
  for (const name of CONFIG_ONLY_OWN) if (isGiven(document, config, name)) onlyOwn.add(name)
  const raw = [...membersOf(document, node).keys()]
  return {
    wantsUsageChunk: true,
    features,
    askedBy: Object.fromEntries(features.map((feature) => [feature, fieldsAsking([feature])[0]])),
    promptBytes: promptBytesOf(document, fields, config) - survey.mediaBytes,
    templateParts: survey.templateParts,
    mediaParts: survey.mediaParts,
    outputTokensMax: numberOf(document, config.get('maxOutputTokens') ?? -1),
    choices: Math.max(1, numberOf(document, config.get('candidateCount') ?? -1) ?? 1),
    handling: handlingOf(document, fields, survey),
    onlyOwnDialect: [...onlyOwn].toSorted(),
    unknownFields: raw.filter((name) => !Object.hasOwn(FIELDS, camelCase(name))),
  }
}

function featuresOf(
  document: JsonDocument,
  fields: Members,
  config: Members,
  survey: Survey,
): readonly Feature[] {
  const features = new Set(survey.features)
  for (const [name, feature] of Object.entries(CONFIG_FEATURES)) {
    if (isGiven(document, config, name)) features.add(feature)
  }
  const mime = textMember(document, config, 'responseMimeType')
  if (mime === 'application/json' && !features.has('json-schema')) features.add('json-object')
  if ((numberOf(document, config.get('candidateCount') ?? -1) ?? 1) > 1) features.add('n')
  if (countChildren(document, config.get('stopSequences') ?? -1) > 0) features.add('stop')
  for (const modality of oneOrMore(document, config.get('responseModalities') ?? -1)) {
    if (stringOf(document, modality)?.toUpperCase() !== 'TEXT') features.add('audio-output')
  }
  const calling = camelMember(document, fields.get('toolConfig') ?? -1, 'functionCallingConfig')
  if (stringOf(document, member(document, calling, 'mode')) === 'ANY') features.add('tool-choice')
  const { hostedTools, stored, serviceTier } = handlingOf(document, fields, survey)
  if (hostedTools) features.add('web-search')
  if (stored) features.add('store')
  if (serviceTier === 'other') features.add('service-tier')
  return [...features].toSorted()
}

const PROMPT_FIELDS = ['contents', 'systemInstruction', 'tools'] as const

function promptBytesOf(document: JsonDocument, fields: Members, config: Members): number {
  const nodes = [
    ...PROMPT_FIELDS.map((name) => fields.get(name)),
    config.get('responseSchema'),
    config.get('responseJsonSchema'),
  ]
  let bytes = 0
  for (const node of nodes) {
    if (node !== undefined) bytes += Buffer.byteLength(sourceOf(document, node))
  }
  return bytes
}

function handlingOf(document: JsonDocument, fields: Members, survey: Survey): Handling {
  const tier = textMember(document, fields, 'serviceTier')?.toLowerCase() ?? 'standard'
  return {
    stored:
      document.kinds[fields.get('store') ?? -1] === NODE.true ||
      isGiven(document, fields, 'cachedContent'),
    hostedTools: survey.hasHostedTools,
    longCache: isGiven(document, fields, 'cachedContent'),
    serviceTier: tier === 'standard' || tier === 'service_tier_unspecified' ? 'default' : 'other',
  }
}
