import type { Sampling } from '../domain/chat.ts'

/** How to sample, out of what a dialect calls it: what is not there, or of another type, is not asked for. */
export function samplingFrom(asked: Readonly<Partial<Record<keyof Sampling, unknown>>>): Sampling {
  const { logprobs, ...numbers } = asked
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => typeof value === 'number')),
    ...(typeof logprobs === 'boolean' ? { logprobs } : {}),
  }
}
