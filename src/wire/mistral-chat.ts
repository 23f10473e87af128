import type { ChatMessage, ChatRequest } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { JsonObject } from '../domain/json.ts'
import { sha256Hex } from '../encoding/sha256.ts'
import { parseUpstreamError } from './error.ts'
import { renderChatRequest } from './openai-chat-render.ts'
import { parseChatReply } from './openai-chat-reply.ts'
import { openChatStream } from './openai-chat-stream.ts'
import { defined, jsonObjectsOf, textOf } from './read.ts'
import type { RenderedRequest, Wire } from './wire.ts'

/**
 * Mistral's chat completions: close to OpenAI's, but content may be a list of thinking and text, deltas of tool calls have
 * no index, and several fields have other names. Source: https://docs.mistral.ai/api/.
 */
export const mistralChat: Wire = {
  name: 'mistral-chat',
  renderRequest,
  parseReply: parseChatReply,
  openStream: openChatStream,
  parseError: parseUpstreamError,
}

function renderRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const { body, unsupported } = renderChatRequest(
    { ...chat, messages: chat.messages.map(withShortIds) },
    upstreamModel,
  )
  const {
    max_completion_tokens: maxTokens,
    seed,
    stream_options: _unknown,
    tool_choice: toolChoice,
    reasoning_effort: effort,
    messages,
    ...rest
  } = body
  const thinks = THINKS_IN_HISTORY.test(upstreamModel)
  const said = thinks || !EFFORTS.has(textOf(effort) ?? '') ? undefined : effort
  const lost: Feature[] = effort === said ? [] : ['reasoning-effort']
  const rendered = jsonObjectsOf(messages).map((message) => renderMessage(message, thinks))
  return {
    body: defined({
      ...rest,
      messages: withPrefix(rendered),
      max_tokens: maxTokens,
      random_seed: seed,
      tool_choice: toolChoice === 'required' ? 'any' : toolChoice,
      reasoning_effort: said,
    }),
    unsupported: [...unsupported, ...lost],
  }
}

/** Models that always think, and that are to be shown what they thought before. */
const THINKS_IN_HISTORY = /^magistral/

/** Those that the API knows. */
const EFFORTS: ReadonlySet<string> = new Set(['none', 'high'])

/** Thinking stands in the content, not beside it. */
function renderMessage(message: JsonObject, thinks: boolean): JsonObject {
  const { reasoning_content: thought, ...rest } = message
  if (thought === undefined) return message
  if (!thinks) return rest
  const { content } = rest
  const said = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: thought }] }
  return { ...rest, content: [thinking, ...jsonObjectsOf(said)] }
}

/** A conversation may end with what the assistant began to say only if that is marked; the model then goes on from there. */
function withPrefix(messages: readonly JsonObject[]): JsonObject[] {
  const last = messages.at(-1)
  if (last?.['role'] !== 'assistant' || last['tool_calls'] !== undefined) return [...messages]
  return [...messages.slice(0, -1), { ...last, prefix: true }]
}

function withShortIds(message: ChatMessage): ChatMessage {
  if (message.role === 'tool') return { ...message, callId: shortId(message.callId) }
  if (message.role !== 'assistant') return message
  return {
    ...message,
    toolCalls: message.toolCalls.map((call) => ({ ...call, id: shortId(call.id) })),
  }
}

const ID_LENGTH = 9
const ITS_OWN = /^[A-Za-z0-9]{9}$/

/**
 * Ids of calls must be nine letters and digits ("Tool call id … must be a-z, A-Z, 0-9, with a length of 9"); those that
 * another upstream gave are hashed, so that call and result still meet.
 */
const shortId = (id: string): string => (ITS_OWN.test(id) ? id : sha256Hex(id).slice(0, ID_LENGTH))
