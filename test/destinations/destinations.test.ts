import { describe, expect, test } from 'vitest'
import { scanJson } from '../../src/encoding/json-scan.ts'
import { applyEdits } from '../../src/destinations/apply-edits.ts'
import { destinations, type DestinationName } from '../../src/destinations/index.ts'
import type { Destination } from '../../src/destinations/destination.ts'

const of = (name: DestinationName): Destination => destinations[name]

test.each<[DestinationName, string | undefined, string, string]>([
  ['openai', 'https://api.openai.com/v1', '/chat/completions', '/chat/completions'],
  ['together', 'https://api.together.ai/v1', '/chat/completions', '/chat/completions'],
  ['fireworks', 'https://api.fireworks.ai/inference/v1', '/chat/completions', '/chat/completions'],
  ['vllm', undefined, '/chat/completions', '/chat/completions'],
  ['ollama', undefined, '/chat/completions', '/chat/completions'],
  ['llama-cpp', undefined, '/chat/completions', '/chat/completions'],
  ['anthropic', 'https://api.anthropic.com/v1', '/messages', '/messages'],
  [
    'gemini',
    'https://generativelanguage.googleapis.com/v1beta',
    '/models/m%2F..:generateContent',
    '/models/m%2F..:streamGenerateContent?alt=sse',
  ],
  ['workers-ai', undefined, 'm/..', 'm/..'],
])('%s lives where its maker says', (name, baseUrl, path, streamPath) => {
  expect(of(name).baseUrl).toBe(baseUrl)
  expect(of(name).path('m/..', 'chat', false)).toBe(path)
  expect(of(name).path('m/..', 'chat', true)).toBe(streamPath)
})

test.each<[DestinationName, object]>([
  ['openai', { authorization: 'Bearer k' }],
  ['vllm', { authorization: 'Bearer k' }],
  ['anthropic', { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }],
  ['gemini', { 'x-goog-api-key': 'k' }],
  ['workers-ai', {}],
])('%s takes its credential in a header', (name, headers) => {
  expect(of(name).authorize('k')).toEqual(headers)
})

describe('ids that lead to somebody else are refused', () => {
  test.each<[DestinationName, string, boolean]>([
    ['workers-ai', '@cf/openai/gpt-oss-120b', true],
    ['workers-ai', 'openai/gpt-5', false],
    ['workers-ai', '@hf/meta/llama', false],
    ['workers-ai', ' @cf/openai/gpt-oss-120b', false],
    ['ollama', 'qwen3:8b', true],
    ['ollama', 'cloud-native:7b', true],
    ['ollama', 'gpt-oss:120b-cloud', false],
    ['ollama', 'glm-5:cloud', false],
    ['ollama', 'GLM-5:Cloud', false],
    ['ollama', 'glm-5:cloud ', false],
    ['vllm', 'anything', true],
  ])('%s: %s', (name, model, accepted) => expect(of(name).acceptsModel(model)).toBe(accepted))
})

const TOOL = '"tools":[{"type":"function","function":{"name":"f"}}]'

test.each<[string, DestinationName, string, string]>([
  [
    'fireworks must not lower the limit in silence',
    'fireworks',
    '{"model":"m"}',
    '{"model":"m","context_length_exceeded_behavior":"error"}',
  ],
  [
    'not even if the client asks it to',
    'fireworks',
    '{"context_length_exceeded_behavior":"truncate","model":"m"}',
    '{"context_length_exceeded_behavior":"error","model":"m"}',
  ],
  ['vllm uses tools only if told to', 'vllm', `{${TOOL}}`, `{${TOOL},"tool_choice":"auto"}`],
  [
    'vllm: null is not told',
    'vllm',
    `{${TOOL},"tool_choice":null}`,
    `{${TOOL},"tool_choice":"auto"}`,
  ],
  [
    'vllm: a choice stays',
    'vllm',
    `{"tool_choice":"none",${TOOL}}`,
    `{"tool_choice":"none",${TOOL}}`,
  ],
  ['vllm: no tools, no choice', 'vllm', '{"tools":[]}', '{"tools":[]}'],
  [
    'ollama reads only the older limit',
    'ollama',
    '{"max_completion_tokens":7 , "a":1e0}',
    '{"max_tokens":7 , "a":1e0}',
  ],
  [
    'ollama: the newer limit wins',
    'ollama',
    '{"max_tokens":9,"max_completion_tokens":7}',
    '{"max_tokens":7}',
  ],
  [
    'together documents only the older limit',
    'together',
    '{"max_completion_tokens":7}',
    '{"max_tokens":7}',
  ],
  ['llama.cpp: the older limit', 'llama-cpp', '{"max_completion_tokens":7}', '{"max_tokens":7}'],
  [
    'openai takes the body as it is',
    'openai',
    '{"max_completion_tokens":7}',
    '{"max_completion_tokens":7}',
  ],
])('%s', (_name, name, body, edited) => {
  const scanned = scanJson(body)
  if (!scanned.ok) throw new Error(scanned.error.problem)
  expect(applyEdits(scanned.value, of(name).edits)).toBe(edited)
})

test.each<[DestinationName, readonly string[]]>([
  ['openai', []],
  ['vllm', ['user', 'store']],
  ['ollama', ['tool-choice', 'n', 'logit-bias', 'parallel-tool-calls', 'image-url']],
  ['llama-cpp', ['n', 'tool-choice']],
  ['together', ['parallel-tool-calls', 'logprobs']],
  ['anthropic', ['n', 'logprobs', 'seed', 'penalties', 'json-object']],
  ['gemini', ['parallel-tool-calls', 'logit-bias']],
  ['workers-ai', ['n', 'logprobs', 'image-url']],
])('%s says what it cannot express, each once', (name, features) => {
  const { unsupported } = of(name)
  expect(unsupported).toEqual(expect.arrayContaining([...features]))
  expect(new Set(unsupported).size).toBe(unsupported.length)
})

test('only what is told costs nothing when it fails', () => {
  const free = Object.entries(destinations).filter(
    ([, { errorReplies }]) => errorReplies === 'free',
  )
  expect(free.map(([name]) => name)).toEqual(['gemini', 'llama-cpp', 'ollama', 'vllm'])
})
