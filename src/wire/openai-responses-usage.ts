import type { Usage } from '../domain/usage.ts'
import { readChatUsage } from './openai-chat-usage.ts'
import { countOf, isObject } from './read.ts'

/** Usage of a response in disjoint meters; undefined if it is missing or makes no sense. */
export function readResponsesUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  return readChatUsage({
    prompt_tokens: usage['input_tokens'],
    completion_tokens: usage['output_tokens'],
    total_tokens: countOf(usage['total_tokens']) ?? 0,
    prompt_tokens_details: usage['input_tokens_details'],
    completion_tokens_details: usage['output_tokens_details'],
  })
}

/** The same figures in the words of OpenAI's Responses. */
export function renderResponsesUsage(usage: Usage) {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h
  const input = usage.input + usage.cachedInput + cacheWrite
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cachedInput, cache_write_tokens: cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  }
}
