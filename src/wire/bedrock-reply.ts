import type { ChatReply, Finish, Thought, ToolCall } from '../domain/chat.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Usage } from '../domain/usage.ts'
import { inventedCallId } from './openai-chat-reply.ts'
import {
  countOf,
  isObject,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import type { MalformedReply } from './wire.ts'

/** A whole answer of Converse. */
export function parseConverseReply(body: string): Result<ChatReply, MalformedReply> {
  const reply = parseObject(body)
  const message = objectOf(reply?.['output'])['message']
  if (reply === undefined || !isObject(message)) return err({ expected: 'output.message: object' })
  const blocks = objectsOf(message['content'])
  const thoughts = blocks.flatMap(thoughtOf)
  const reasoning = blocks.flatMap((block) => textOf(reasoningIn(block)['text']) ?? [])
  const rawFinish = textOf(reply['stopReason']) ?? ''
  return ok({
    id: undefined,
    model: undefined,
    choices: [
      {
        index: 0,
        text: blocks.map((block) => textOf(block['text']) ?? '').join(''),
        refusal: undefined,
        reasoning: reasoning.length === 0 ? undefined : reasoning.join(''),
        toolCalls: callsOf(blocks),
        ...(thoughts.length === 0 ? {} : { thoughts }),
        finish: unifyConverseFinish(rawFinish),
        rawFinish,
      },
    ],
    usage: readConverseUsage(reply['usage']),
  })
}

const reasoningIn = (block: Foreign): Foreign =>
  objectOf(objectOf(block['reasoningContent'])['reasoningText'])

function thoughtOf(block: Foreign): Thought[] {
  const { text, signature } = reasoningIn(block)
  const sealed = textOf(objectOf(block['reasoningContent'])['redactedContent'])
  const data = textOf(signature) ?? sealed
  if (data === undefined) return []
  return [{ text: textOf(text) ?? '', signature: { maker: 'anthropic', data } }]
}

const callsOf = (blocks: readonly Foreign[]): ToolCall[] =>
  blocks
    .flatMap(({ toolUse }) => (isObject(toolUse) ? [toolUse] : []))
    .map((call, index) => ({
      id: textOf(call['toolUseId']) ?? inventedCallId(0, index),
      name: textOf(call['name']) ?? '',
      arguments: JSON.stringify(call['input'] ?? {}),
    }))

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  content_filtered: 'content-filter',
  guardrail_intervened: 'content-filter',
  malformed_model_output: 'error',
  malformed_tool_use: 'error',
}

export const unifyConverseFinish = (raw: string): Finish => FINISHES[raw] ?? 'stop'

/** Input excludes what was read from or written to the cache; writes without a stated life are of the short one. */
export function readConverseUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const input = countOf(usage['inputTokens'])
  const output = countOf(usage['outputTokens'])
  const cachedInput = countOf(usage['cacheReadInputTokens'] ?? 0)
  const written = countOf(usage['cacheWriteInputTokens'] ?? 0)
  if (
    input === undefined ||
    output === undefined ||
    cachedInput === undefined ||
    written === undefined
  ) {
    return undefined
  }
  const long = objectsOf(usage['cacheDetails'])
    .filter(({ ttl }) => ttl === '1h')
    .reduce((sum, { inputTokens }) => sum + (countOf(inputTokens) ?? 0), 0)
  const cacheWrite1h = Math.min(long, written)
  return {
    input,
    cachedInput,
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    output,
    reasoning: 0,
  }
}
