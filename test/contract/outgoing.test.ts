import { describe, expect, test } from 'vitest'
import type { Recorded } from '../upstreams/server.ts'
import { hasOpenaiSchema } from './openai-schema.ts'
import { countOutgoing, outgoingProblems } from './outgoing.ts'

const sent = (destination: string, path: string, body: object): Recorded => ({
  destination,
  method: 'POST',
  path,
  query: new URLSearchParams(),
  headers: {},
  body: JSON.stringify(body),
  order: 1,
  ended: Promise.resolve('answered'),
})

const CHAT = '/v1/chat/completions'
const messages = [{ role: 'user', content: 'Hi' }]
const thought = [...messages, { role: 'assistant', content: 'So.', reasoning_content: 'Hm.' }]

describe.skipIf(!hasOpenaiSchema)('a request in OpenAI’s format', () => {
  test.each<[string, Recorded, RegExp | undefined]>([
    ['that is valid', sent('openai', CHAT, { model: 'm', messages }), undefined],
    ['without messages', sent('openai', CHAT, { model: 'm' }), /required property 'messages'/],
    ['with a wrong type', sent('vllm', CHAT, { model: 'm', messages, n: 'x' }), /\/n must be/],
    [
      'with a field of nobody',
      sent('together', CHAT, { model: 'm', messages, zz: 1 }),
      /zz is not/,
    ],
    [
      'with a field of the server',
      sent('vllm', CHAT, { model: 'm', messages, top_k: 1 }),
      undefined,
    ],
    ['with that of another', sent('openai', CHAT, { model: 'm', messages, top_k: 1 }), /top_k/],
    ['with a thought', sent('vllm', CHAT, { model: 'm', messages: thought }), undefined],
    [
      'with a thought for OpenAI',
      sent('openai', CHAT, { model: 'm', messages: thought }),
      /member/,
    ],
    ['for embeddings', sent('openai', '/v1/embeddings', { model: 'm', input: [] }), /input/],
    ['for Responses', sent('openai', '/v1/responses', { model: 'm', input: 7 }), /input/],
    ['in another format', sent('anthropic', '/v1/messages', {}), undefined],
  ])('%s', (_name, request, problem) => {
    const found = outgoingProblems([request, request])
    if (problem === undefined) expect(found).toEqual([])
    else expect(found).toEqual([expect.stringMatching(problem)])
  })
})

test('is counted, whatever the schema says', () => {
  const all = [sent('openai', CHAT, {}), sent('gemini', '/v1beta/models/m:generateContent', {})]
  expect(countOutgoing(all)).toBe(1)
})
