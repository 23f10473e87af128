import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  MediaSource,
  RefusalPart,
  ResponseFormat,
  TextPart,
  ToolCall,
  ToolChoice,
} from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { renderDataUrl } from './data-url.ts'
import { defined } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** The conversation as a chat completion request. This dialect has words for all of it but a limit on the candidates. */
export function renderChatRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const { sampling } = chat
  const body = defined({
    model: upstreamModel,
    messages: chat.messages.map((message) =>
      renderMessage(message, !REFUSES_REASONING.test(upstreamModel)),
    ),
    tools:
      chat.tools.length === 0
        ? undefined
        : chat.tools.map(({ name, description, parameters, strict }) => ({
            type: 'function',
            function: defined({ name, description, parameters, strict }),
          })),
    tool_choice: renderToolChoice(chat.toolChoice),
    parallel_tool_calls: chat.parallelToolCalls,
    response_format: renderResponseFormat(chat.responseFormat),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed,
    n: sampling.choices,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    max_completion_tokens: chat.outputTokensMax,
    stop: chat.stop.length === 0 ? undefined : chat.stop,
    stream: chat.stream ? true : undefined,
    stream_options: chat.stream ? { include_usage: true } : undefined,
    reasoning_effort: chat.reasoningEffort,
    user: chat.user,
  })
  return { body, unsupported: sampling.topK === undefined ? [] : ['top-k'] }
}

/** OpenAI's own models: its API refuses members that its schema does not know. Others read what they thought before. */
const REFUSES_REASONING = /^(?:gpt-(?!oss)|chatgpt-|o\d)/

function renderMessage(message: ChatMessage, takesReasoning: boolean): JsonObject {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: renderTexts(message.parts) }
    case 'user':
      return { role: 'user', content: renderUserParts(message.parts) }
    case 'assistant':
      return defined({
        role: 'assistant',
        content: message.parts.length === 0 ? null : renderTexts(message.parts),
        reasoning_content: takesReasoning ? message.reasoning : undefined,
        tool_calls: message.toolCalls.length === 0 ? undefined : message.toolCalls.map(renderCall),
      })
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: renderTexts(message.parts) }
  }
}

export const renderCall = (call: ToolCall): JsonObject => ({
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: call.arguments },
})

/** A lone text as a string, which every server understands. */
function renderTexts(parts: readonly (TextPart | RefusalPart)[]): Json {
  const [only] = parts
  if (parts.length === 1 && only?.type === 'text') return only.text
  return parts.map((part) =>
    part.type === 'text'
      ? { type: 'text', text: part.text }
      : { type: 'refusal', refusal: part.text },
  )
}

function renderUserParts(parts: readonly ChatPart[]): Json {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' ? only.text : parts.map(renderUserPart)
}

function renderUserPart(part: ChatPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image':
      return {
        type: 'image_url',
        image_url: defined({ url: urlOf(part.source), detail: part.detail }),
      }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.base64, format: part.format } }
    case 'file':
      return {
        type: 'file',
        file: defined({
          ...(part.source.type === 'id'
            ? { file_id: part.source.id }
            : { file_data: urlOf(part.source) }),
          filename: part.name,
        }),
      }
  }
}

function urlOf(source: MediaSource): string {
  switch (source.type) {
    case 'base64':
      return renderDataUrl(source.mediaType, source.data)
    case 'url':
      return source.url
    case 'id':
      return source.id
  }
}

const renderToolChoice = (choice: ToolChoice): Json | undefined => {
  if (choice.type === 'tool') return { type: 'function', function: { name: choice.name } }
  return choice.type === 'unset' ? undefined : choice.type
}

function renderResponseFormat(format: ResponseFormat): JsonObject | undefined {
  switch (format.type) {
    case 'text':
      return undefined
    case 'json-object':
      return { type: 'json_object' }
    case 'json-schema':
      return {
        type: 'json_schema',
        json_schema: defined({ name: format.name, schema: format.schema, strict: format.strict }),
      }
  }
}
