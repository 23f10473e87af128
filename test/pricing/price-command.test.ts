import { expect, test } from 'vitest'
import { priceLine, readCatalog } from '../../scripts/commands/price.ts'

const catalog = await readCatalog()
const NOW_MS = Date.parse('2026-11-24')

const chat = (said: object = {}) => ({
  prompt_tokens: 1000,
  completion_tokens: 50,
  total_tokens: 1050,
  ...said,
})
const priced = (said: object) =>
  priceLine(
    JSON.stringify({ id: 'a', provider: 'openai', model: 'gpt-5', usage: chat(), ...said }),
    catalog,
    NOW_MS,
  )

test('prices each meter and names the price', () =>
  expect(priced({ usage: chat({ prompt_tokens_details: { cached_tokens: 200 } }) })).toEqual({
    id: 'a',
    meters: {
      input: 800,
      cached_input: 200,
      cache_write_5m: 0,
      cache_write_1h: 0,
      output: 50,
      reasoning: 0,
    },
    cost_pico_usd: '1525000000',
    price_version: 'openai/gpt-5@2025-08-07',
  }))

const messages = { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 100 }

test.each([
  ['our id', { model: 'gpt-5' }, 'openai/gpt-5@2025-08-07'],
  ['a dated snapshot', { model: 'gpt-5-2025-08-07' }, 'openai/gpt-5@2025-08-07'],
  [
    'the last part of a long id',
    { provider: 'fireworks', model: 'glm-5p2' },
    'fireworks/glm-5.2@2026-07-02',
  ],
  [
    'a provider by another name',
    { provider: 'cloudflare', model: '@cf/openai/gpt-oss-20b' },
    'workers-ai/gpt-oss-20b@2026-07-02',
  ],
  [
    'the price of the day',
    {
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      usage: messages,
      at: '2026-08-31T23:59:59Z',
    },
    'anthropic/claude-sonnet-5@2026-06-30',
  ],
  [
    'the price after a change',
    { provider: 'anthropic', model: 'claude-sonnet-5', usage: messages, at: '2026-09-01' },
    'anthropic/claude-sonnet-5@2026-09-01',
  ],
  [
    'own hardware, for nothing',
    { provider: 'vllm', model: 'qwen3-30b-a3b-2507' },
    'vllm/qwen3-30b-a3b-2507@2025-01-01',
  ],
])('finds %s', (_name, said, version) =>
  expect(priced(said)).toMatchObject({ price_version: version }),
)

test.each([
  [
    'a model that is not offered',
    { model: 'gpt-2' },
    'models.yaml does not offer this model there',
  ],
  [
    'a model of another place',
    { provider: 'together', model: 'gpt-5' },
    'models.yaml does not offer this model there',
  ],
  [
    'the free pass of a catalogue',
    { model: 'default' },
    'models.yaml does not offer this model there',
  ],
  ['a day before the first price', { at: '2025-01-01' }, 'prices.yaml has no price for that day'],
  ['usage of another dialect', { usage: messages }, 'usage is not what api chat reports'],
  [
    'counts that make no sense',
    { usage: chat({ prompt_tokens: -1 }) },
    'usage is not what api chat reports',
  ],
  [
    'another service tier',
    { usage: chat({ service_tier: 'priority' }) },
    'prices.yaml has no meter for that service tier',
  ],
  [
    'audio of Gemini',
    {
      provider: 'gemini',
      model: 'gemini-2.5-flash',
      usage: {
        promptTokenCount: 9,
        promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 9 }],
      },
    },
    'prices.yaml has no meter for audio input',
  ],
  ['a dialect nobody reads here', { api: 'realtime' }, expect.stringContaining('realtime')],
  [
    'audio',
    { usage: chat({ prompt_tokens_details: { audio_tokens: 1 } }) },
    'prices.yaml has no meter for audio input',
  ],
  [
    'web searches',
    { usage: chat({ server_tool_use: { web_search_requests: 1 } }) },
    'prices.yaml has no meter for web searches',
  ],
])('never guesses: %s', (_name, said, reason) =>
  expect(priced(said)).toEqual({ id: 'a', unknown: reason }),
)

test.each([
  ['no JSON', 'nonsense', null],
  ['no model', '{"id":7,"provider":"openai","usage":{}}', 7],
  [
    'a time that is none',
    '{"id":7,"provider":"openai","model":"gpt-5","usage":{},"at":"today"}',
    7,
  ],
  ['no object', '[]', null],
])('says that a line is bad and goes on: %s', (_name, line, id) =>
  expect(priceLine(line, catalog, NOW_MS)).toEqual({ id, error: expect.any(String) }),
)
