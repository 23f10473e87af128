import { Buffer } from 'node:buffer'
import type { Refusal } from '../domain/refusal.ts'
import type { Handling, RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { children, member, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
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
import { envelopeOf } from './envelope.ts'
import { askingOf, mediaOf } from './openai-responses-asking.ts'
import { FIELDS, FORMS, PARTS, ROLES, toolFeature } from './openai-responses-fields.ts'
import type { ReadRequest } from './surface.ts'

/** Reads a request for a response: checks its form and works out what it asks of a model. */
export function readResponsesRequest(document: JsonDocument): Result<ReadRequest, Refusal> {
  if (document.kinds[0] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const members = membersOf(document, 0)
  const wrong =
    checkForms(document, members, FORMS, ['model', 'input']) ??
    checkStateless(document, members) ??
    checkLimit(document, members) ??
    checkInput(document, members) ??
    checkTools(document, members)
  if (wrong !== undefined) return err(wrong)
  const media = mediaOf(document, members)
  const { features, askedBy } = askingOf(document, members, media)
  const count = (name: string): number | undefined => numberOf(document, members.get(name) ?? -1)
  const facts: RequestFacts = {
    surface: 'openai-responses',
    operation: 'chat',
    model: textMember(document, members, 'model') ?? '',
    stream: document.kinds[members.get('stream') ?? -1] === NODE.true,
    wantsUsageChunk: false,
    features,
    askedBy,
    promptBytes: promptBytesOf(document, members) - media.bytes,
    templateParts: templatePartsOf(document, members),
    mediaParts: media.parts,
    outputTokensMax: count('max_output_tokens'),
    choices: 1,
    handling: handlingOf(document, members),
    unknownFields: [...members.keys()].filter((name) => !Object.hasOwn(FIELDS, name)),
  }
  return ok({ facts, envelope: envelopeOf(document) })
}

const STATELESS =
  'Demarc keeps no conversations: send the whole input, with the items of earlier responses in it, and `store: false`.'

/** What needs a store of conversations, at us or at a provider that the next request may not go to. */
function checkStateless(document: JsonDocument, members: Members): Invalid | undefined {
  for (const name of ['previous_response_id', 'conversation'] as const) {
    if (isGiven(document, members, name))
      return invalid(name, `\`${name}\` cannot be used. ${STATELESS}`)
  }
  if (document.kinds[members.get('background') ?? -1] === NODE.true) {
    return invalid(
      'background',
      '`background` cannot be used: nothing is kept to be fetched later.',
    )
  }
  return isGiven(document, members, 'prompt')
    ? invalid(
        'prompt',
        '`prompt` cannot be used: a stored prompt cannot be read here. Send `instructions` and `input`.',
      )
    : undefined
}

function checkLimit(document: JsonDocument, members: Members): Invalid | undefined {
  const limit = numberOf(document, members.get('max_output_tokens') ?? -1)
  return limit === undefined || limit >= 1
    ? undefined
    : invalid('max_output_tokens', '`max_output_tokens` must be a whole number of at least 1.')
}

function checkInput(document: JsonDocument, members: Members): Invalid | undefined {
  const input = members.get('input') ?? -1
  if (document.kinds[input] === NODE.string) return undefined
  const items = children(document, input)
  if (items.length === 0) return invalid('input', '`input` must hold at least one item.')
  for (const [place, item] of items.entries()) {
    const wrong = checkItem(document, item, `input[${place}]`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function checkItem(document: JsonDocument, item: number, where: string): Invalid | undefined {
  if (document.kinds[item] !== NODE.object) return invalid(where, `\`${where}\` must be an object.`)
  const named = member(document, item, 'type')
  const type = named < 0 ? 'message' : stringOf(document, named)
  switch (type) {
    case undefined:
      return invalid(`${where}.type`, `\`${where}.type\` must be a string.`)
    case 'message':
      return checkMessage(document, item, where)
    case 'function_call_output':
    case 'custom_tool_call_output':
      return checkContent(document, member(document, item, 'output'), `${where}.output`)
    case 'item_reference':
      return checkReference(document, item, where)
    default:
      return undefined
  }
}

/** Our own ids of thoughts: those do without. */
const THOUGHT = /^rs_/

function checkReference(document: JsonDocument, item: number, where: string): Invalid | undefined {
  const id = stringOf(document, member(document, item, 'id')) ?? ''
  if (THOUGHT.test(id)) return undefined
  return invalid(
    where,
    `\`${where}\` refers to a stored item. ${STATELESS} In Vercel's AI SDK that is \`providerOptions: { openai: { store: false } }\`.`,
  )
}

function checkMessage(document: JsonDocument, item: number, where: string): Invalid | undefined {
  const role = stringOf(document, member(document, item, 'role'))
  if (role === undefined || !ROLES.some((known) => known === role)) {
    return invalid(`${where}.role`, `\`${where}.role\` must be one of ${ROLES.join(', ')}.`)
  }
  return checkContent(document, member(document, item, 'content'), `${where}.content`)
}

function checkContent(document: JsonDocument, content: number, where: string): Invalid | undefined {
  const kind = document.kinds[content]
  if (kind === NODE.string) return undefined
  if (kind !== NODE.array) {
    return invalid(where, `\`${where}\` must be a string or an array of parts.`)
  }
  for (const [place, part] of children(document, content).entries()) {
    const type = stringOf(document, member(document, part, 'type'))
    if (type === undefined || !Object.hasOwn(PARTS, type)) {
      const at = `${where}[${place}].type`
      return invalid(at, `\`${at}\` must be one of ${Object.keys(PARTS).join(', ')}.`)
    }
  }
  return undefined
}

function checkTools(document: JsonDocument, members: Members): Invalid | undefined {
  for (const [place, tool] of children(document, members.get('tools') ?? -1).entries()) {
    const type = stringOf(document, member(document, tool, 'type'))
    if (type === undefined) {
      return invalid(`tools[${place}].type`, `\`tools[${place}].type\` must be a string.`)
    }
    const needsName = ['tools', 'custom-tools'].includes(toolFeature(type))
    if (needsName && stringOf(document, member(document, tool, 'name')) === undefined) {
      return invalid(`tools[${place}].name`, `\`tools[${place}].name\` must be a string.`)
    }
  }
  return undefined
}

const PROMPT_FIELDS = ['instructions', 'input', 'tools', 'text'] as const

function promptBytesOf(document: JsonDocument, members: Members): number {
  let bytes = 0
  for (const name of PROMPT_FIELDS) {
    const node = members.get(name)
    if (node !== undefined) bytes += Buffer.byteLength(sourceOf(document, node))
  }
  return bytes
}

/** Instructions, items and tools, those inside of namespaces included. */
function templatePartsOf(document: JsonDocument, members: Members): number {
  const input = members.get('input') ?? -1
  const items = document.kinds[input] === NODE.array ? children(document, input).length : 1
  const tools = children(document, members.get('tools') ?? -1)
  const inside = tools.flatMap((tool) => children(document, member(document, tool, 'tools')))
  return items + tools.length + inside.length + (isGiven(document, members, 'instructions') ? 1 : 0)
}

/** Unlike OpenAI, nothing is stored unless it is asked for: `passResponsesRequest` says so to the provider. */
function handlingOf(document: JsonDocument, members: Members): Handling {
  const tier = textMember(document, members, 'service_tier') ?? 'auto'
  const tools = children(document, members.get('tools') ?? -1)
  return {
    stored: document.kinds[members.get('store') ?? -1] === NODE.true,
    hostedTools: tools.some((tool) => {
      const type = stringOf(document, member(document, tool, 'type')) ?? ''
      return ['web-search', 'hosted-tools'].includes(toolFeature(type))
    }),
    longCache:
      textMember(document, members, 'prompt_cache_retention') === '24h' ||
      stringOf(document, member(document, members.get('prompt_cache_options') ?? -1, 'ttl')) ===
        '24h',
    serviceTier: tier === 'auto' || tier === 'default' ? 'default' : 'other',
  }
}
