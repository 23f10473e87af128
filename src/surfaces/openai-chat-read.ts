import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { Handling, RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { children, member, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import {
  checkForms,
  invalid,
  membersOf,
  textMember,
  type Invalid,
  type Members,
} from './body-fields.ts'
import { countChildren, envelopeOf } from './envelope.ts'
import { FIELDS, FORMS, PARTS, ROLES } from './openai-chat-fields.ts'
import type { ReadRequest } from './surface.ts'

/** Reads a chat completion request: checks its form and works out what it asks of a model. */
export function readChatRequest(document: JsonDocument): Result<ReadRequest, Refusal> {
  if (document.kinds[0] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const members = membersOf(document, 0)
  const wrong = checkFields(document, members) ?? checkMessages(document, members)
  if (wrong !== undefined) return err(wrong)
  const envelope = envelopeOf(document)
  const media = mediaOf(document, members)
  const text = (name: string): string | undefined => textMember(document, members, name)
  const flag = (name: string): boolean => document.kinds[members.get(name) ?? -1] === NODE.true
  const count = (name: string): number | undefined => {
    const node = members.get(name)
    return node === undefined ? undefined : numberOf(document, node)
  }
  const stream = flag('stream')
  const options = members.get('stream_options') ?? -1
  const facts: RequestFacts = {
    surface: 'openai-chat',
    operation: 'chat',
    model: text('model') ?? '',
    stream,
    wantsUsageChunk:
      stream && document.kinds[member(document, options, 'include_usage')] === NODE.true,
    features: featuresOf(document, members, media),
    askedBy: askedBy(document, members),
    promptBytes: promptBytesOf(document, members) - media.bytes,
    templateParts:
      countChildren(document, members.get('messages') ?? -1) +
      countChildren(document, members.get('tools') ?? -1) +
      countChildren(document, members.get('functions') ?? -1),
    mediaParts: media.parts,
    outputTokensMax: larger(count('max_completion_tokens'), count('max_tokens')),
    choices: count('n') ?? 1,
    handling: handlingOf(document, members),
    unknownFields: [...members.keys()].filter((name) => !Object.hasOwn(FIELDS, name)),
  }
  return ok({ facts, envelope })
}

const POSITIVE = new Set(['max_completion_tokens', 'max_tokens', 'n'])

function checkFields(document: JsonDocument, members: Members): Invalid | undefined {
  if (!members.has('model')) {
    return invalid('model', '`model` is missing: a model, an alias, `destination/model` or `auto`.')
  }
  if (!members.has('messages')) {
    return invalid('messages', '`messages` is missing: an array of messages.')
  }
  const wrong = checkForms(document, members, FORMS, ['model', 'messages'])
  if (wrong !== undefined) return wrong
  for (const name of POSITIVE) {
    const value = numberOf(document, members.get(name) ?? -1)
    if (value !== undefined && value < 1) {
      return invalid(name, `\`${name}\` must be a whole number of at least 1.`)
    }
  }
  const choices = numberOf(document, members.get('n') ?? -1)
  if (choices !== undefined && choices > 128) return invalid('n', '`n` must be at most 128.')
  return undefined
}

function checkMessages(document: JsonDocument, members: Members): Invalid | undefined {
  const messages = children(document, members.get('messages') ?? -1)
  if (messages.length === 0) {
    return invalid('messages', '`messages` must hold at least one message.')
  }
  for (const [position, node] of messages.entries()) {
    const wrong = checkMessage(document, node, `messages[${position}]`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function checkMessage(document: JsonDocument, node: number, where: string): Invalid | undefined {
  if (document.kinds[node] !== NODE.object) return invalid(where, `\`${where}\` must be an object.`)
  const role = stringOf(document, member(document, node, 'role'))
  if (role === undefined || !ROLES.some((known) => known === role)) {
    return invalid(`${where}.role`, `\`${where}.role\` must be one of ${ROLES.join(', ')}.`)
  }
  const content = member(document, node, 'content')
  const kind = content < 0 ? NODE.null : document.kinds[content]
  if (kind === NODE.array) return checkParts(document, content, `${where}.content`)
  if (kind === NODE.string || (kind === NODE.null && role === 'assistant')) return undefined
  return invalid(`${where}.content`, `\`${where}.content\` must be a string or an array of parts.`)
}

function checkParts(document: JsonDocument, list: number, where: string): Invalid | undefined {
  for (const [position, part] of children(document, list).entries()) {
    const type = stringOf(document, member(document, part, 'type'))
    if (type === undefined || !Object.hasOwn(PARTS, type)) {
      const at = `${where}[${position}].type`
      return invalid(at, `\`${at}\` must be one of ${Object.keys(PARTS).join(', ')}.`)
    }
  }
  return undefined
}

/** Which of two limits a server obeys is its own affair: the bound must hold for either. */
const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)

type Media = { readonly parts: number; readonly bytes: number; readonly features: Set<Feature> }

/** Media parts of all messages: how many, how much of the body they are, and what they ask of a model. */
function mediaOf(document: JsonDocument, members: Members): Media {
  const features = new Set<Feature>()
  let parts = 0
  let bytes = 0
  for (const message of children(document, members.get('messages') ?? -1)) {
    const role = stringOf(document, member(document, message, 'role'))
    const isResult = role === 'tool' || role === 'function' // its name is that of the call
    if (!isResult && member(document, message, 'name') >= 0) features.add('message-name')
    for (const part of children(document, member(document, message, 'content'))) {
      const type = stringOf(document, member(document, part, 'type')) ?? ''
      const feature = PARTS[type]
      if (feature === undefined) continue
      features.add(feature)
      parts++
      bytes += (document.ends[part] ?? 0) - (document.starts[part] ?? 0)
      const url = stringOf(document, member(document, member(document, part, 'image_url'), 'url'))
      if (url !== undefined && !url.startsWith('data:')) features.add('image-url')
    }
  }
  return { parts, bytes, features }
}

function featuresOf(document: JsonDocument, members: Members, media: Media): readonly Feature[] {
  const features = media.features
  for (const [name, node] of members) {
    const feature = Object.hasOwn(FIELDS, name) ? FIELDS[name]?.feature : undefined
    if (feature !== undefined && document.kinds[node] !== NODE.null) features.add(feature)
  }
  for (const tool of children(document, members.get('tools') ?? -1)) {
    const type = stringOf(document, member(document, tool, 'type'))
    features.add(type === 'custom' ? 'custom-tools' : 'tools')
    // Whatever it is called: the provider would run it, and only its own dialect has words for it.
    if (type === undefined || !CLIENT_TOOLS.has(type)) features.add('web-search')
  }
  if ((numberOf(document, members.get('n') ?? -1) ?? 1) > 1) features.add('n')
  if (document.kinds[members.get('store') ?? -1] === NODE.true) features.add('store')
  if (forcesTool(document, members)) features.add('tool-choice')
  const format = stringOf(document, member(document, members.get('response_format') ?? -1, 'type'))
  if (format === 'json_schema') features.add('json-schema')
  if (format === 'json_object') features.add('json-object')
  return [...features].toSorted()
}

/** The first field of each feature that is not null. */
function askedBy(
  document: JsonDocument,
  members: Members,
): Readonly<Partial<Record<Feature, string>>> {
  const fields: Partial<Record<Feature, string>> = {}
  for (const [name, node] of members) {
    const feature = Object.hasOwn(FIELDS, name) ? FIELDS[name]?.feature : undefined
    if (feature !== undefined && document.kinds[node] !== NODE.null) fields[feature] ??= name
  }
  return fields
}

/** `auto` and `none` are what every server does anyway; `required` and a named tool have to be enforced. */
function forcesTool(document: JsonDocument, members: Members): boolean {
  const node = members.get('tool_choice') ?? -1
  return document.kinds[node] === NODE.object || stringOf(document, node) === 'required'
}

const PROMPT_FIELDS = ['messages', 'tools', 'functions', 'response_format', 'prediction'] as const

function promptBytesOf(document: JsonDocument, members: Members): number {
  let bytes = 0
  for (const name of PROMPT_FIELDS) {
    const node = members.get(name)
    if (node !== undefined) bytes += Buffer.byteLength(sourceOf(document, node))
  }
  return bytes
}

const CLIENT_TOOLS = new Set(['function', 'custom'])

function handlingOf(document: JsonDocument, members: Members): Handling {
  const tools = children(document, members.get('tools') ?? -1)
  const tier = textMember(document, members, 'service_tier') ?? 'auto'
  return {
    stored: document.kinds[members.get('store') ?? -1] === NODE.true,
    hostedTools:
      document.kinds[members.get('web_search_options') ?? -1] === NODE.object ||
      tools.some((tool) => {
        const type = stringOf(document, member(document, tool, 'type'))
        return type === undefined || !CLIENT_TOOLS.has(type)
      }),
    longCache: textMember(document, members, 'prompt_cache_retention') === '24h',
    serviceTier: tier === 'auto' || tier === 'default' ? 'default' : 'other',
  }
}
