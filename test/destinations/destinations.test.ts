import { describe, expect, test } from 'vitest'
import { scanJson } from '../../src/encoding/json-scan.ts'
import { applyEdits } from '../../src/destinations/apply-edits.ts'
import { destinations, type DestinationName } from '../../src/destinations/index.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { spokenFor } from '../../src/destinations/spoken.ts'
import type { SurfaceName } from '../../src/domain/request.ts'

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
  ['mistral', 'https://api.mistral.ai/v1', '/chat/completions', '/chat/completions'],
  ['deepseek', 'https://api.deepseek.com', '/chat/completions', '/chat/completions'],
  ['zai', 'https://api.z.ai/api/paas/v4', '/chat/completions', '/chat/completions'],
  ['azure-openai', undefined, '/chat/completions', '/chat/completions'],
  [
    'vertex',
    undefined,
    '/publishers/google/models/m%2F..:generateContent',
    '/publishers/google/models/m%2F..:streamGenerateContent?alt=sse',
  ],
  [
    'vertex-anthropic',
    undefined,
    '/publishers/anthropic/models/m%2F..:rawPredict',
    '/publishers/anthropic/models/m%2F..:streamRawPredict',
  ],
  ['bedrock', undefined, '/model/m%2F../converse', '/model/m%2F../converse-stream'],
  [
    'replicate',
    'https://api.replicate.com/v1',
    '/models/m/../predictions',
    '/models/m/../predictions',
  ],
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
  ['mistral', { authorization: 'Bearer k' }],
  ['deepseek', { authorization: 'Bearer k' }],
  ['zai', { authorization: 'Bearer k' }],
  ['azure-openai', { 'api-key': 'k' }],
  ['vertex', { authorization: 'Bearer k' }],
  ['vertex-anthropic', { authorization: 'Bearer k' }],
  ['bedrock', { authorization: 'Bearer k' }],
  ['replicate', { authorization: 'Bearer k', prefer: 'wait=60', 'cancel-after': '60s' }],
])('%s takes its credential in a header', (name, headers) => {
  expect(of(name).authorize('k')).toEqual(headers)
})

test.each<[DestinationName, string, string]>([
  ['azure-openai', 'eyJhbGciOi.eyJhdWQiOi.c2lnbmF0dXJl', 'authorization'],
  ['azure-openai', 'eyJ-but-no-token', 'api-key'],
  ['vertex', 'AIzaSyExample', 'x-goog-api-key'],
  ['vertex', 'AQ.Example', 'x-goog-api-key'],
  ['vertex', 'ya29.example', 'authorization'],
])('%s tells a key from a token: %s', (name, credential, header) => {
  expect(Object.keys(of(name).authorize(credential))).toEqual([header])
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
    ['replicate', 'meta/meta-llama-3-70b-instruct', true],
    ['replicate', `a/b:${'0'.repeat(64)}`, true],
    ['replicate', 'm/..', false],
    ['replicate', '../predictions', false],
    ['replicate', 'a/b/c', false],
    ['replicate', 'a/b:latest', false],
    ['vllm', 'sql-lora', true], // adapters are models of their own there
    ['replicate', 'a/b?x=1', false],
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
    'azure: reasoning models refuse the older limit',
    'azure-openai',
    '{"max_tokens":7}',
    '{"max_completion_tokens":7}',
  ],
  [
    'vertex-anthropic has the model in the path, and the version in the body',
    'vertex-anthropic',
    '{"model":"m","max_tokens":7}',
    '{"max_tokens":7,"anthropic_version":"vertex-2023-10-16"}',
  ],
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
  ['mistral', ['audio-input', 'logprobs', 'user']],
  ['deepseek', ['json-schema', 'vision', 'n', 'seed']],
  ['zai', ['json-schema', 'tool-choice', 'penalties', 'seed']],
  ['azure-openai', ['web-search', 'service-tier']],
  ['vertex', ['parallel-tool-calls', 'logit-bias']],
  ['vertex-anthropic', ['n', 'seed', 'json-object']],
  ['bedrock', ['json-schema', 'image-url', 'n', 'seed']],
  ['replicate', ['tools', 'vision', 'json-schema', 'json-object']],
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

test('what filters refuse is billed at Azure', () => {
  expect(destinations['azure-openai'].errorReplies).toBe('billed')
})

test.each<[DestinationName, SurfaceName, boolean]>([
  // In OpenAI's own words each of these would answer with something that OpenAI's clients do not understand.
  ['mistral', 'openai-chat', false],
  ['deepseek', 'openai-chat', false],
  ['zai', 'openai-chat', false],
  ['bedrock', 'anthropic-messages', false],
  ['replicate', 'openai-chat', false],
  ['azure-openai', 'openai-chat', true],
  ['azure-openai', 'openai-responses', true],
  ['vertex', 'gemini', true],
  ['vertex-anthropic', 'anthropic-messages', true],
])('%s for %s: bytes pass: %s', (name, surface, passes) => {
  expect(spokenFor(of(name), surface, 'chat')?.isClients).toBe(passes)
})

test('Claude on Vertex counts tokens under another model, and is told which', () => {
  const spoken = spokenFor(of('vertex-anthropic'), 'anthropic-count-tokens', 'count-tokens')
  expect(spoken?.path('m', false)).toBe('/publishers/anthropic/models/count-tokens:rawPredict')
  expect(spoken?.edits).toEqual([])
})
