import type { Usage } from '../domain/usage.ts'

/**
 * Usage of a chat completion in disjoint meters; undefined if it is missing or makes no sense.
 *
 * `prompt_tokens` includes cached and cache-write tokens. `completion_tokens` includes reasoning at OpenAI, but not at
 * xAI nor at Gemini's compatible endpoint: there only `total_tokens` holds it, so the larger reading is the true one.
 */
export function readChatUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const prompt = count(usage['prompt_tokens'])
  const completion = count(usage['completion_tokens'] ?? 0)
  const total = count(usage['total_tokens'] ?? 0)
  const promptDetails = details(usage['prompt_tokens_details'])
  const cachedInput = count(
    promptDetails['cached_tokens'] ??
      usage['prompt_cache_hit_tokens'] ??
      usage['cached_tokens'] ??
      0,
  )
  const cacheWrite5m = count(promptDetails['cache_write_tokens'] ?? 0)
  const reasoning = count(details(usage['completion_tokens_details'])['reasoning_tokens'] ?? 0)
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
  if (input < 0 || reasoning > output) return undefined
  return { input, cachedInput, cacheWrite5m, cacheWrite1h: 0, output, reasoning }
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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const details = (value: unknown): Readonly<Record<string, unknown>> =>
  isObject(value) ? value : {}

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
