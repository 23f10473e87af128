import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  ChatTool,
  MediaSource,
  ToolCall,
} from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { JsonObject } from '../domain/json.ts'
import { outputConfig, tune } from './anthropic-thinking.ts'
import { inputOf, thinkingBlock } from './anthropic-reply-render.ts'
import { defined } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** `max_tokens` is required. Callers set a limit; this stands in where one does not. */
const MAX_TOKENS = 4096

/**
 * The conversation as a Messages request. System messages go to the front whatever their place; reasoning of earlier
 * turns goes back only with Anthropic's own signature.
 */
export function renderAnthropicRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const unsupported = new Set<Feature>(unspoken(chat))
  const maxTokens = chat.outputTokensMax ?? MAX_TOKENS
  const tuning = tune(chat, upstreamModel, maxTokens)
  for (const feature of tuning.unsupported) unsupported.add(feature)
  const body = defined({
    model: upstreamModel,
    max_tokens: maxTokens,
    system: systemOf(chat.messages),
    messages: turnsOf(chat.messages, unsupported),
    tools: chat.tools.length === 0 ? undefined : chat.tools.map(renderTool),
    tool_choice: renderToolChoice(chat),
    temperature: tuning.temperature,
    top_p: tuning.topP,
    top_k: tuning.topK,
    stop_sequences: chat.stop.length === 0 ? undefined : chat.stop,
    stream: chat.stream ? true : undefined,
    thinking: tuning.thinking,
    output_config: outputConfig(chat, tuning),
    metadata: chat.user === undefined ? undefined : { user_id: chat.user },
  })
  return { body, unsupported: [...unsupported].toSorted() }
}

function unspoken({ sampling, responseFormat }: ChatRequest): Feature[] {
  const features: Feature[] = []
  if ((sampling.choices ?? 1) > 1) features.push('n')
  if (sampling.seed !== undefined) features.push('seed')
  if (sampling.logprobs === true) features.push('logprobs')
  if ((sampling.presencePenalty ?? 0) !== 0 || (sampling.frequencyPenalty ?? 0) !== 0) {
    features.push('penalties')
  }
  if (responseFormat.type === 'json-object') features.push('json-object')
  return features
}

function systemOf(messages: readonly ChatMessage[]): JsonObject[] | undefined {
  const texts = messages.flatMap((message) => (message.role === 'system' ? message.parts : []))
  const blocks = texts.flatMap(({ text }) => textBlock(text))
  return blocks.length === 0 ? undefined : blocks
}

/** Turns alternate, so what follows in the same role is one message: all results of parallel calls among them. */
function turnsOf(messages: readonly ChatMessage[], unsupported: Set<Feature>): JsonObject[] {
  const turns: { role: 'user' | 'assistant'; content: JsonObject[] }[] = []
  for (const message of messages) {
    if (message.role === 'system') continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = blocksOf(message, unsupported)
    if (content.length === 0) continue
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else turns.push({ role, content })
  }
  return turns
}

function blocksOf(
  message: Exclude<ChatMessage, { role: 'system' }>,
  unsupported: Set<Feature>,
): JsonObject[] {
  switch (message.role) {
    case 'user':
      return message.parts.flatMap((part) => renderPart(part, unsupported))
    case 'assistant':
      return [
        ...(message.thoughts ?? [])
          .filter(({ signature }) => signature.maker === 'anthropic')
          .map(thinkingBlock),
        ...message.parts.flatMap(({ text }) => textBlock(text)),
        ...message.toolCalls.map(renderCall),
      ]
    case 'tool':
      return [
        defined({
          type: 'tool_result',
          tool_use_id: callId(message.callId),
          content: message.parts.flatMap(({ text }) => textBlock(text)),
          is_error: message.isError === true ? true : undefined,
        }),
      ]
  }
}

/** Empty texts are refused. */
const textBlock = (text: string): JsonObject[] => (text === '' ? [] : [{ type: 'text', text }])

/** Ids are letters, digits, dash and underscore. */
const callId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')

const renderCall = (call: ToolCall): JsonObject => ({
  type: 'tool_use',
  id: callId(call.id),
  name: call.name,
  input: inputOf(call),
})

function renderPart(part: ChatPart, unsupported: Set<Feature>): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textBlock(part.text)
    case 'image': {
      const source = renderSource(part.source)
      if (source !== undefined) return [{ type: 'image', source }]
      unsupported.add('vision')
      return []
    }
    case 'audio':
      unsupported.add('audio-input')
      return []
    case 'file': {
      const source = renderSource(part.source)
      if (source !== undefined) return [defined({ type: 'document', source, title: part.name })]
      unsupported.add('file-input')
      return []
    }
  }
}

/** Ids of files are those of the provider that keeps them: nothing to us. */
function renderSource(source: MediaSource): JsonObject | undefined {
  switch (source.type) {
    case 'base64':
      return { type: 'base64', media_type: source.mediaType, data: source.data }
    case 'url':
      return { type: 'url', url: source.url }
    case 'id':
      return undefined
  }
}

const renderTool = ({ name, description, parameters, strict }: ChatTool): JsonObject =>
  defined({
    name,
    description,
    input_schema: { type: 'object', ...parameters },
    strict: strict === true ? true : undefined,
  })

function renderToolChoice({
  tools,
  toolChoice,
  parallelToolCalls,
}: ChatRequest): JsonObject | undefined {
  if (tools.length === 0) return undefined
  const single = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {}
  switch (toolChoice.type) {
    case 'unset':
      return parallelToolCalls === false ? { type: 'auto', ...single } : undefined
    case 'auto':
      return { type: 'auto', ...single }
    case 'none':
      return { type: 'none' }
    case 'required':
      return { type: 'any', ...single }
    case 'tool':
      return { type: 'tool', name: toolChoice.name, ...single }
  }
}
