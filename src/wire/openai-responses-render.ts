import type { ChatMessage, ChatPart, ChatRequest, MediaSource, Thought } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { renderDataUrl } from './data-url.ts'
import { renderTextOption, renderTool, renderToolChoice } from './openai-responses-tools.ts'
import { defined } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** The conversation as a request for a response that the upstream is told not to keep. */
export function renderResponsesRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const { sampling, toolChoice, reasoningEffort } = chat
  const hasThoughts = chat.messages.some((message) => sealedIn(message).length > 0)
  const include = [
    ...(hasThoughts ? ['reasoning.encrypted_content'] : []),
    ...(sampling.logprobs === true ? ['message.output_text.logprobs'] : []),
  ]
  const body = defined({
    model: upstreamModel,
    input: chat.messages.flatMap(renderMessage),
    tools: chat.tools.length === 0 ? undefined : chat.tools.map(renderTool),
    tool_choice: renderToolChoice(toolChoice, chat.tools),
    parallel_tool_calls: chat.parallelToolCalls,
    text: renderTextOption(chat.responseFormat),
    reasoning: reasoningEffort === undefined ? undefined : { effort: reasoningEffort },
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    max_output_tokens: chat.outputTokensMax,
    include: include.length === 0 ? undefined : include,
    store: false,
    stream: chat.stream ? true : undefined,
    user: chat.user,
  })
  return { body, unsupported: unsupportedIn(chat) }
}

function unsupportedIn({ sampling, stop, messages }: ChatRequest): Feature[] {
  const features: Feature[] = []
  if (stop.length > 0) features.push('stop')
  if ((sampling.choices ?? 1) > 1) features.push('n')
  if (sampling.seed !== undefined) features.push('seed')
  if (sampling.topK !== undefined) features.push('top-k')
  if (sampling.presencePenalty !== undefined || sampling.frequencyPenalty !== undefined)
    features.push('penalties')
  const hasAudio = messages.some(
    (message) => message.role === 'user' && message.parts.some(({ type }) => type === 'audio'),
  )
  if (hasAudio) features.push('audio-input')
  return features
}

/** Thoughts that this dialect's maker has sealed; it cannot read any others. */
const sealedIn = (message: ChatMessage): readonly Thought[] =>
  message.role === 'assistant'
    ? (message.thoughts ?? []).filter(({ signature }) => signature.maker === 'openai')
    : []

function renderMessage(message: ChatMessage): JsonObject[] {
  switch (message.role) {
    case 'system':
      return [{ type: 'message', role: 'system', content: contentOf(message.parts) }]
    case 'user':
      return [{ type: 'message', role: 'user', content: contentOf(message.parts) }]
    case 'tool':
      return [
        {
          type: 'function_call_output',
          call_id: message.callId,
          output: message.parts.map(({ text }) => text).join('\n'),
        },
      ]
    case 'assistant':
      return renderAssistant(message)
  }
}

function renderAssistant(message: Extract<ChatMessage, { role: 'assistant' }>): JsonObject[] {
  const thoughts = sealedIn(message).map(({ text, signature }, index) => ({
    type: 'reasoning',
    id: `rs_${index}`,
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: signature.data,
  }))
  const content: Json[] = message.parts.map((part) =>
    part.type === 'text'
      ? { type: 'output_text', text: part.text, annotations: [], logprobs: [] }
      : { type: 'refusal', refusal: part.text },
  )
  const said =
    content.length === 0
      ? []
      : [{ type: 'message', id: 'msg_0', role: 'assistant', status: 'completed', content }]
  const calls = message.toolCalls.map(({ id, name, arguments: written, isCustom }) =>
    isCustom === true
      ? { type: 'custom_tool_call', call_id: id, name, input: written }
      : { type: 'function_call', call_id: id, name, arguments: written },
  )
  return [...thoughts, ...said, ...calls]
}

/** A lone text as a string, which every server understands. */
function contentOf(parts: readonly ChatPart[]): Json {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' ? only.text : parts.flatMap(renderUserPart)
}

const inputText = ({ text }: { readonly text: string }): JsonObject => ({
  type: 'input_text',
  text,
})

function renderUserPart(part: ChatPart): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [inputText(part)]
    case 'image':
      return [
        { type: 'input_image', detail: part.detail ?? 'auto', ...sourceOf(part.source, 'image') },
      ]
    case 'file':
      return [
        defined({ type: 'input_file', filename: part.name, ...sourceOf(part.source, 'file') }),
      ]
    case 'audio':
      return []
  }
}

function sourceOf(source: MediaSource, kind: 'image' | 'file'): JsonObject {
  switch (source.type) {
    case 'id':
      return { file_id: source.id }
    case 'url':
      return { [kind === 'image' ? 'image_url' : 'file_url']: source.url }
    case 'base64':
      return {
        [kind === 'image' ? 'image_url' : 'file_data']: renderDataUrl(
          source.mediaType,
          source.data,
        ),
      }
  }
}
