import { describe, expect, test } from 'vitest'
import { classify } from '../../src/classifier/classify.ts'
import type { RequestFacts } from '../../src/domain/request.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { anthropicMessagesSurface as surface } from '../../src/surfaces/anthropic.ts'

const TARGET = { url: 'https://demarc.test/v1/messages', headers: new Headers() }

function scanned(body: unknown): JsonDocument {
  const document = scanJson(typeof body === 'string' ? body : JSON.stringify(body))
  if (!document.ok) throw new Error(document.error.problem)
  return document.value
}

function read(body: object) {
  const found = surface.read(
    scanned({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], ...body }),
    TARGET,
  )
  if (!found.ok) throw new Error(JSON.stringify(found.error))
  return found.value
}

const said = (content: unknown, role = 'user') => ({ messages: [{ role, content }] })
const image = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
}
const pdf = {
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
}
const tool = { name: 'f', input_schema: { type: 'object' } }

describe('what a request asks for', () => {
  test.each<[string, object, Partial<RequestFacts>]>([
    [
      'nothing special',
      {},
      { features: [], onlyOwnDialect: [], mediaParts: 0, outputTokensMax: 9 },
    ],
    ['an image', said([image]), { features: ['vision'], mediaParts: 1 }],
    [
      'an image in a result',
      said([{ type: 'tool_result', tool_use_id: 't', content: [image] }]),
      { features: ['vision'], mediaParts: 1 },
    ],
    [
      'an image by its address',
      said([{ type: 'image', source: { type: 'url', url: 'https://x.test' } }]),
      { features: ['image-url', 'vision'] },
    ],
    ['a PDF', said([pdf]), { features: ['file-input'], mediaParts: 1 }],
    [
      'a document that is text',
      said([{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }]),
      { features: [], mediaParts: 0 },
    ],
    ['tools', { tools: [tool] }, { features: ['tools'] }],
    [
      'a forced tool',
      { tools: [tool], tool_choice: { type: 'any', disable_parallel_tool_use: true } },
      { features: ['parallel-tool-calls', 'tool-choice', 'tools'] },
    ],
    [
      'a schema',
      { output_config: { format: { type: 'json_schema', schema: {} } } },
      { features: ['json-schema'] },
    ],
    [
      'an effort',
      { output_config: { effort: 'low' } },
      { features: ['reasoning-effort'], askedBy: { 'reasoning-effort': 'output_config' } },
    ],
    [
      'thinking',
      { thinking: { type: 'adaptive' } },
      { features: ['reasoning-effort'], askedBy: { 'reasoning-effort': 'thinking' } },
    ],
    [
      'how to sample',
      { temperature: 1, top_k: 1, top_p: 1, stop_sequences: ['x'] },
      { features: ['stop', 'temperature', 'top-k', 'top-p'] },
    ],
    ['who asks', { metadata: { user_id: 'u' } }, { features: ['user'] }],
    [
      'citations',
      said([{ ...pdf, citations: { enabled: true } }]),
      { onlyOwnDialect: ['citations'] },
    ],
    [
      'a cache',
      { system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }] },
      { onlyOwnDialect: ['cache_control'], handling: handling({}) },
    ],
    [
      'a cache that lasts',
      { tools: [{ ...tool, cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      { handling: handling({ longCache: true }) },
    ],
    [
      'tools of Anthropic that the client runs',
      { tools: [{ type: 'bash_20250124', name: 'bash' }] },
      { features: [], onlyOwnDialect: ['anthropic-defined-tools'], handling: handling({}) },
    ],
    [
      'tools that Anthropic runs',
      { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] },
      {
        features: ['web-search'],
        onlyOwnDialect: ['hosted-tools'],
        handling: handling({ hostedTools: true }),
      },
    ],
    [
      'a tool that nobody knows',
      { tools: [{ type: 'telepathy_20270101', name: 'x' }] },
      { handling: handling({ hostedTools: true }) },
    ],
    [
      'what such tools have found',
      said([{ type: 'web_search_tool_result', tool_use_id: 't', content: [] }], 'assistant'),
      { onlyOwnDialect: ['server-tool-blocks'] },
    ],
    [
      'servers of others',
      { mcp_servers: [{ type: 'url', url: 'https://x.test' }] },
      { handling: handling({ hostedTools: true }) },
    ],
    [
      'a container',
      { container: 'c' },
      { handling: handling({ hostedTools: true, stored: true }) },
    ],
    ['a thread that is kept', { thread: { id: 't' } }, { handling: handling({ stored: true }) }],
    [
      'speed',
      { speed: 'fast' },
      { features: ['service-tier'], handling: handling({ serviceTier: 'other' }) },
    ],
    [
      'a region',
      { inference_geo: 'us' },
      { onlyOwnDialect: ['inference_geo'], handling: handling({ serviceTier: 'other' }) },
    ],
    [
      'the usual service',
      { service_tier: 'auto', speed: 'standard', inference_geo: 'global' },
      { handling: handling({}) },
    ],
    [
      'a summary that is billed apart',
      { context_management: { edits: [{ type: 'compact_20260112' }] } },
      { handling: handling({ serviceTier: 'other' }) },
    ],
    [
      'a context that is only cut',
      { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
      { handling: handling({}) },
    ],
    ['other models', { fallbacks: [] }, { handling: handling({ serviceTier: 'other' }) }],
    ['something new', { telepathy: true, model: 'm' }, { unknownFields: ['telepathy'] }],
  ])('%s', (_name, body, expected) => expect(read(body).facts).toMatchObject(expected))

  test('counts every byte of a prompt that is not media', () => {
    const bare = read(said([{ type: 'text', text: 'x' }])).facts
    const media = read(
      said([
        { type: 'text', text: 'x' },
        { ...image, source: { ...image.source, data: 'A'.repeat(9999) } },
      ]),
    ).facts
    expect(media.promptBytes - bare.promptBytes).toBeLessThan(100)
    const more = read({ ...said([{ type: 'text', text: 'x' }]), system: 'é'.repeat(100) }).facts
    expect(more.promptBytes - bare.promptBytes).toBeGreaterThanOrEqual(200)
  })
})

function handling(more: Partial<RequestFacts['handling']>): RequestFacts['handling'] {
  return { stored: false, hostedTools: false, longCache: false, serviceTier: 'default', ...more }
}

describe('what the classifier is given', () => {
  const CARD = '4111 1111 1111 1111'
  const seal = Buffer.from(
    Uint8Array.from({ length: 90 }, (_, at) => (at * 97 + 201) % 256),
  ).toString('base64')

  test.each<[string, object]>([
    ['system', { system: [{ type: 'text', text: CARD }] }],
    ['a message', said(CARD)],
    [
      'a result',
      said([{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: CARD }] }]),
    ],
    [
      'the input of a call',
      said([{ type: 'tool_use', id: 't', name: 'f', input: { pan: CARD } }], 'assistant'),
    ],
    [
      'a document',
      said([{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: CARD } }]),
    ],
    ['a title', said([{ ...pdf, title: CARD }])],
    ['thinking', said([{ type: 'thinking', thinking: CARD, signature: seal }], 'assistant')],
    [
      'the place of a signature',
      said([{ type: 'thinking', thinking: '', signature: CARD }], 'assistant'),
    ],
    [
      'text in base64 in that place',
      said(
        [
          {
            type: 'redacted_thinking',
            data: Buffer.from(`My card is ${CARD}, my card is ${CARD}.`).toString('base64'),
          },
        ],
        'assistant',
      ),
    ],
    ['metadata', { metadata: { user_id: CARD } }],
    ['a tool', { tools: [{ ...tool, description: CARD }] }],
    ['a field that nobody knows', { telepathy: CARD }],
  ])('holds %s', (_name, body) =>
    expect(classify(read(body).envelope).findings.map(({ kind }) => kind)).toContain('card'),
  )

  test.each<[string, object, string]>([
    ['an image', said([image]), 'image'],
    ['a PDF', said([pdf]), 'file'],
    [
      'an address',
      said([{ type: 'document', source: { type: 'url', url: 'https://x.test' } }]),
      'remote-url',
    ],
    ['a stored file', said([{ type: 'image', source: { type: 'file', file_id: 'f' } }]), 'file'],
    ['a container', { container: { id: 'c' } }, 'stored-prompt'],
    ['a thread', { thread: { id: 't' } }, 'stored-prompt'],
  ])('says that it cannot read %s', (_name, body, reason) =>
    expect(read(body).envelope.opaque.map((each) => each.reason)).toEqual([reason]),
  )

  test('leaves the seals of thoughts out, which nobody can read', () => {
    const body = said(
      [
        { type: 'thinking', thinking: 'x', signature: seal },
        { type: 'redacted_thinking', data: seal },
        { type: 'text', text: seal },
      ],
      'assistant',
    )
    const { envelope } = read(body)
    expect(envelope.opaque).toEqual([])
    expect(envelope.leaves.filter(({ text }) => text === seal)).toHaveLength(1)
  })
})
