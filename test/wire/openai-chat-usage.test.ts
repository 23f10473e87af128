import { expect, test } from 'vitest'
import { NO_USAGE, type Usage } from '../../src/domain/usage.ts'
import { readChatUsage, renderChatUsage } from '../../src/wire/openai-chat-usage.ts'

const tokens = (prompt: unknown, completion: unknown, rest: object = {}) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  ...rest,
})

test.each<[string, unknown, Partial<Usage>]>([
  ['takes input and output', tokens(10, 3), { input: 10, output: 3 }],
  [
    'takes the cached share out of the prompt',
    tokens(10, 3, { prompt_tokens_details: { cached_tokens: 4 } }),
    { input: 6, cachedInput: 4, output: 3 },
  ],
  [
    'takes cache writes out of the prompt',
    tokens(10, 3, { prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 } }),
    { input: 1, cachedInput: 4, cacheWrite5m: 5, output: 3 },
  ],
  [
    'reads DeepSeek’s cache hits',
    tokens(10, 3, { prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2 }),
    { input: 2, cachedInput: 8, output: 3 },
  ],
  [
    'reads Together’s and Moonshot’s cached tokens',
    tokens(10, 3, { cached_tokens: 8 }),
    { input: 2, cachedInput: 8, output: 3 },
  ],
  [
    'keeps reasoning inside the output',
    tokens(10, 30, { total_tokens: 40, completion_tokens_details: { reasoning_tokens: 20 } }),
    { input: 10, output: 30, reasoning: 20 },
  ],
  [
    'adds reasoning that only the total holds, as at xAI',
    tokens(291, 26, { total_tokens: 506, completion_tokens_details: { reasoning_tokens: 189 } }),
    { input: 291, output: 215, reasoning: 189 },
  ],
  [
    'adds thoughts that only the total holds, as at Gemini’s compatible endpoint',
    tokens(7, 12, { total_tokens: 402 }),
    { input: 7, output: 395 },
  ],
  [
    'takes null details for none',
    tokens(1, 2, { prompt_tokens_details: null, completion_tokens_details: null }),
    { input: 1, output: 2 },
  ],
  ['takes a missing completion for none', { prompt_tokens: 5 }, { input: 5 }],
])('%s', (_name, usage, expected) => {
  expect(readChatUsage(usage)).toEqual({ ...NO_USAGE, ...expected })
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a list', []],
  ['no prompt tokens', { completion_tokens: 3 }],
  ['a negative count', tokens(-1, 3)],
  ['half a token', tokens(1.5, 3)],
  ['a count as text', tokens('1', 3)],
  ['a count that is no safe integer', tokens(2 ** 60, 3)],
  ['more cached than there was', tokens(3, 1, { prompt_tokens_details: { cached_tokens: 4 } })],
])('takes %s for no usage', (_name, usage) => expect(readChatUsage(usage)).toBeUndefined())

test('reads back what it writes', () => {
  const usage: Usage = {
    input: 7,
    cachedInput: 5,
    cacheWrite5m: 3,
    cacheWrite1h: 0,
    output: 11,
    reasoning: 2,
  }
  expect(readChatUsage(renderChatUsage(usage))).toEqual(usage)
})
