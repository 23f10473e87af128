import type { ChatChoice, ChatReply, Finish, Thought, ToolCall } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { REDACTED } from './anthropic-parse-blocks.ts'
import { jsonObjectOf, parseObject } from './read.ts'
import { renderSignature } from './signature.ts'

/** What an answer says of itself, and the client's body, which says whether thinking is to be shown. */
export type AnthropicReplyMeta = {
  readonly id: string
  readonly model: string
  readonly request: string
}

/** A reply as a message of Anthropic's. There is only one answer: this dialect cannot ask for more. */
export function renderAnthropicReply(reply: ChatReply, meta: AnthropicReplyMeta): string {
  const [choice] = reply.choices
  return JSON.stringify({
    ...messageHead(meta),
    content: choice === undefined ? [] : contentOf(choice, wantsThinking(meta.request)),
    ...stopOf(choice?.finish ?? 'stop', (choice?.toolCalls.length ?? 0) > 0, choice?.refusal),
    usage: { ...USAGE_HEAD, ...renderAnthropicUsage(reply.usage) },
  })
}

/** Ids of messages are `msg_` and letters, digits, underscores; clients only compare them. */
export const messageHead = ({ id, model }: AnthropicReplyMeta): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  model,
  container: null,
  diagnostics: null,
})

/** Within a string the quotes would be escaped, so only a key can match; no schema has types of these names. */
const THINKS = /"thinking"\s*:\s*\{[^{}]*?"type"\s*:\s*"(?:enabled|adaptive|between-tools)"/

/** Thinking is shown to those who ask for it: others may take the first block for the answer. */
export const wantsThinking = (request: string): boolean => THINKS.test(request)

function contentOf(
  { text, reasoning, thoughts = [], toolCalls }: ChatChoice,
  showsThinking: boolean,
): JsonObject[] {
  return [
    ...(showsThinking ? thinkingBlocks(reasoning ?? '', thoughts) : []),
    ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
    ...toolCalls.flatMap((call) => toolBlocks(call, showsThinking)),
  ]
}

/** Signed thoughts are blocks of their own; where nothing is signed, all reasoning is one. */
function thinkingBlocks(reasoning: string, thoughts: readonly Thought[]): JsonObject[] {
  const signed = thoughts.map(thinkingBlock)
  const isTold = thoughts.some(({ text }) => text !== '') || reasoning === ''
  return isTold ? signed : [{ type: 'thinking', thinking: reasoning, signature: '' }, ...signed]
}

export function thinkingBlock({ text, signature }: Thought): JsonObject {
  const written = renderSignature(signature, 'anthropic')
  const isSealed = signature.maker !== 'anthropic' || written.startsWith(REDACTED)
  return text === '' && isSealed
    ? { type: 'redacted_thinking', data: written.replace(REDACTED, '') }
    : { type: 'thinking', thinking: text, signature: written }
}

function toolBlocks(call: ToolCall, showsThinking: boolean): JsonObject[] {
  const block = { ...toolHead(call), input: inputOf(call) }
  if (call.signature === undefined || !showsThinking) return [block]
  return [thinkingBlock({ text: '', signature: call.signature }), block]
}

export const toolHead = ({ id, name }: { readonly id: string; readonly name: string }) =>
  ({ type: 'tool_use', id, name, caller: { type: 'direct' } }) satisfies JsonObject

/**
 * The input must be an object: free text, which a custom tool takes, stands in one, and so do arguments that are none, as a
 * model may write them.
 */
export function inputOf({ arguments: written, isCustom }: WrittenCall): JsonObject {
  if (isCustom === true) return { input: written }
  const object = jsonObjectOf(parseObject(written))
  return object ?? (written.trim() === '' ? {} : { invalid_arguments: written })
}

type WrittenCall = Pick<ToolCall, 'arguments' | 'isCustom'>

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  error: 'max_tokens', // no word for it; this one says at least that the answer is not whole
}

/** Some servers say `stop` after calls, on which clients would not run them. */
export function stopOf(
  finish: Finish,
  hasCalls: boolean,
  refusal: string | undefined,
): { readonly [key: string]: Json } {
  const reason = finish === 'stop' && hasCalls ? 'tool_use' : STOP_REASONS[finish]
  const isRefusal = reason === 'refusal' || (refusal !== undefined && refusal !== '')
  return {
    stop_reason: isRefusal ? 'refusal' : reason,
    stop_sequence: null,
    stop_details: isRefusal
      ? { type: 'refusal', category: null, explanation: refusal ?? null }
      : null,
  }
}

/** Keys of a usage object that say nothing of tokens, all of which the published type requires. */
export const USAGE_HEAD: JsonObject = {
  inference_geo: null,
  server_tool_use: null,
  service_tier: null,
  speed: null,
}

/** Usage in Anthropic's words; zeros where the upstream reported none. */
export const renderAnthropicUsage = (usage: Usage | undefined) => ({
  input_tokens: usage?.input ?? 0,
  cache_creation_input_tokens: (usage?.cacheWrite5m ?? 0) + (usage?.cacheWrite1h ?? 0),
  cache_read_input_tokens: usage?.cachedInput ?? 0,
  cache_creation: {
    ephemeral_5m_input_tokens: usage?.cacheWrite5m ?? 0,
    ephemeral_1h_input_tokens: usage?.cacheWrite1h ?? 0,
  },
  output_tokens: usage?.output ?? 0,
  output_tokens_details: { thinking_tokens: usage?.reasoning ?? 0 },
})
