import { isTextInBase64 } from '../classifier/views-binary.ts'
import type { Unscanned, UnscannedReason } from '../domain/finding.ts'
import type { Envelope, Leaf } from '../domain/leaf.ts'
import { children, keyOf, member, pointerOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'

/**
 * Words of the published schemas: as keys they say nothing about anybody. Every other key is read like text.
 * Source: OpenAI's openapi.json 2.3.0, CreateChatCompletionRequest.
 */
const SCHEMA_WORDS = new Set(
  `model messages role content type text stream temperature name user max_tokens
  max_completion_tokens stream_options include_usage tools function parameters properties
  required description strict tool_calls id arguments tool_call_id image_url url detail
  response_format json_schema schema items additionalProperties enum n seed stop top_p metadata
  tool_choice extra_content google thought_signature`.split(/\s+/),
)

/** How the bodies of one dialect are read. */
export type Reading = {
  /** Words of its published schemas. */
  readonly words: ReadonlySet<string>
  /** What a member holds that cannot be read here. */
  readonly opaque: (document: JsonDocument, node: number, key: string) => Opaque | undefined
  /**
   * Whether a member is where a model's maker puts its seal on a thought. The thought is about a conversation that stands
   * in the request itself, and is read there; the seal would only look like all kinds of things.
   */
  readonly seals?: (document: JsonDocument, node: number, key: string) => boolean
  /** What an element of a list holds that cannot be read here. */
  readonly opaqueElement?: (document: JsonDocument, node: number) => UnscannedReason | undefined
}

/** Reads all that a body says: every key, string and number, and the parts that nobody here can read. */
export function envelopeOf(document: JsonDocument, reading: Reading = OPENAI): Envelope {
  const opaque: Unscanned[] = []
  const unreadable = new Set<number>()
  const leaves: Leaf[] = []
  const { kinds, keyStarts } = document
  for (let node = 0; node < kinds.length; node++) {
    if ((keyStarts[node] ?? -1) >= 0) {
      const key = keyOf(document, node) ?? ''
      if (!reading.words.has(key)) leaves.push({ text: key, kind: 'key', node })
      const found = reading.opaque(document, node, key)
      if (found !== undefined && !isReadable(document, found.data)) {
        opaque.push({ path: pointerOf(document, node), reason: found.reason })
        unreadable.add(found.data)
      }
      if (reading.seals?.(document, node, key) === true && isSeal(document, node))
        unreadable.add(node)
    } else {
      const reason = reading.opaqueElement?.(document, node)
      if (reason !== undefined && !isReadable(document, node)) {
        opaque.push({ path: pointerOf(document, node), reason })
        unreadable.add(node)
      }
    }
    const kind = kinds[node]
    if (kind === NODE.string) {
      if (!unreadable.has(node)) pushText(document, node, leaves, opaque)
    } else if (kind === NODE.number) {
      const text = document.text.slice(document.starts[node], document.ends[node])
      leaves.push({ text, kind: 'number', node })
    }
  }
  return { leaves, opaque, pointer: (leaf) => pointerOf(document, leaf.node) }
}

/** Bytes in base64 that are no text. Anything else in the place of a seal is read like any other text. */
const isSeal = (document: JsonDocument, node: number): boolean =>
  SEAL.test(stringOf(document, node) ?? '') && !isReadable(document, node)

/** Those that we know have at least 100 characters. */
const SEAL = /^(?:demarc\.\w+\.)?[\w+/-]{64,}={0,2}$/

const DATA_URL = 'data:'

/** Values of these keys are words of the protocol: what people say goes on behind them. */
const ASIDE = new Set(['role', 'type', 'id', 'status'])

function pushText(document: JsonDocument, node: number, leaves: Leaf[], opaque: Unscanned[]): void {
  const text = stringOf(document, node) ?? ''
  if (text === '') return
  if (isBase64Url(text) && !isReadable(document, node)) {
    opaque.push({ path: pointerOf(document, node), reason: 'encoded' })
    return
  }
  const leaf: Leaf = { text, kind: 'string', node }
  leaves.push(ASIDE.has(keyOf(document, node) ?? '') ? { ...leaf, isAside: true } : leaf)
}

const isBase64Url = (text: string): boolean =>
  text.startsWith(DATA_URL) && text.slice(0, 256).includes(';base64,')

/** Base64 that is nothing but text, with or without the head of a `data:` URL: the classifier reads it like any other text. */
function isReadable(document: JsonDocument, node: number): boolean {
  const text = node < 0 ? '' : (stringOf(document, node) ?? '')
  return isTextInBase64(text, isBase64Url(text) ? text.indexOf(',') + 1 : 0)
}

/** A part that cannot be read. */
export type Opaque = {
  readonly reason: UnscannedReason
  /** Node that holds the data; -1 if none. */
  readonly data: number
}

/** What a member holds that cannot be read here, judged by the names that providers use for media and stored things. */
function opaqueMember(document: JsonDocument, node: number, key: string): Opaque | undefined {
  switch (key) {
    case 'image_url':
      return imageOf(document, node)
    case 'input_audio': {
      const data = member(document, node, 'data')
      return data < 0 ? undefined : { reason: 'audio', data }
    }
    case 'file_data':
      return isText(document, node) ? { reason: 'file', data: node } : undefined
    case 'file_url':
      return isText(document, node) ? { reason: 'remote-url', data: -1 } : undefined
    case 'file_id':
      return isText(document, node) ? { reason: 'file', data: -1 } : undefined
    case 'audio': {
      const id = member(document, node, 'id')
      return id < 0 ? undefined : { reason: 'audio', data: -1 }
    }
    case 'prompt':
    case 'previous_response_id':
    case 'conversation':
      return document.parents[node] === 0 && document.kinds[node] !== NODE.null
        ? { reason: 'stored-prompt', data: -1 }
        : undefined
    default:
      return undefined
  }
}

function imageOf(document: JsonDocument, node: number): Opaque | undefined {
  const url = isText(document, node) ? node : member(document, node, 'url')
  const text = url < 0 ? undefined : stringOf(document, url)
  if (text === undefined) return undefined
  return text.startsWith(DATA_URL)
    ? { reason: 'image', data: url }
    : { reason: 'remote-url', data: -1 }
}

const isText = (document: JsonDocument, node: number): boolean =>
  document.kinds[node] === NODE.string

const OPENAI: Reading = {
  words: SCHEMA_WORDS,
  opaque: opaqueMember,
  seals: (_document, _node, key) => key === 'thought_signature',
}

/** Number of direct children of a container. */
export const countChildren = (document: JsonDocument, node: number): number =>
  node < 0 ? 0 : children(document, node).length
