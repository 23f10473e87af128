import { describe, expect, test } from 'vitest'
import type { Handling } from '../../src/domain/request.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { openaiChatSurface } from '../../src/surfaces/openai-chat.ts'
import type { ReadRequest } from '../../src/surfaces/surface.ts'

const documentOf = (body: object): JsonDocument => {
  const document = scanJson(JSON.stringify(body))
  if (!document.ok) throw new Error('not JSON')
  return document.value
}
const target = { url: 'https://demarc.test/v1/chat/completions', headers: new Headers() }

const HELLO = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }

function read(more: object): ReadRequest {
  const body = { ...HELLO, ...more }
  const found = openaiChatSurface.read(documentOf(body), target)
  if (!found.ok) throw new Error('refused')
  return found.value
}

test.each<[string, object, string | null, RegExp]>([
  ['no object', [], null, /JSON object/],
  ['no model', { messages: [] }, 'model', /alias/],
  ['a model that is none', { model: null, messages: [] }, 'model', /a string/],
  ['no messages', { model: 'm' }, 'messages', /missing/],
  ['messages that are none', { model: 'm', messages: null }, 'messages', /an array/],
  ['a limit of nothing', { ...HELLO, max_tokens: 0 }, 'max_tokens', /at least 1/],
  ['half a seed', { ...HELLO, seed: 0.5 }, 'seed', /a whole number/],
  ['too many answers', { ...HELLO, n: 129 }, 'n', /at most 128/],
  ['a temperature in words', { ...HELLO, temperature: 'hot' }, 'temperature', /a number/],
])('a request is refused with %s', (_name, body, param, message) => {
  const found = openaiChatSurface.read(documentOf(body), target)
  expect(found.ok ? undefined : found.error).toMatchObject({
    param,
    message: expect.stringMatching(message),
  })
})

test('a seed may be below nothing', () =>
  expect(read({ seed: -1 }).facts.features).toEqual(['seed']))

describe('policy hears of who receives or keeps the data:', () => {
  const plain: Handling = {
    stored: false,
    hostedTools: false,
    longCache: false,
    serviceTier: 'default',
  }
  test.each<[string, object, Partial<Handling>]>([
    ['nothing', {}, {}],
    ['storage', { store: true }, { stored: true }],
    ['no storage', { store: false }, {}],
    ['a search by the provider', { web_search_options: {} }, { hostedTools: true }],
    ['a tool of the provider', { tools: [{ type: 'web_search' }] }, { hostedTools: true }],
    ['an MCP server', { tools: [{ type: 'mcp', server_url: 'x' }] }, { hostedTools: true }],
    ['a tool of no kind', { tools: [{}] }, { hostedTools: true }],
    ['tools of the client', { tools: [{ type: 'function' }, { type: 'custom' }] }, {}],
    ['a long cache', { prompt_cache_retention: '24h' }, { longCache: true }],
    ['a short cache', { prompt_cache_retention: 'in_memory' }, {}],
    ['another service class', { service_tier: 'flex' }, { serviceTier: 'other' }],
    ['the usual service class', { service_tier: 'auto' }, {}],
  ])('%s', (_name, more, handling) =>
    expect(read(more).facts.handling).toEqual({ ...plain, ...handling }),
  )

  test.each([
    ['webhook', 'https://x.test'],
    ['container', 'c'],
    ['mcp_servers', []],
    ['region', 'us'],
  ])('fields that no schema names: %s', (name, value) =>
    expect(read({ [name]: value }).facts.unknownFields).toEqual([name]),
  )
})

const signed = (data: string) => ({
  id: 'c',
  type: 'function',
  function: { name: 'f', arguments: '{}' },
  extra_content: { google: { thought_signature: data } },
})
const asked = (call: object) => ({
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c', content: 'r' },
  ],
})
const texts = (data: string): string[] =>
  read(asked(signed(data))).envelope.leaves.map(({ text }) => text)

describe('the signature of a call', () => {
  const signature = Buffer.from(Array.from({ length: 90 }, (_, at) => (at * 151 + 13) % 256))
  const passing = {
    upstreamModel: 'q',
    leaveOut: [],
    mustAskForUsage: false,
    edits: [],
    outputTokens: undefined,
  }

  test('is no text that anybody has written, but anything else in its place is', () => {
    expect(texts(signature.toString('base64'))).not.toContain(signature.toString('base64'))
    expect(texts('My card is 4111 1111 1111 1111')).toContain('My card is 4111 1111 1111 1111')
  })

  test.each<[string, object, string]>([
    ['last', signed('s'), '{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}'],
    ['first', { extra_content: {}, id: 'c' }, '{"id":"c"}'],
    ['between', { id: 'c', extra_content: {}, type: 'function' }, '{"id":"c","type":"function"}'],
    ['alone', { extra_content: {} }, '{}'],
  ])('does not reach others, wherever it stands: %s', (_name, call, left) => {
    const body = { model: 'm', ...asked(call) }
    const { facts } = read(asked(call))
    const sent = openaiChatSurface.pass(documentOf(body), { ...passing, facts })
    expect(sent).toBe(JSON.stringify({ ...body, model: 'q' }).replace(JSON.stringify(call), left))
  })
})
