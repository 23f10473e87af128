import type { ChatRequest, Sampling } from '../domain/chat.ts'

/** The members of `sampling` that ask for a feature. */
const SAMPLING: Readonly<Record<string, readonly (keyof Sampling)[]>> = {
  n: ['choices'],
  logprobs: ['logprobs', 'topLogprobs'],
  penalties: ['presencePenalty', 'frequencyPenalty'],
  seed: ['seed'],
  temperature: ['temperature'],
  'top-k': ['topK'],
  'top-p': ['topP'],
}

/**
 * A conversation without what it asks for and a destination cannot do: such a field would be ignored, refused, or misread.
 * A forced call stays: where nothing enforces it, most models follow the word all the same.
 */
export function leaveOut(chat: ChatRequest, features: readonly string[]): ChatRequest {
  if (features.length === 0) return chat
  const lacks = (feature: string): boolean => features.includes(feature)
  const dropped = new Set<string>(features.flatMap((feature) => SAMPLING[feature] ?? []))
  return {
    ...chat,
    sampling: Object.fromEntries(
      Object.entries(chat.sampling).filter(([name]) => !dropped.has(name)),
    ),
    stop: lacks('stop') ? [] : chat.stop,
    parallelToolCalls: lacks('parallel-tool-calls') ? undefined : chat.parallelToolCalls,
    reasoningEffort: lacks('reasoning-effort') ? undefined : chat.reasoningEffort,
    user: lacks('user') ? undefined : chat.user,
  }
}
