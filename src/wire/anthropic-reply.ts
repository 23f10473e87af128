import type { ChatReply, Finish } from '../domain/chat.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Usage } from '../domain/usage.ts'
import { assistantMessage } from './anthropic-parse-blocks.ts'
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

/** A message of Anthropic's. */
export function parseAnthropicReply(body: string): Result<ChatReply, MalformedReply> {
  const reply = parseObject(body)
  if (reply === undefined) return err({ expected: 'a JSON object' })
  if (!Array.isArray(reply['content'])) return err({ expected: 'content: array' })
  const blocks = objectsOf(reply['content'])
  const rawFinish = textOf(reply['stop_reason']) ?? ''
  const { parts, reasoning, toolCalls, thoughts } = assistantMessage(blocks)
  return ok({
    id: textOf(reply['id']),
    model: textOf(reply['model']),
    choices: [
      {
        index: 0,
        text: parts.map(({ text }) => text).join(''),
        refusal: explanationOf(reply),
        reasoning,
        toolCalls,
        ...(thoughts === undefined ? {} : { thoughts }),
        finish: unifyAnthropicFinish(rawFinish),
        rawFinish,
      },
    ],
    usage: readAnthropicUsage(reply['usage']),
  })
}

/** What Anthropic says of a refusal, which comes without content. */
export function explanationOf(message: Foreign): string | undefined {
  if (message['stop_reason'] !== 'refusal') return undefined
  return textOf(objectOf(message['stop_details'])['explanation'])
}

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
}

export const unifyAnthropicFinish = (raw: string): Finish => FINISHES[raw] ?? 'stop'

/** Input excludes what was read from or written to the cache; writes without a stated life are of the short one. */
export function readAnthropicUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const input = countOf(usage['input_tokens'])
  const output = countOf(usage['output_tokens'])
  const cachedInput = countOf(usage['cache_read_input_tokens'] ?? 0)
  const written = countOf(usage['cache_creation_input_tokens'] ?? 0)
  const split = objectOf(usage['cache_creation'])
  const short = countOf(split['ephemeral_5m_input_tokens'] ?? 0)
  const long = countOf(split['ephemeral_1h_input_tokens'] ?? 0)
  const reasoning = countOf(objectOf(usage['output_tokens_details'])['thinking_tokens'] ?? 0)
  if (
    input === undefined ||
    output === undefined ||
    cachedInput === undefined ||
    written === undefined ||
    short === undefined ||
    long === undefined ||
    reasoning === undefined
  ) {
    return undefined
  }
  return {
    input,
    cachedInput,
    cacheWrite5m: Math.max(short, written - long),
    cacheWrite1h: long,
    output,
    reasoning: Math.min(reasoning, output),
  }
}
