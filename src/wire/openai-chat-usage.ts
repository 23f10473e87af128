import type { Usage } from '../domain/usage.ts'
import { countOf, isObject, objectOf } from './read.ts'

/**
 * Usage of a chat completion in disjoint meters; undefined if it is missing or makes no sense.
 *
 * `prompt_tokens` includes cached and cache-write tokens. `completion_tokens` includes reasoning at OpenAI, but not at
 * xAI nor at Gemini's compatible endpoint: there only `total_tokens` holds it, so the larger reading is the true one.
 */
export function readChatUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const prompt = countOf(usage['prompt_tokens'])
  const completion = countOf(usage['completion_tokens'] ?? 0)
  const total = countOf(usage['total_tokens'] ?? 0)
  const promptDetails = objectOf(usage['prompt_tokens_details'])
  const cachedInput = countOf(
    promptDetails['cached_tokens'] ??
      usage['prompt_cache_hit_tokens'] ??
      usage['cached_tokens'] ??
      0,
  )
  const cacheWrite5m = countOf(promptDetails['cache_write_tokens'] ?? 0)
  const reasoning = countOf(objectOf(usage['completion_tokens_details'])['reasoning_tokens'] ?? 0)
  if (
    prompt === undefined ||
    completion === undefined ||
    total === undefined ||
    cachedInput === undefined ||
    cacheWrite5m === undefined ||
    reasoning === undefined
  ) {
    return undefined
  }
  const input = prompt - cachedInput - cacheWrite5m
  const output = Math.max(completion, total - prompt)
  if (input < 0) return undefined
  return {
    input,
    cachedInput,
    cacheWrite5m,
    cacheWrite1h: 0,
    output,
    reasoning: Math.min(reasoning, output),
  }
}

/** The same figures in OpenAI's words, with every detail that its schema knows. */
export const renderChatUsage = (usage: Usage) => {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h
  const prompt = usage.input + usage.cachedInput + cacheWrite
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInput,
      audio_tokens: 0,
      ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
