import { Buffer } from 'node:buffer'
import type { Feature } from '../domain/features.ts'
import type { Refusal } from '../domain/refusal.ts'
import { PLAIN_HANDLING, type RequestFacts } from '../domain/request.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { children, keyOf, member, numberOf, sourceOf, stringOf } from '../encoding/json-document.ts'
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
import { OLLAMA_READING } from './ollama-envelope.ts'
import {
  CHAT_FIELDS,
  fieldsAsking,
  GENERATE_FIELDS,
  ONLY_OWN,
  OPTION_FEATURES,
  OPTIONS,
} from './ollama-fields.ts'
import type { ReadRequest } from './surface.ts'

/** Reads a request to `/api/chat`: checks its form and works out what it asks of a model. */
export const readOllamaChat = (document: JsonDocument): Result<ReadRequest, Refusal> =>
  read(document, 'ollama')

/** Reads a request to `/api/generate`. */
export const readOllamaGenerate = (document: JsonDocument): Result<ReadRequest, Refusal> =>
  read(document, 'ollama-generate')

type Name = 'ollama' | 'ollama-generate'

/** A body, with its members and those of its options. */
type Body = {
  readonly document: JsonDocument
  readonly fields: Members
  readonly options: Members
}

function read(document: JsonDocument, surface: Name): Result<ReadRequest, Refusal> {
  if (document.kinds[0] !== NODE.object) {
    return err(invalid(null, 'The body must be a JSON object.'))
  }
  const isChat = surface === 'ollama'
  const fields = membersOf(document, 0)
  const options = membersOf(document, fields.get('options') ?? -1)
  const body = { document, fields, options }
  const forms = isChat ? CHAT_FIELDS : GENERATE_FIELDS
  const wrong =
    checkForms(document, fields, forms, ['model', ...(isChat ? ['messages'] : [])]) ??
    checkForms(document, options, OPTIONS, [], 'options.') ??
    checkValues(body) ??
    (isChat ? checkMessages(body) : checkPrompt(body))
  if (wrong !== undefined) return err(wrong)
  const facts = factsOf(body, surface, forms)
  const envelope = envelopeOf(document, OLLAMA_READING)
  return ok({ facts, envelope, ...(facts.stream ? { framing: 'lines' as const } : {}) })
}

const EFFORTS = ['low', 'medium', 'high']

function checkValues({ document, fields }: Body): Invalid | undefined {
  const format = fields.get('format') ?? -1
  const word = stringOf(document, format)
  const isSchema = document.kinds[format] === NODE.object
  const isUnset = format < 0 || document.kinds[format] === NODE.null || word === ''
  if (!isUnset && !isSchema && word !== 'json') {
    return invalid('format', '`format` must be "json" or a JSON schema.')
  }
  const think = fields.get('think') ?? -1
  const isBoolean = think < 0 || document.kinds[think] !== NODE.string
  if (isBoolean ? !isYesOrNo(document, think) : !EFFORTS.includes(stringOf(document, think) ?? ''))
    return invalid('think', `\`think\` must be true, false or one of ${EFFORTS.join(', ')}.`)
  return undefined
}

const isYesOrNo = (document: JsonDocument, node: number): boolean =>
  node < 0 ||
  [NODE.true, NODE.false, NODE.null].some((kind) => kind === (document.kinds[node] ?? NODE.null))

const ROLES = ['system', 'user', 'assistant', 'tool']

function checkMessages({ document, fields }: Body): Invalid | undefined {
  const messages = children(document, fields.get('messages') ?? -1)
  if (messages.length === 0) return invalid('messages', NOTHING_TO_SAY('messages', 'message'))
  for (const [position, message] of messages.entries()) {
    const where = `messages[${position}]`
    if (document.kinds[message] !== NODE.object) {
      return invalid(where, `\`${where}\` must be an object.`)
    }
    const role = stringOf(document, member(document, message, 'role')) ?? ''
    if (!ROLES.includes(role)) {
      return invalid(`${where}.role`, `\`${where}.role\` must be one of ${ROLES.join(', ')}.`)
    }
    const content = member(document, message, 'content')
    if (content >= 0 && document.kinds[content] !== NODE.string && !isNull(document, content)) {
      return invalid(`${where}.content`, `\`${where}.content\` must be a string.`)
    }
    const wrong = checkImages(document, member(document, message, 'images'), `${where}.images`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** Ollama takes such a request for a wish to load the model. */
const NOTHING_TO_SAY = (field: string, what: string): string =>
  `\`${field}\` must hold at least one ${what}: models need not be loaded here.`

function checkPrompt({ document, fields }: Body): Invalid | undefined {
  const images = fields.get('images') ?? -1
  const isEmpty = (textMember(document, fields, 'prompt') ?? '') === ''
  return isEmpty && countChildren(document, images) === 0
    ? invalid('prompt', NOTHING_TO_SAY('prompt', 'character'))
    : checkImages(document, images, 'images')
}

const BASE64 = /^[\w+/-]+={0,2}$/

function checkImages(document: JsonDocument, list: number, where: string): Invalid | undefined {
  if (list < 0 || isNull(document, list)) return undefined
  if (document.kinds[list] !== NODE.array) {
    return invalid(where, `\`${where}\` must be an array of images in base64.`)
  }
  for (const [position, image] of children(document, list).entries()) {
    if (BASE64.test(stringOf(document, image) ?? '')) continue
    const at = `${where}[${position}]`
    return invalid(at, `\`${at}\` must be the bytes of an image in base64.`)
  }
  return undefined
}

const isNull = (document: JsonDocument, node: number): boolean => document.kinds[node] === NODE.null

function factsOf(
  { document, fields, options }: Body,
  surface: Name,
  forms: Readonly<Record<string, unknown>>,
): RequestFacts {
  const images = imagesOf(document, fields)
  const features = featuresOf({ document, fields, options }, images.length)
  const limit = numberOf(document, options.get('num_predict') ?? -1) ?? 0
  const messages = countChildren(document, fields.get('messages') ?? -1)
  const imageBytes = images.reduce((sum, node) => sum + sourceOf(document, node).length, 0)
  return {
    surface,
    operation: 'chat',
    model: modelOf(textMember(document, fields, 'model') ?? ''),
    stream: document.kinds[fields.get('stream') ?? -1] !== NODE.false,
    wantsUsageChunk: true,
    features,
    askedBy: Object.fromEntries(features.map((feature) => [feature, fieldsAsking([feature])[0]])),
    promptBytes: promptBytesOf(document, fields) - imageBytes,
    templateParts: messages + countChildren(document, fields.get('tools') ?? -1) + 2,
    mediaParts: images.length,
    // Below 1 it means "as many as there are".
    outputTokensMax: limit < 1 ? undefined : Math.floor(limit),
    choices: 1,
    handling: PLAIN_HANDLING,
    onlyOwnDialect: [
      ...ONLY_OWN.filter((name) => isGiven(document, fields, name)),
      ...[...options.keys()].filter((name) => !Object.hasOwn(OPTIONS, name)),
    ].toSorted(),
    unknownFields: [...fields.keys()].filter((name) => !Object.hasOwn(forms, name)),
  }
}

/** Ollama puts the same tag to a name without one. */
export const modelOf = (written: string): string => written.replace(/:latest$/, '')

function imagesOf(document: JsonDocument, fields: Members): number[] {
  const lists = [
    fields.get('images') ?? -1,
    ...childrenOf(document, fields.get('messages')).map((message) =>
      member(document, message, 'images'),
    ),
  ]
  return lists.flatMap((list) => childrenOf(document, list))
}

const childrenOf = (document: JsonDocument, node: number | undefined): number[] =>
  node === undefined || node < 0 ? [] : children(document, node)

function featuresOf({ document, fields, options }: Body, images: number): readonly Feature[] {
  const features = new Set<Feature>()
  for (const [name, node] of options) {
    const feature = Object.hasOwn(OPTION_FEATURES, name) ? OPTION_FEATURES[name] : undefined
    if (feature !== undefined && !isNull(document, node)) features.add(feature)
  }
  if (countChildren(document, fields.get('tools') ?? -1) > 0) features.add('tools')
  if (images > 0) features.add('vision')
  const format = fields.get('format') ?? -1
  if (document.kinds[format] === NODE.object) features.add('json-schema')
  else if (stringOf(document, format) === 'json') features.add('json-object')
  if (isGiven(document, fields, 'think')) features.add('reasoning-effort')
  const isLogged = document.kinds[fields.get('logprobs') ?? -1] === NODE.true
  if (isLogged || isGiven(document, fields, 'top_logprobs')) features.add('logprobs')
  return [...features].toSorted()
}

const PROMPT_FIELDS = [
  'context',
  'format',
  'messages',
  'prompt',
  'suffix',
  'system',
  'template',
  'tools',
  'images',
] as const

function promptBytesOf(document: JsonDocument, fields: Members): number {
  let bytes = 0
  for (const name of PROMPT_FIELDS) {
    const node = fields.get(name)
    if (node !== undefined) bytes += Buffer.byteLength(sourceOf(document, node))
  }
  return bytes
}

/**
 * What a request without anything to say wants, as Ollama's own clients send it first: that a model is loaded, or with
 * `keep_alive: 0` that it is unloaded. Undefined if it says something.
 */
export function loadWish(document: JsonDocument, surface: string): 'load' | 'unload' | undefined {
  const fields = membersOf(document, 0)
  if (!fields.has('model') || countChildren(document, fields.get('images') ?? -1) > 0) {
    return undefined
  }
  const isSilent =
    surface === 'ollama'
      ? isEmptyList(document, fields.get('messages'))
      : surface === 'ollama-generate' && isEmptyText(document, fields.get('prompt'))
  if (!isSilent) return undefined
  return numberOf(document, fields.get('keep_alive') ?? -1) === 0 ? 'unload' : 'load'
}

const isEmptyList = (document: JsonDocument, node: number | undefined): boolean =>
  node === undefined ||
  (document.kinds[node] === NODE.array && children(document, node).length === 0)

const isEmptyText = (document: JsonDocument, node: number | undefined): boolean =>
  node === undefined || stringOf(document, node) === ''

/** The name of the model in a body that names one: `/api/show` takes an older word for it, too. */
export function modelNamed(document: JsonDocument): string | undefined {
  const named = children(document, 0).find((node) =>
    ['model', 'name'].includes(keyOf(document, node) ?? ''),
  )
  return document.kinds[0] === NODE.object ? stringOf(document, named ?? -1) : undefined
}
