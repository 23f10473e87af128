import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  MediaSource,
  RefusalPart,
  Sampling,
  TextPart,
  Thought,
  ToolCall,
} from '../domain/chat.ts'
import { parseDataUrl } from './data-url.ts'
import { responseFormatOf, toolChoiceOf, toolsOf } from './openai-responses-tools.ts'
import { flagOf, listOf, numberOf, objectOf, objectsOf, textOf, type Foreign } from './read.ts'
import { parseSignature } from './signature.ts'

/**
 * A request for a response in our own words. The body is known to be valid JSON of the right shape. Items of tools that
 * the provider runs, and references to items that it keeps, are left out: whoever reads the request names them.
 */
export function parseResponsesRequest(body: string): ChatRequest {
  const request = objectOf(JSON.parse(body))
  const { toolChoice, allowed } = toolChoiceOf(request['tool_choice'])
  const tools = toolsOf(request['tools']).map(({ tool }) => tool)
  const instructions = textOf(request['instructions'])
  const reasoning = objectOf(request['reasoning'])
  return {
    messages: [
      ...(instructions === undefined ? [] : [systemMessage(textParts(instructions))]),
      ...messagesOf(request['input']),
    ],
    tools: allowed === undefined ? tools : tools.filter(({ name }) => allowed.has(name)),
    toolChoice,
    parallelToolCalls: flagOf(request['parallel_tool_calls']),
    responseFormat: responseFormatOf(request['text']),
    sampling: samplingOf(request),
    outputTokensMax: numberOf(request['max_output_tokens']),
    stop: [],
    stream: request['stream'] === true,
    reasoningEffort: textOf(reasoning['effort']),
    user: textOf(request['user']),
  }
}

const systemMessage = (parts: readonly TextPart[]): ChatMessage => ({ role: 'system', parts })

function samplingOf(request: Foreign): Sampling {
  const temperature = numberOf(request['temperature'])
  const topP = numberOf(request['top_p'])
  const topLogprobs = numberOf(request['top_logprobs'])
  const wantsLogprobs = listOf(request['include']).includes('message.output_text.logprobs')
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(wantsLogprobs || (topLogprobs ?? 0) > 0 ? { logprobs: true } : {}),
    ...(topLogprobs === undefined || topLogprobs === 0 ? {} : { topLogprobs }),
  }
}

type Assistant = Extract<ChatMessage, { role: 'assistant' }>

/** What consecutive items say that are all of one turn of the model, or of one round of tools. */
type Builder = {
  readonly messages: ChatMessage[]
  /** Images and files that tools answered: other dialects take them from the user only. */
  media: ChatPart[]
}

function messagesOf(input: unknown): ChatMessage[] {
  if (typeof input === 'string') return [{ role: 'user', parts: textParts(input) }]
  const builder: Builder = { messages: [], media: [] }
  for (const item of objectsOf(input)) addItem(builder, item)
  flushMedia(builder)
  return builder.messages
}

function addItem(builder: Builder, item: Foreign): void {
  switch (item['type'] ?? 'message') {
    case 'message':
      return addMessage(builder, item)
    case 'reasoning':
      return addReasoning(builder, item)
    case 'function_call':
      return addCall(builder, item, textOf(item['arguments']) ?? '', false)
    case 'custom_tool_call':
      return addCall(builder, item, textOf(item['input']) ?? '', true)
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const content = inputParts(item['output'])
      const parts = content.filter((part) => part.type === 'text')
      builder.messages.push({ role: 'tool', callId: textOf(item['call_id']) ?? '', parts })
      builder.media.push(...content.filter((part) => part.type !== 'text'))
      return
    }
    default:
      return
  }
}

function addMessage(builder: Builder, item: Foreign): void {
  flushMedia(builder)
  const content = item['content']
  switch (item['role']) {
    case 'assistant':
      return extendAssistant(builder, (turn) => ({
        ...turn,
        parts: [...turn.parts, ...outputParts(content)],
      }))
    case 'system':
    case 'developer':
      builder.messages.push(systemMessage(textParts(content)))
      return
    default:
      builder.messages.push({ role: 'user', parts: inputParts(content) })
  }
}

/** What tools answered beside text follows their results, so that none of them is cut off from its call. */
function flushMedia(builder: Builder): void {
  if (builder.media.length === 0) return
  builder.messages.push({ role: 'user', parts: builder.media })
  builder.media = []
}

function extendAssistant(builder: Builder, extend: (turn: Assistant) => Assistant): void {
  flushMedia(builder)
  const last = builder.messages.at(-1)
  if (last?.role === 'assistant') {
    builder.messages[builder.messages.length - 1] = extend(last)
  } else {
    const empty: Assistant = { role: 'assistant', parts: [], reasoning: undefined, toolCalls: [] }
    builder.messages.push(extend(empty))
  }
}

function addReasoning(builder: Builder, item: Foreign): void {
  const parts = [...objectsOf(item['content']), ...objectsOf(item['summary'])]
  const hasContent = listOf(item['content']).length > 0
  const type = hasContent ? 'reasoning_text' : 'summary_text'
  const text = parts
    .filter((part) => part['type'] === type)
    .map((part) => textOf(part['text']) ?? '')
    .join('\n\n')
  const sealed = textOf(item['encrypted_content'])
  const thoughts: Thought[] =
    sealed === undefined ? [] : [{ text, signature: parseSignature(sealed, 'openai') }]
  extendAssistant(builder, (turn) => ({
    ...turn,
    reasoning: text === '' ? turn.reasoning : (turn.reasoning ?? '') + text,
    ...(thoughts.length === 0 ? {} : { thoughts: [...(turn.thoughts ?? []), ...thoughts] }),
  }))
}

/** A sealed thought of Gemini without a text stands before the call that it belongs to. */
function addCall(builder: Builder, item: Foreign, written: string, isCustom: boolean): void {
  const call: ToolCall = {
    id: textOf(item['call_id']) ?? '',
    name: textOf(item['name']) ?? '',
    arguments: written,
    ...(isCustom ? { isCustom } : {}),
  }
  extendAssistant(builder, (turn) => {
    const last = turn.thoughts?.at(-1)
    const signs = last?.text === '' && last.signature.maker === 'gemini'
    if (!signs) return { ...turn, toolCalls: [...turn.toolCalls, call] }
    const { thoughts = [], ...rest } = turn
    return {
      ...rest,
      ...(thoughts.length > 1 ? { thoughts: thoughts.slice(0, -1) } : {}),
      toolCalls: [...turn.toolCalls, { ...call, signature: last.signature }],
    }
  })
}

const textParts = (content: unknown): TextPart[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : objectsOf(content).flatMap((part): TextPart[] => {
        const text = textOf(part['text'])
        return text === undefined ? [] : [{ type: 'text', text }]
      })

const outputParts = (content: unknown): (TextPart | RefusalPart)[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : objectsOf(content).map((part) =>
        part['type'] === 'refusal'
          ? { type: 'refusal', text: textOf(part['refusal']) ?? '' }
          : { type: 'text', text: textOf(part['text']) ?? '' },
      )

const inputParts = (content: unknown): ChatPart[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : objectsOf(content).flatMap(inputPart)

function inputPart(part: Foreign): ChatPart[] {
  switch (part['type']) {
    case 'input_image': {
      const source = mediaOf(textOf(part['image_url']), undefined, textOf(part['file_id']))
      return [{ type: 'image', source, detail: textOf(part['detail']) }]
    }
    case 'input_file': {
      const { file_data: data, file_url: url, file_id: id, filename } = part
      const source = mediaOf(textOf(url), textOf(data), textOf(id))
      return [{ type: 'file', source, name: textOf(filename) }]
    }
    case 'input_audio': {
      const audio = objectOf(part['input_audio'])
      const format = textOf(audio['format']) ?? ''
      return [{ type: 'audio', format, base64: textOf(audio['data']) ?? '' }]
    }
    default:
      return [{ type: 'text', text: textOf(part['text']) ?? textOf(part['refusal']) ?? '' }]
  }
}

function mediaOf(
  url: string | undefined,
  data: string | undefined,
  id: string | undefined,
): MediaSource {
  const given = data ?? url
  if (given === undefined) return { type: 'id', id: id ?? '' }
  const parsed = parseDataUrl(given)
  if (parsed !== undefined) return parsed
  // Bare base64 is taken for a PDF, the one kind of file that models read.
  return data === undefined
    ? { type: 'url', url: given }
    : { type: 'base64', mediaType: 'application/pdf', data }
}
