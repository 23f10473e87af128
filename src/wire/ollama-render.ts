import type { ChatMessage, ChatPart, ChatRequest, ResponseFormat } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { argsOf } from './gemini-render.ts'
import { defined } from './read.ts'
import type { RenderedRequest } from './wire.ts'

/** The conversation as a request to `/api/chat`. Source: https://docs.ollama.com/api/chat (read 2026-11-25). */
export function renderOllamaChat(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const { sampling } = chat
  const unsupported = new Set<Feature>(unspoken(chat))
  const names = new Map(
    chat.messages.flatMap((message) =>
      message.role === 'assistant' ? message.toolCalls.map(({ id, name }) => [id, name]) : [],
    ),
  )
  const options = defined({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    num_predict: chat.outputTokensMax,
    stop: chat.stop.length === 0 ? undefined : chat.stop,
  })
  const tools = chat.toolChoice.type === 'none' ? [] : chat.tools
  const body = defined({
    model: upstreamModel,
    messages: chat.messages.map((message) => messageOf(message, names, unsupported)),
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: defined({ name, description, parameters }),
          })),
    format: formatOf(chat.responseFormat),
    options: Object.keys(options).length === 0 ? undefined : options,
    think: thinkOf(chat.reasoningEffort),
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    stream: chat.stream,
  })
  return { body, unsupported: [...unsupported] }
}

function unspoken({ toolChoice, parallelToolCalls, sampling, user }: ChatRequest): Feature[] {
  const isForced = toolChoice.type === 'required' || toolChoice.type === 'tool'
  return [
    ...(isForced ? (['tool-choice'] as const) : []),
    ...(parallelToolCalls === false ? (['parallel-tool-calls'] as const) : []),
    ...((sampling.choices ?? 1) > 1 ? (['n'] as const) : []),
    ...(user === undefined ? [] : (['user'] as const)),
  ]
}

function messageOf(
  message: ChatMessage,
  names: ReadonlyMap<string | undefined, string | undefined>,
  unsupported: Set<Feature>,
): JsonObject {
  const content = message.parts.map((part) => ('text' in part ? part.text : '')).join('')
  switch (message.role) {
    case 'system':
      return { role: 'system', content }
    case 'user': {
      const images = message.parts.flatMap((part) => imageOf(part, unsupported))
      return { role: 'user', content, ...(images.length === 0 ? {} : { images }) }
    }
    case 'assistant':
      return defined({
        role: 'assistant',
        content,
        thinking: message.reasoning,
        tool_calls:
          message.toolCalls.length === 0
            ? undefined
            : message.toolCalls.map((call) => ({
                id: call.id,
                function: { name: call.name, arguments: argsOf(call) },
              })),
      })
    case 'tool':
      return defined({
        role: 'tool',
        content,
        tool_call_id: message.callId,
        tool_name: names.get(message.callId),
      })
  }
}

/** Only the bytes of images have a place. */
function imageOf(part: ChatPart, unsupported: Set<Feature>): string[] {
  switch (part.type) {
    case 'text':
      return []
    case 'image':
      if (part.source.type === 'base64') return [part.source.data]
      unsupported.add('image-url')
      return []
    case 'audio':
      unsupported.add('audio-input')
      return []
    case 'file':
      unsupported.add('file-input')
      return []
  }
}

function formatOf(format: ResponseFormat): Json | undefined {
  switch (format.type) {
    case 'text':
      return undefined
    case 'json-object':
      return 'json'
    case 'json-schema':
      return format.schema
  }
}

const LEVELS: Readonly<Record<string, Json>> = { none: false, minimal: 'low', xhigh: 'high' }

const thinkOf = (effort: string | undefined): Json | undefined =>
  effort === undefined ? undefined : (LEVELS[effort] ?? effort)
