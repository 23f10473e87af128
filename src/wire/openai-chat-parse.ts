import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  ChatTool,
  RefusalPart,
  ResponseFormat,
  TextPart,
  ToolCall,
  ToolChoice,
} from '../domain/chat.ts'
import { parseCallSignature } from './call-signature.ts'
import { parseDataUrl } from './data-url.ts'
import {
  flagOf,
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

/**
 * A chat completion request in our own words. The body is known to be valid JSON of the right shape; the deprecated
 * `functions`, `function_call` and `function` role become tools.
 */
export function parseChatRequest(body: string): ChatRequest {
  const request = objectOf(JSON.parse(body))
  const choice = toolChoiceOf(request['tool_choice'] ?? request['function_call'])
  const tools = [
    ...objectsOf(request['tools']).flatMap(toolOf),
    ...objectsOf(request['functions']).map(functionOf),
  ]
  return {
    messages: messagesOf(request['messages']),
    tools:
      choice.allowed === undefined ? tools : tools.filter(({ name }) => choice.allowed?.has(name)),
    toolChoice: choice.toolChoice,
    parallelToolCalls: flagOf(request['parallel_tool_calls']),
    responseFormat: responseFormatOf(request['response_format']),
    sampling: samplingFrom({
      temperature: request['temperature'],
      topP: request['top_p'],
      seed: request['seed'],
      choices: request['n'],
      presencePenalty: request['presence_penalty'],
      frequencyPenalty: request['frequency_penalty'],
      logprobs: request['logprobs'],
      topLogprobs: request['top_logprobs'],
    }),
    outputTokensMax: numberOf(request['max_completion_tokens']) ?? numberOf(request['max_tokens']),
    stop: stopOf(request['stop']),
    stream: request['stream'] === true,
    reasoningEffort: textOf(request['reasoning_effort']),
    user: textOf(request['user']),
  }
}

function messagesOf(value: unknown): ChatMessage[] {
  let functionCalls = 0
  return objectsOf(value).map((message): ChatMessage => {
    switch (message['role']) {
      case 'system':
      case 'developer':
        return { role: 'system', parts: textParts(message['content']) }
      case 'assistant': {
        const legacy = isObject(message['function_call']) ? message['function_call'] : undefined
        if (legacy !== undefined) functionCalls++
        return assistantMessage(message, legacy && callOf(legacy, functionCallId(functionCalls)))
      }
      case 'tool':
        return {
          role: 'tool',
          callId: textOf(message['tool_call_id']) ?? '',
          parts: textParts(message['content']),
        }
      case 'function':
        return {
          role: 'tool',
          callId: functionCallId(functionCalls),
          parts: textParts(message['content']),
        }
      default:
        return { role: 'user', parts: userParts(message['content']) }
    }
  })
}

/** Deprecated function calls have no id; one at a time was all there could be. */
const functionCallId = (count: number): string => `call_function_${count}`

function assistantMessage(message: Foreign, legacyCall: ToolCall | undefined): ChatMessage {
  const content = message['content']
  const parts: (TextPart | RefusalPart)[] =
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : objectsOf(content).flatMap((part): (TextPart | RefusalPart)[] => {
          if (part['type'] === 'refusal') {
            return [{ type: 'refusal', text: textOf(part['refusal']) ?? '' }]
          }
          return part['type'] === 'text' ? [{ type: 'text', text: textOf(part['text']) ?? '' }] : []
        })
  const refusal = textOf(message['refusal'])
  return {
    role: 'assistant',
    parts: refusal === undefined ? parts : [...parts, { type: 'refusal', text: refusal }],
    reasoning: textOf(message['reasoning_content']) ?? textOf(message['reasoning']),
    toolCalls: [
      ...objectsOf(message['tool_calls'])
        .filter((call) => isObject(call['function']))
        .map((call) => ({
          ...callOf(objectOf(call['function']), textOf(call['id']) ?? ''),
          ...parseCallSignature(call),
        })),
      ...(legacyCall === undefined ? [] : [legacyCall]),
    ],
  }
}

const callOf = (called: Foreign, id: string): ToolCall => ({
  id,
  name: textOf(called['name']) ?? '',
  arguments: textOf(called['arguments']) ?? '',
})

const textParts = (content: unknown): TextPart[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : objectsOf(content).map((part) => ({ type: 'text', text: textOf(part['text']) ?? '' }))

const userParts = (content: unknown): ChatPart[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : objectsOf(content).flatMap(userPart)

function userPart(part: Foreign): ChatPart[] {
  switch (part['type']) {
    case 'text':
      return [{ type: 'text', text: textOf(part['text']) ?? '' }]
    case 'image_url': {
      const image = objectOf(part['image_url'])
      const url = textOf(image['url']) ?? ''
      const source = parseDataUrl(url) ?? { type: 'url' as const, url }
      return [{ type: 'image', source, detail: textOf(image['detail']) }]
    }
    case 'input_audio': {
      const audio = objectOf(part['input_audio'])
      const format = textOf(audio['format']) ?? ''
      return [{ type: 'audio', format, base64: textOf(audio['data']) ?? '' }]
    }
    case 'file':
      return filePart(objectOf(part['file']))
    default:
      return []
  }
}

function filePart(file: Foreign): ChatPart[] {
  const name = textOf(file['filename'])
  const data = textOf(file['file_data'])
  if (data === undefined) {
    return [{ type: 'file', source: { type: 'id', id: textOf(file['file_id']) ?? '' }, name }]
  }
  // Bare base64 is taken for a PDF, the one kind of file that chat models read.
  const source = parseDataUrl(data) ?? { type: 'base64', mediaType: 'application/pdf', data }
  return [{ type: 'file', source, name }]
}

const toolOf = (tool: Foreign): ChatTool[] =>
  isObject(tool['function']) ? [functionOf(tool['function'])] : []

const functionOf = (declared: Foreign): ChatTool => ({
  name: textOf(declared['name']) ?? '',
  description: textOf(declared['description']),
  parameters: jsonObjectOf(declared['parameters']),
  strict: flagOf(declared['strict']),
})

/** `allowed_tools` narrows the tools to those it names. */
function toolChoiceOf(value: unknown): {
  readonly toolChoice: ToolChoice
  readonly allowed?: ReadonlySet<string>
} {
  if (value === 'auto' || value === 'none' || value === 'required') {
    return { toolChoice: { type: value } }
  }
  if (!isObject(value)) return { toolChoice: { type: 'unset' } }
  if (value['type'] === 'allowed_tools') {
    const allowed = objectOf(value['allowed_tools'])
    return {
      toolChoice: { type: allowed['mode'] === 'required' ? 'required' : 'auto' },
      allowed: new Set(
        objectsOf(allowed['tools']).flatMap(
          (tool) => textOf(objectOf(tool['function'])['name']) ?? [],
        ),
      ),
    }
  }
  const name = textOf(objectOf(value['function'])['name']) ?? textOf(value['name'])
  return { toolChoice: name === undefined ? { type: 'unset' } : { type: 'tool', name } }
}

function responseFormatOf(value: unknown): ResponseFormat {
  const format = objectOf(value)
  if (format['type'] === 'json_object') return { type: 'json-object' }
  if (format['type'] !== 'json_schema') return { type: 'text' }
  const schema = objectOf(format['json_schema'])
  return {
    type: 'json-schema',
    name: textOf(schema['name']) ?? 'response',
    schema: jsonObjectOf(schema['schema']) ?? {},
    strict: flagOf(schema['strict']),
  }
}

const stopOf = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : listOf(value).filter((each) => typeof each === 'string')
