import type { ChatMessage, ChatPart, TextPart, Thought, ToolCall } from '../domain/chat.ts'
import { isStoredFile, memberOf, parseGeminiSignature } from './gemini-words.ts'
import { isObject, objectOf, objectsOf, textOf, type Foreign } from './read.ts'

/** Where in a conversation we are. */
export type Turn = {
  number: number
  /** Calls that have no answer yet, oldest first. */
  readonly openCalls: { readonly id: string; readonly name: string }[]
}

/** One content as messages: `model` has answered, everything else comes from the user. */
export function contentMessages(
  role: string | undefined,
  parts: readonly Foreign[],
  turn: Turn,
): ChatMessage[] {
  return role === 'model' ? [assistantMessage(parts, turn)] : userMessages(parts, turn)
}

/** Answers of functions first, each a message of its own, then the rest, and media that came with the answers. */
function userMessages(parts: readonly Foreign[], turn: Turn): ChatMessage[] {
  const messages: ChatMessage[] = []
  const rest: ChatPart[] = []
  for (const part of parts) {
    const response = memberOf(part, 'functionResponse')
    if (!isObject(response)) rest.push(...partOf(part))
    else {
      messages.push(functionResult(response, turn))
      rest.push(...objectsOf(response['parts']).flatMap(partOf))
    }
  }
  if (rest.length > 0) messages.push({ role: 'user', parts: rest })
  return messages
}

function functionResult(response: Foreign, turn: Turn): ChatMessage {
  const { text, isError } = resultText(objectOf(response['response']))
  return {
    role: 'tool',
    callId: answeredCall(textOf(response['id']), textOf(response['name']) ?? '', turn),
    parts: text === '' ? [] : [{ type: 'text', text }],
    ...(isError ? { isError } : {}),
  }
}

/** `output` and `error` are the members that Google names for a lone result; anything else is one itself. */
function resultText(response: Foreign): { readonly text: string; readonly isError: boolean } {
  const keys = Object.keys(response)
  const [key = ''] = keys
  if (keys.length === 1 && key === 'output' && typeof response[key] === 'string') {
    return { text: response[key], isError: false }
  }
  if (keys.length === 1 && key === 'error') {
    const error = response[key]
    return { text: typeof error === 'string' ? error : JSON.stringify(error), isError: true }
  }
  return { text: JSON.stringify(response), isError: false }
}

function answeredCall(id: string | undefined, name: string, { openCalls }: Turn): string {
  const at = openCalls.findIndex((call) => (id === undefined ? call.name === name : call.id === id))
  if (at >= 0) return openCalls.splice(at, 1)[0]?.id ?? ''
  return id ?? name
}

function partOf(part: Foreign): ChatPart[] {
  const inline = memberOf(part, 'inlineData')
  if (isObject(inline)) return [inlinePart(inline)]
  const file = memberOf(part, 'fileData')
  if (isObject(file)) return [filePart(file)]
  return textParts(part)
}

/** Text, or code that a model has written and run: no other dialect has parts for it. */
function textParts(part: Foreign): TextPart[] {
  const code = memberOf(part, 'executableCode')
  const result = memberOf(part, 'codeExecutionResult')
  const text =
    textOf(part['text']) ??
    textOf(objectOf(code)['code']) ??
    textOf(objectOf(result)['output']) ??
    ''
  return text === '' ? [] : [{ type: 'text', text }]
}

function inlinePart(inline: Foreign): ChatPart {
  const mediaType = textOf(memberOf(inline, 'mimeType')) ?? ''
  const data = textOf(inline['data']) ?? ''
  if (mediaType.startsWith('audio/')) {
    return { type: 'audio', format: mediaType.slice('audio/'.length), base64: data }
  }
  const source = { type: 'base64' as const, mediaType, data }
  return mediaType.startsWith('image/')
    ? { type: 'image', source, detail: undefined }
    : { type: 'file', source, name: textOf(memberOf(inline, 'displayName')) }
}

const IMAGE = /\.(?:png|jpe?g|webp|heic|gif)(?:[?#]|$)/i

function filePart(file: Foreign): ChatPart {
  const uri = textOf(memberOf(file, 'fileUri')) ?? ''
  const mediaType = textOf(memberOf(file, 'mimeType')) ?? ''
  const source = isStoredFile(uri)
    ? { type: 'id' as const, id: uri }
    : { type: 'url' as const, url: uri }
  const isImage = mediaType === '' ? IMAGE.test(uri) : mediaType.startsWith('image/')
  return isImage
    ? { type: 'image', source, detail: undefined }
    : { type: 'file', source, name: textOf(memberOf(file, 'displayName')) }
}

type AssistantMessage = Extract<ChatMessage, { readonly role: 'assistant' }>

function assistantMessage(parts: readonly Foreign[], turn: Turn): AssistantMessage {
  const answer = readModelParts(parts, (index) => `call_${turn.number}_${index}`)
  turn.openCalls.push(...answer.toolCalls)
  const { texts, reasoning, toolCalls, thoughts } = answer
  return {
    role: 'assistant',
    parts: texts,
    reasoning,
    toolCalls,
    ...(thoughts.length === 0 ? {} : { thoughts }),
  }
}

/** What a model has said in one content. */
export type ModelParts = {
  readonly texts: readonly TextPart[]
  readonly reasoning: string | undefined
  readonly toolCalls: readonly ToolCall[]
  readonly thoughts: readonly Thought[]
}

/** Reads the parts of a model's content. Calls come whole, and often without an id. */
export function readModelParts(
  parts: readonly Foreign[],
  inventId: (index: number) => string,
): ModelParts {
  const texts: TextPart[] = []
  const toolCalls: ToolCall[] = []
  const thoughts: Thought[] = []
  let reasoning: string | undefined
  for (const part of parts) {
    const signature = parseGeminiSignature(textOf(memberOf(part, 'thoughtSignature')) ?? '')
    const called = memberOf(part, 'functionCall')
    if (isObject(called)) {
      const call = callOf(called, inventId(toolCalls.length))
      toolCalls.push(signature === undefined ? call : { ...call, signature })
      continue
    }
    const isThought = part['thought'] === true
    const text = textOf(part['text']) ?? ''
    if (isThought) reasoning = (reasoning ?? '') + text
    else texts.push(...textParts(part))
    if (signature !== undefined) thoughts.push({ text: isThought ? text : '', signature })
  }
  return { texts, reasoning, toolCalls, thoughts }
}

const callOf = (call: Foreign, inventedId: string): ToolCall => ({
  id: textOf(call['id']) ?? inventedId,
  name: textOf(call['name']) ?? '',
  arguments: JSON.stringify(call['args'] ?? {}),
})
