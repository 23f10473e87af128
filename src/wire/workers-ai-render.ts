import type { ChatRequest, ToolChoice } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { renderChatRequest } from './openai-chat-render.ts'
import { defined, jsonObjectOf } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** Models whose schema is Cloudflare's own; newer ones, and unknown ones with them, take OpenAI's. */
const NATIVE =
  /^@(?:cf|hf)\/(?:meta\/|meta-llama\/|mistral\/|mistralai\/mistral-small-3|google\/gemma-(?:2b|3|7b)|deepseek-ai\/deepseek-r1-distill|qwen\/(?:qwen1|qwq|qwen2)|ibm-granite\/|aisingapore\/)/

const isNative = (upstreamModel: string): boolean => NATIVE.test(upstreamModel)

/**
 * The inputs of `env.AI.run`; the model is an argument of its own. Both families take `max_tokens` (without it the native
 * one stops at 256 tokens) and refuse a null content.
 */
export function renderWorkersAiRequest(asked: ChatRequest, upstreamModel: string): RenderedRequest {
  const chat = { ...asked, toolChoice: enforceable(asked) }
  const native = isNative(upstreamModel)
  const unsupported = new Set<Feature>(unspoken(chat, native))
  const rendered = renderChatRequest({ ...chat, messages: readable(chat, unsupported) }, '')
  const {
    model: _model,
    max_completion_tokens: _limit,
    stream_options: _options,
    user: _user,
    n: _choices,
    logprobs: _logprobs,
    top_logprobs: _topLogprobs,
    messages,
    stop,
    parallel_tool_calls: parallel,
    reasoning_effort: effort,
    response_format: format,
    ...rest
  } = rendered.body
  const body = defined({
    messages: Array.isArray(messages) ? messages.map(withContent) : [],
    ...rest,
    max_tokens: chat.outputTokensMax,
    top_k: native ? chat.sampling.topK : undefined,
    response_format: native ? nativeFormat(chat) : format,
    ...(native ? {} : { stop, parallel_tool_calls: parallel, reasoning_effort: effort }),
  })
  return { body, unsupported: [...unsupported].toSorted() }
}

/** Of the two ways to force a call only the one that names a tool is enforced. */
function enforceable({ tools, toolChoice }: ChatRequest): ToolChoice {
  const [only] = tools
  const isOnly = toolChoice.type === 'required' && tools.length === 1 && only !== undefined
  return isOnly ? { type: 'tool', name: only.name } : toolChoice
}

function unspoken(chat: ChatRequest, native: boolean): Feature[] {
  const features: Feature[] = []
  if ((chat.sampling.choices ?? 1) > 1) features.push('n')
  if (chat.sampling.logprobs === true) features.push('logprobs')
  if (chat.user !== undefined) features.push('user')
  // It takes the word, but may answer without a call.
  if (chat.toolChoice.type === 'required') features.push('tool-choice')
  if (!native && chat.sampling.topK !== undefined) features.push('top-k')
  if (!native) return features
  if (chat.stop.length > 0) features.push('stop')
  if (chat.parallelToolCalls === false) features.push('parallel-tool-calls')
  if (chat.reasoningEffort !== undefined) features.push('reasoning-effort')
  return features
}

/** Only text and images are read. */
function readable(chat: ChatRequest, unsupported: Set<Feature>): ChatRequest['messages'] {
  return chat.messages.map((message) => {
    if (message.role !== 'user') return message
    for (const { type } of message.parts) {
      if (type === 'audio') unsupported.add('audio-input')
      if (type === 'file') unsupported.add('file-input')
    }
    const parts = message.parts.filter(({ type }) => type === 'text' || type === 'image')
    return { ...message, parts }
  })
}

function withContent(message: Json): Json {
  const { reasoning_content: _reasoning, ...rest } = jsonObjectOf(message) ?? {}
  return { ...rest, content: rest['content'] ?? '' }
}

/** The bare schema, without name and strictness. */
function nativeFormat({ responseFormat }: ChatRequest): JsonObject | undefined {
  switch (responseFormat.type) {
    case 'text':
      return undefined
    case 'json-object':
      return { type: 'json_object' }
    case 'json-schema':
      return { type: 'json_schema', json_schema: responseFormat.schema }
  }
}
