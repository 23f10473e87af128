import type {
  ChatMessage,
  ChatPart,
  MediaSource,
  Signature,
  TextPart,
  Thought,
  ToolCall,
} from '../domain/chat.ts'
import { parseSignature } from './signature.ts'
import { listOf, objectOf, objectsOf, textOf, type Foreign } from './read.ts'

type AssistantMessage = Extract<ChatMessage, { readonly role: 'assistant' }>

/** Marks a signature as the content of a `redacted_thinking` block: signatures themselves are base64, without dots. */
export const REDACTED = 'redacted.'

/** The texts of a string or of a list of blocks. */
export const textBlocks = (content: unknown): TextPart[] =>
  typeof content === 'string'
    ? textPart(content)
    : objectsOf(content).flatMap(({ type, text }) => (type === 'text' ? textPart(text) : []))

const textPart = (value: unknown): TextPart[] => {
  const text = textOf(value) ?? ''
  return text === '' ? [] : [{ type: 'text', text }]
}

/**
 * What a user's message holds: results of tools first, each a message of its own, then the rest. Other dialects have no
 * media in results, so those follow as the user's.
 */
export function userMessages(content: unknown): ChatMessage[] {
  const messages: ChatMessage[] = []
  const parts: ChatPart[] = typeof content === 'string' ? textPart(content) : []
  for (const block of objectsOf(content)) {
    if (block['type'] !== 'tool_result') parts.push(...partsOf(block))
    else {
      const { message, media } = toolResult(block)
      messages.push(message)
      parts.push(...media)
    }
  }
  if (parts.length > 0) messages.push({ role: 'user', parts })
  return messages
}

function toolResult(block: Foreign): { readonly message: ChatMessage; readonly media: ChatPart[] } {
  const isError = block['is_error'] === true
  const content = block['content']
  const found =
    typeof content === 'string' ? textPart(content) : objectsOf(content).flatMap(partsOf)
  const parts = found.filter((part) => part.type === 'text')
  return {
    message: {
      role: 'tool',
      callId: textOf(block['tool_use_id']) ?? '',
      // Dialects without the flag must still learn that it failed.
      parts: isError && parts.length === 0 ? [{ type: 'text', text: 'Error' }] : parts,
      ...(isError ? { isError } : {}),
    },
    media: found.filter((part) => part.type !== 'text'),
  }
}

function partsOf(block: Foreign): ChatPart[] {
  switch (block['type']) {
    case 'text':
      return textPart(block['text'])
    case 'image': {
      const source = sourceOf(objectOf(block['source']))
      return source === undefined ? [] : [{ type: 'image', source, detail: undefined }]
    }
    case 'document':
      return documentParts(block)
    case 'search_result':
      return textPart(
        [textOf(block['title']), textOf(block['source']), ...textsOf(block['content'])].join('\n'),
      )
    default:
      return []
  }
}

const textsOf = (content: unknown): string[] => textBlocks(content).map(({ text }) => text)

/** A document that is text goes in as text, under its title; any other as a file. */
function documentParts(block: Foreign): ChatPart[] {
  const source = objectOf(block['source'])
  const name = textOf(block['title'])
  const head = [name, textOf(block['context'])].filter((text) => text !== undefined && text !== '')
  if (source['type'] === 'text') {
    return textPart([...head, textOf(source['data']) ?? ''].join('\n\n'))
  }
  if (source['type'] === 'content') {
    const content = source['content']
    const parts =
      typeof content === 'string' ? textPart(content) : objectsOf(content).flatMap(partsOf)
    return [...textPart(head.join('\n\n')), ...parts]
  }
  const media = sourceOf(source)
  if (media === undefined) return []
  return [...textPart(textOf(block['context'])), { type: 'file', source: media, name }]
}

function sourceOf(source: Foreign): MediaSource | undefined {
  switch (source['type']) {
    case 'base64':
      return {
        type: 'base64',
        mediaType: textOf(source['media_type']) ?? '',
        data: textOf(source['data']) ?? '',
      }
    case 'url':
      return { type: 'url', url: textOf(source['url']) ?? '' }
    case 'file':
      return { type: 'id', id: textOf(source['file_id']) ?? '' }
    default:
      return undefined
  }
}

/** An earlier answer. Blocks of tools that Anthropic ran stay out: no other dialect has them. */
export function assistantMessage(content: unknown): AssistantMessage {
  const blocks = typeof content === 'string' ? [] : objectsOf(listOf(content))
  const thoughts: Thought[] = []
  const toolCalls: ToolCall[] = []
  let reasoning: string | undefined
  for (const block of blocks) {
    if (block['type'] === 'thinking') {
      const text = textOf(block['thinking']) ?? ''
      reasoning = (reasoning ?? '') + text
      const signature = textOf(block['signature']) ?? ''
      if (signature !== '')
        thoughts.push({ text, signature: parseSignature(signature, 'anthropic') })
    } else if (block['type'] === 'redacted_thinking') {
      thoughts.push({ text: '', signature: sealed(textOf(block['data']) ?? '') })
    } else if (block['type'] === 'tool_use') toolCalls.push(callOf(block, thoughts))
  }
  return {
    role: 'assistant',
    parts: textBlocks(content),
    reasoning,
    toolCalls,
    ...(thoughts.length === 0 ? {} : { thoughts }),
  }
}

/** The content of a `redacted_thinking` block. */
export const sealed = (data: string): Signature => {
  const signature = parseSignature(data, 'anthropic')
  return signature.maker === 'anthropic' ? { ...signature, data: REDACTED + data } : signature
}

/** Gemini signs calls, for which we wrote a sealed thought before the call. */
function callOf(block: Foreign, thoughts: Thought[]): ToolCall {
  const call = {
    id: textOf(block['id']) ?? '',
    name: textOf(block['name']) ?? '',
    arguments: JSON.stringify(block['input'] ?? {}),
  }
  const before = thoughts.at(-1)
  if (before?.text !== '' || before.signature.maker !== 'gemini') return call
  thoughts.pop()
  return { ...call, signature: before.signature }
}
