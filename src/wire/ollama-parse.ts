import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  ChatTool,
  ResponseFormat,
  TextPart,
  ToolCall,
} from '../domain/chat.ts'
import { parseCallSignature } from './call-signature.ts'
import {
  isObject,
  jsonObjectOf,
  listOf,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  type Foreign,
} from './read.ts'
import { samplingFrom } from './sampling.ts'

/** Where in a conversation we are: older clients give calls no ids. */
type Turn = {
  number: number
  /** Calls that have no answer yet, oldest first. */
  readonly openCalls: { readonly id: string; readonly name: string }[]
}

/** A request to `/api/chat` in our own words. The body is known to be valid JSON of the right shape. */
export function parseOllamaChat(body: string, stream: boolean): ChatRequest {
  const request = objectOf(JSON.parse(body))
  const turn: Turn = { number: 0, openCalls: [] }
  return {
    ...commonOf(request, stream),
    messages: objectsOf(request['messages']).map((message) => messageOf(message, turn)),
    tools: objectsOf(request['tools']).flatMap(toolOf),
  }
}

/** The same of `/api/generate`, whose prompt is a conversation of one turn. */
export function parseOllamaGenerate(body: string, stream: boolean): ChatRequest {
  const request = objectOf(JSON.parse(body))
  const system = textParts(request['system'])
  const parts = [...textParts(request['prompt']), ...imageParts(request['images'])]
  return {
    ...commonOf(request, stream),
    messages: [
      ...(system.length === 0 ? [] : [{ role: 'system' as const, parts: system }]),
      { role: 'user', parts },
    ],
    tools: [],
  }
}

function commonOf(request: Foreign, stream: boolean): Omit<ChatRequest, 'messages' | 'tools'> {
  const options = objectOf(request['options'])
  const limit = numberOf(options['num_predict'])
  return {
    toolChoice: { type: 'unset' },
    parallelToolCalls: undefined,
    responseFormat: formatOf(request['format']),
    sampling: samplingFrom({
      temperature: options['temperature'],
      topP: options['top_p'],
      topK: options['top_k'],
      seed: options['seed'],
      presencePenalty: options['presence_penalty'],
      frequencyPenalty: options['frequency_penalty'],
      logprobs: request['logprobs'],
      topLogprobs: request['top_logprobs'],
    }),
    // Below 1 it means "as many as there are".
    outputTokensMax: limit === undefined || limit < 1 ? undefined : limit,
    stop: stopOf(options['stop']),
    stream,
    reasoningEffort: effortOf(request['think']),
    user: undefined,
  }
}

function messageOf(message: Foreign, turn: Turn): ChatMessage {
  const { content } = message
  switch (message['role']) {
    case 'system':
      return { role: 'system', parts: textParts(content) }
    case 'assistant':
      return assistantMessage(message, turn)
    case 'tool':
      return { role: 'tool', callId: answeredCall(message, turn), parts: textParts(content) }
    default:
      return { role: 'user', parts: [...textParts(content), ...imageParts(message['images'])] }
  }
}

function assistantMessage(message: Foreign, turn: Turn): ChatMessage {
  turn.number++
  const toolCalls = objectsOf(message['tool_calls']).map((call, index): ToolCall => {
    const called = objectOf(call['function'])
    return {
      id: textOf(call['id']) ?? `call_${turn.number}_${index}`,
      name: textOf(called['name']) ?? '',
      arguments: JSON.stringify(called['arguments'] ?? {}),
      ...parseCallSignature(call),
    }
  })
  turn.openCalls.push(...toolCalls)
  const thinking = textOf(message['thinking']) ?? ''
  return {
    role: 'assistant',
    parts: textParts(message['content']),
    reasoning: thinking === '' ? undefined : thinking,
    toolCalls,
  }
}

/** By the call's id, else the oldest open call of the tool, else the oldest of all. */
function answeredCall(message: Foreign, { openCalls }: Turn): string {
  const id = textOf(message['tool_call_id'])
  const name = textOf(message['tool_name']) ?? textOf(message['name'])
  const byId = openCalls.findIndex((call) => call.id === id)
  const byName = openCalls.findIndex((call) => call.name === name)
  const at = [byId, id === undefined ? byName : -1].find((place) => place >= 0)
  const isNamed = id !== undefined || name !== undefined
  const [call] = openCalls.splice(at ?? 0, at === undefined && isNamed ? 0 : 1)
  return call?.id ?? id ?? name ?? ''
}

const textParts = (content: unknown): TextPart[] => {
  const text = textOf(content) ?? ''
  return text === '' ? [] : [{ type: 'text', text }]
}

const imageParts = (images: unknown): ChatPart[] =>
  listOf(images).flatMap((image): ChatPart[] => {
    const data = textOf(image) ?? ''
    const source = { type: 'base64' as const, mediaType: mediaTypeOf(data), data }
    return data === '' ? [] : [{ type: 'image', source, detail: undefined }]
  })

/** How files of each kind begin, in base64. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
]

/** This dialect does not say of what kind an image is. */
const mediaTypeOf = (base64: string): string =>
  BEGINNINGS.find(([beginning]) => base64.startsWith(beginning))?.[1] ?? 'image/jpeg'

function toolOf(tool: Foreign): ChatTool[] {
  const declared = tool['function']
  if (!isObject(declared)) return []
  return [
    {
      name: textOf(declared['name']) ?? '',
      description: textOf(declared['description']),
      parameters: jsonObjectOf(declared['parameters']),
      strict: undefined,
    },
  ]
}

function formatOf(format: unknown): ResponseFormat {
  if (format === 'json') return { type: 'json-object' }
  const schema = jsonObjectOf(format)
  return schema === undefined
    ? { type: 'text' }
    : { type: 'json-schema', name: 'response', schema, strict: true }
}

const stopOf = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : listOf(value).filter((each) => typeof each === 'string')

/** How hard is said in words; a bare yes is the middle. */
function effortOf(think: unknown): string | undefined {
  if (typeof think === 'boolean') return think ? 'medium' : 'none'
  return textOf(think)
}
