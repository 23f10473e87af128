import { describe, expect, test } from 'vitest'
import type { Refusal } from '../../src/domain/refusal.ts'
import type { RequestFacts } from '../../src/domain/request.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { ollamaEmbeddingsSurface } from '../../src/surfaces/embeddings-ollama.ts'
import { ollamaGenerateSurface, ollamaSurface } from '../../src/surfaces/ollama.ts'
import { loadWish } from '../../src/surfaces/ollama-read.ts'
import type { ReadRequest, Surface } from '../../src/surfaces/surface.ts'

const documentOf = (body: object): JsonDocument => {
  const document = scanJson(JSON.stringify(body))
  if (!document.ok) throw new Error('not JSON')
  return document.value
}

const at = (path: string) => ({ url: `https://demarc.test${path}`, headers: new Headers() })

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }
const chat = (more: object) => ollamaSurface.read(documentOf({ ...CHAT, ...more }), at('/api/chat'))
const generate = (more: object) =>
  ollamaGenerateSurface.read(documentOf({ model: 'm', prompt: 'Hi', ...more }), at('/api/generate'))

function accepted(read: ReturnType<Surface['read']>): ReadRequest {
  if (!read.ok) throw new Error('refused')
  return read.value
}
const refused = (read: ReturnType<Surface['read']>): Refusal | undefined =>
  read.ok ? undefined : read.error

describe('a request of an Ollama client', () => {
  test.each<[string, object, Partial<RequestFacts>]>([
    ['streams by default', {}, { stream: true }],
    ['streams if it leaves it open', { stream: null }, { stream: true }],
    ['need not stream', { stream: false }, { stream: false }],
    ['means the model without its default tag', { model: 'a:latest' }, { model: 'a' }],
    ['keeps any other tag', { model: 'qwen3:8b' }, { model: 'qwen3:8b' }],
    ['has no limit', { options: { num_predict: -1 } }, { outputTokensMax: undefined }],
    ['has a limit', { options: { num_predict: 7 } }, { outputTokensMax: 7 }],
    ['asks for tools', { tools: [{ type: 'function' }] }, { features: ['tools'] }],
    ['asks for no tools', { tools: [] }, { features: [] }],
    ['asks for JSON', { format: 'json' }, { features: ['json-object'] }],
    ['asks for a schema', { format: {} }, { features: ['json-schema'] }],
    ['asks for text', { format: '' }, { features: [] }],
    [
      'asks for much',
      { think: 'low', logprobs: true, options: { temperature: 1, top_k: 1, seed: 1, stop: ['x'] } },
      { features: ['logprobs', 'reasoning-effort', 'seed', 'stop', 'temperature', 'top-k'] },
    ],
    [
      'says what only an Ollama understands',
      { keep_alive: '5m', options: { num_ctx: 8192, min_p: 0.1 } },
      { onlyOwnDialect: ['keep_alive', 'min_p', 'num_ctx'] },
    ],
    ['says what nobody knows', { tier: 'x' }, { unknownFields: ['tier'] }],
  ])('%s', (_name, more, expected) => expect(accepted(chat(more)).facts).toMatchObject(expected))

  test('holds images that nobody can read, but text in base64 is read', () => {
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255, 254, 3, 8, 200]).toString(
      'base64',
    )
    const card = Buffer.from('My card is 4111 1111 1111 1111, thanks.').toString('base64')
    const messages = [{ role: 'user', content: 'Hi', images: [image, card] }]
    const { envelope, facts } = accepted(chat({ messages }))
    expect(envelope.opaque).toEqual([{ reason: 'image', path: '/messages/0/images/0' }])
    expect(envelope.leaves.map(({ text }) => text)).toContain(card)
    expect(facts).toMatchObject({ mediaParts: 2, features: ['vision'] })
    const lone = accepted(generate({ images: [image] }))
    expect(lone.envelope.opaque).toEqual([{ reason: 'image', path: '/images/0' }])
  })

  test('may hold an earlier conversation as tokens, which nobody can read', () => {
    const { envelope, facts } = accepted(generate({ context: [1, 2, 3] }))
    expect(envelope.opaque).toEqual([{ reason: 'encoded', path: '/context' }])
    expect(facts.onlyOwnDialect).toEqual(['context'])
  })

  test('counts all that becomes prompt', () => {
    const short = accepted(generate({})).facts.promptBytes
    const more = { system: 'x'.repeat(100), suffix: 'y'.repeat(100), template: 'z'.repeat(100) }
    expect(accepted(generate(more)).facts.promptBytes - short).toBeGreaterThanOrEqual(300)
  })

  test.each<[string, ReturnType<Surface['read']>, string | null]>([
    ['no model', ollamaSurface.read(documentOf({ messages: [] }), at('/api/chat')), 'model'],
    ['no object', ollamaSurface.read(documentOf([]), at('/api/chat')), null],
    ['no messages', chat({ messages: [] }), 'messages'],
    ['no message', chat({ messages: ['Hi'] }), 'messages[0]'],
    ['a role that is none', chat({ messages: [{ role: 'x' }] }), 'messages[0].role'],
    ['parts', chat({ messages: [{ role: 'user', content: [] }] }), 'messages[0].content'],
    [
      'an image at an address',
      chat({ messages: [{ role: 'user', images: ['https://x.test/a.png'] }] }),
      'messages[0].images[0]',
    ],
    ['images that are no list', generate({ images: 'AAAA' }), 'images'],
    ['a format that is none', chat({ format: 'xml' }), 'format'],
    ['a thought that is none', chat({ think: 'hard' }), 'think'],
    ['a number for a thought', chat({ think: 1 }), 'think'],
    ['an option that is none', chat({ options: { temperature: 'hot' } }), 'options.temperature'],
    ['options that are none', chat({ options: [] }), 'options'],
    ['nothing to say', generate({ prompt: '' }), 'prompt'],
  ])('is refused with %s', (_name, read, param) =>
    expect(refused(read)).toMatchObject({ code: 'invalid_request', param }),
  )
})

test.each<[string, string, object, 'load' | 'unload' | undefined]>([
  ['ollama', 'without messages', {}, 'load'],
  ['ollama', 'with none', { messages: [], keep_alive: '5m' }, 'load'],
  ['ollama', 'with none, and no time', { messages: [], keep_alive: 0 }, 'unload'],
  ['ollama', 'with one', { messages: [{ role: 'user', content: 'Hi' }] }, undefined],
  ['ollama', 'with messages that are none', { messages: 'Hi' }, undefined],
  ['ollama-generate', 'without a prompt', {}, 'load'],
  ['ollama-generate', 'with an empty one', { prompt: '', keep_alive: 0 }, 'unload'],
  ['ollama-generate', 'with one', { prompt: 'Hi' }, undefined],
  ['ollama-generate', 'with an image', { prompt: '', images: ['AAAA'] }, undefined],
  ['ollama-embeddings', 'of nothing', {}, undefined],
])('a request to %s, %s, wants: %s', (surface, _name, more, wish) =>
  expect(loadWish(documentOf({ model: 'm', ...more }), surface)).toBe(wish),
)

describe('a request for an Ollama', () => {
  const passing = {
    facts: accepted(chat({})).facts,
    upstreamModel: 'q',
    leaveOut: [],
    mustAskForUsage: true,
    edits: [],
    outputTokens: undefined,
  }
  test.each<[string, object, object, string]>([
    ['named anew', {}, {}, '{"model":"q","messages":[{"role":"user","content":"Hi"}]}'],
    [
      'limited by the key',
      { options: { num_predict: -1 } },
      { outputTokens: 9 },
      '"options":{"num_predict":9}}',
    ],
    [
      'limited among options',
      { options: { seed: 1 } },
      { outputTokens: 9 },
      '{"num_predict":9,"seed":1}',
    ],
    ['limited without options', {}, { outputTokens: 9 }, '"options":{"num_predict":9}}'],
    ['without what it does not get', { tier: 1 }, { leaveOut: ['tier'] }, '"content":"Hi"}]}'],
  ])('is the client’s own, %s', (_name, more, change, expected) =>
    expect(
      ollamaSurface.pass(documentOf({ ...CHAT, ...more }), { ...passing, ...change }),
    ).toContain(expected),
  )
})

const read = (path: string, body: object) =>
  ollamaEmbeddingsSurface.read(documentOf({ model: 'm', ...body }), at(path))

describe('a request for embeddings', () => {
  test.each<[string, string, object, Partial<RequestFacts>]>([
    ['of one text', '/api/embed', { input: 'a' }, { templateParts: 1, features: [] }],
    [
      'of several',
      '/api/embed',
      { input: ['a', 'b'], dimensions: 3 },
      { features: ['dimensions'] },
    ],
    [
      'in the older form',
      '/api/embeddings',
      { prompt: 'a', keep_alive: 1 },
      { onlyOwnDialect: ['keep_alive'] },
    ],
  ])('is read: %s', (_name, path, body, expected) =>
    expect(accepted(read(path, body)).facts).toMatchObject(expected),
  )

  test.each<[string, string, object, string]>([
    ['nothing', '/api/embed', {}, 'input'],
    ['an empty text', '/api/embed', { input: ['a', ''] }, 'input[1]'],
    ['tokens', '/api/embed', { input: [[1, 2]] }, 'input[0]'],
    ['the older form', '/api/embed', { input: 'a', prompt: 'a' }, 'prompt'],
    ['the newer form', '/api/embeddings', { prompt: 'a', input: 'a' }, 'input'],
  ])('is refused with %s', (_name, path, body, param) =>
    expect(refused(read(path, body))).toMatchObject({ param }),
  )

  test('goes on in the newer form', () => {
    const passing = {
      facts: accepted(chat({})).facts,
      upstreamModel: 'q',
      leaveOut: [],
      mustAskForUsage: false,
      edits: [],
      outputTokens: undefined,
    }
    expect(ollamaEmbeddingsSurface.pass(documentOf({ model: 'm', prompt: 'a' }), passing)).toBe(
      '{"model":"q","input":"a"}',
    )
  })
})
