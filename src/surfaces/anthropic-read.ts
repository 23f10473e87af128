import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { Handling, Operation, RequestFacts, SurfaceName } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { children, member, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { ANTHROPIC_READING } from './anthropic-envelope.ts'
import { FEATURES, FIELDS, fieldsAsking, ONLY_OWN } from './anthropic-fields.ts'
import { surveyOf, type Survey } from './anthropic-survey.ts'
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
import type { ReadRequest } from './surface.ts'

type Kind = { readonly surface: SurfaceName; readonly operation: Operation }

const MESSAGES: Kind = { surface: 'anthropic-messages', operation: 'chat' }
const COUNT: Kind = { surface: 'anthropic-count-tokens', operation: 'count-tokens' }

/** Reads a Messages request: checks its form and works out what it asks of a model. */
export const readMessagesRequest = (document: JsonDocument): Result<ReadRequest, Refusal> =>
  read(document, MESSAGES)

/** Reads a request to count the tokens of one. */
export const readCountRequest = (document: JsonDocument): Result<ReadRequest, Refusal> =>
  read(document, COUNT)

function read(document: JsonDocument, kind: Kind): Result<ReadRequest, Refusal> {
  if (document.kinds[0] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const members = membersOf(document, 0)
  const required = ['model', ...(kind === MESSAGES ? ['max_tokens'] : []), 'messages']
  const wrong = checkForms(document, members, FIELDS, required) ?? checkMessages(document, members)
  if (wrong !== undefined) return err(wrong)
  return ok({
    facts: factsOf(document, members, kind),
    envelope: envelopeOf(document, ANTHROPIC_READING),
  })
}

const ROLES = ['user', 'assistant', 'system']

function checkMessages(document: JsonDocument, members: Members): Invalid | undefined {
  const messages = children(document, members.get('messages') ?? -1)
  if (messages.length === 0) {
    return invalid('messages', '`messages` must hold at least one message.')
  }
  for (const [position, message] of messages.entries()) {
    const where = `messages.${position}`
    if (document.kinds[message] !== NODE.object) {
      return invalid(where, `\`${where}\` must be an object.`)
    }
    const role = stringOf(document, member(document, message, 'role')) ?? ''
    if (!ROLES.includes(role)) {
      return invalid(`${where}.role`, `\`${where}.role\` must be one of ${ROLES.join(', ')}.`)
    }
    const wrong = checkContent(document, member(document, message, 'content'), `${where}.content`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function checkContent(document: JsonDocument, node: number, where: string): Invalid | undefined {
  if (document.kinds[node] === NODE.string) return undefined
  if (document.kinds[node] !== NODE.array) {
    return invalid(where, `\`${where}\` must be a string or an array of content blocks.`)
  }
  for (const [position, block] of children(document, node).entries()) {
    if (stringOf(document, member(document, block, 'type')) === undefined) {
      const at = `${where}.${position}.type`
      return invalid(at, `\`${at}\` must be a string: the kind of the block.`)
    }
  }
  return undefined
}

function factsOf(document: JsonDocument, members: Members, kind: Kind): RequestFacts {
  const survey = surveyOf(document, members)
  const features = featuresOf(document, members, survey)
  const onlyOwn = new Set(survey.onlyOwn)
  for (const name of ONLY_OWN) if (isGiven(document, members, name)) onlyOwn.add(name)
  const isChat = kind.operation === 'chat'
  return {
    ...kind,
    model: textMember(document, members, 'model') ?? '',
    stream: isChat && document.kinds[members.get('stream') ?? -1] === NODE.true,
    wantsUsageChunk: true,
    features,
    askedBy: Object.fromEntries(features.map((feature) => [feature, fieldOf(members, feature)])),
    promptBytes: promptBytesOf(document, members) - survey.mediaBytes + survey.hiddenTokens,
    templateParts: survey.templateParts,
    mediaParts: survey.mediaParts,
    outputTokensMax: isChat ? numberOf(document, members.get('max_tokens') ?? -1) : 0,
    choices: 1,
    handling: handlingOf(document, members, survey),
    onlyOwnDialect: [...onlyOwn].toSorted(),
    unknownFields: [...members.keys()].filter((name) => !Object.hasOwn(FIELDS, name)),
  }
}

const fieldOf = (members: Members, feature: Feature): string | undefined =>
  fieldsAsking([feature]).find((name) => members.has(name))

function featuresOf(document: JsonDocument, members: Members, survey: Survey): readonly Feature[] {
  const features = new Set(survey.features)
  for (const [name, feature] of Object.entries(FEATURES)) {
    if (isGiven(document, members, name)) features.add(feature)
  }
  const output = members.get('output_config') ?? -1
  const isObject = (node: number): boolean => document.kinds[node] === NODE.object
  if (isObject(member(document, output, 'format')) || isGiven(document, members, 'output_format'))
    features.add('json-schema')
  if (stringOf(document, member(document, output, 'effort')) !== undefined)
    features.add('reasoning-effort')
  if (countChildren(document, members.get('stop_sequences') ?? -1) > 0) features.add('stop')
  const choice = members.get('tool_choice') ?? -1
  const mode = stringOf(document, member(document, choice, 'type'))
  if (mode === 'any' || mode === 'tool') features.add('tool-choice')
  if (document.kinds[member(document, choice, 'disable_parallel_tool_use')] === NODE.true)
    features.add('parallel-tool-calls')
  const user = member(document, members.get('metadata') ?? -1, 'user_id')
  if (stringOf(document, user) !== undefined) features.add('user')
  const { hostedTools, serviceTier } = handlingOf(document, members, survey)
  if (hostedTools) features.add('web-search')
  if (serviceTier === 'other') features.add('service-tier')
  return [...features].toSorted()
}

const PROMPT_FIELDS = ['messages', 'system', 'tools', 'output_config', 'output_format'] as const

function promptBytesOf(document: JsonDocument, members: Members): number {
  let bytes = 0
  for (const name of PROMPT_FIELDS) {
    const node = members.get(name)
    if (node !== undefined) bytes += Buffer.byteLength(sourceOf(document, node))
  }
  return bytes
}

/** Fields that let a request be served at another price than the model's own, or bill more than its one answer. */
const PRICED_APART = ['billing_policy', 'compaction', 'fallback_credit_token', 'fallbacks'] as const

/** Compaction is an answer of its own, billed apart from the one that is bounded. */
function isCompacted(document: JsonDocument, members: Members): boolean {
  const edits = member(document, members.get('context_management') ?? -1, 'edits')
  if (edits < 0) return false
  return children(document, edits).some(
    (edit) => stringOf(document, member(document, edit, 'type'))?.startsWith('compact') === true,
  )
}

function handlingOf(document: JsonDocument, members: Members, survey: Survey): Handling {
  const given = (name: string): boolean => isGiven(document, members, name)
  const said = (name: string): string | undefined => textMember(document, members, name)
  const isPlain =
    ['auto', 'standard_only', undefined].includes(said('service_tier')) &&
    ['standard', undefined].includes(said('speed')) &&
    ['global', undefined].includes(said('inference_geo')) &&
    !PRICED_APART.some(given) &&
    !isCompacted(document, members)
  return {
    stored: given('container') || given('thread'),
    hostedTools:
      survey.hasHostedTools ||
      given('container') ||
      countChildren(document, members.get('mcp_servers') ?? -1) > 0,
    longCache: survey.hasLongCache,
    serviceTier: isPlain ? 'default' : 'other',
  }
}
