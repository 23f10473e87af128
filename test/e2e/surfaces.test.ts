import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { surfaces } from '../../src/surfaces/index.ts'
import { fields } from '../upstreams/read.ts'
import {
  decisionOf,
  entriesOf,
  newKey,
  openStage,
  post,
  verify,
  type Reply,
  type Stage,
} from './harness.ts'

/** How each surface is asked, with a text in the place where people write. */
const ASKED: Readonly<
  Record<
    keyof typeof surfaces,
    readonly [path: string, model: string, body: (model: string, text: string) => object]
  >
> = {
  'openai-chat': [
    '/v1/chat/completions',
    'openai/gpt-5-nano',
    (model, content) => ({
      model,
      max_completion_tokens: 50,
      messages: [{ role: 'user', content }],
    }),
  ],
  'openai-responses': [
    '/v1/responses',
    'openai/gpt-5-nano',
    (model, input) => ({ model, max_output_tokens: 50, input }),
  ],
  'openai-embeddings': [
    '/v1/embeddings',
    'text-embedding-3-small',
    (model, input) => ({ model, input }),
  ],
  'anthropic-messages': [
    '/v1/messages',
    'claude-haiku-4-5',
    (model, content) => ({ model, max_tokens: 50, messages: [{ role: 'user', content }] }),
  ],
  'anthropic-count-tokens': [
    '/v1/messages/count_tokens',
    'claude-haiku-4-5',
    (model, content) => ({ model, messages: [{ role: 'user', content }] }),
  ],
  gemini: [
    '/v1beta/models/gemini-2.5-flash:generateContent',
    'gemini-2.5-flash',
    (_model, text) => ({
      contents: [{ role: 'user', parts: [{ text }] }],
      generationConfig: { maxOutputTokens: 50 },
    }),
  ],
  'gemini-count-tokens': [
    '/v1beta/models/gemini-2.5-flash:countTokens',
    'gemini-2.5-flash',
    (_model, text) => ({ contents: [{ role: 'user', parts: [{ text }] }] }),
  ],
  'gemini-embeddings': [
    '/v1beta/models/gemini-embedding-001:embedContent',
    'gemini-embedding-001',
    (_model, text) => ({ content: { parts: [{ text }] } }),
  ],
  ollama: [
    '/api/chat',
    'openai/gpt-5-nano',
    (model, content) => ({
      model,
      stream: false,
      options: { num_predict: 50 },
      messages: [{ role: 'user', content }],
    }),
  ],
  'ollama-generate': [
    '/api/generate',
    'openai/gpt-5-nano',
    (model, prompt) => ({ model, stream: false, options: { num_predict: 50 }, prompt }),
  ],
  'ollama-embeddings': [
    '/api/embed',
    'text-embedding-3-small',
    (model, input) => ({ model, input }),
  ],
}
const ALL = Object.entries(ASKED).map(([name, [path, model, body]]) => ({
  name,
  path,
  model,
  body,
}))

let stage: Stage
beforeAll(async () => {
  stage = await openStage({
    // A team whose budget holds less than any of these requests may cost.
    policy: (bundle) => ({
      ...bundle,
      budgets: [
        ...bundle.budgets,
        { id: 'poor', scope: 'team', name: 'poor', period: 'month', limitMicroUsd: 1 },
      ],
      attributes: { ...bundle.attributes, teams: [...bundle.attributes.teams, 'poor'] },
    }),
  })
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

/** Of an error, in any dialect: of Ollama's, it is all there is. */
const messageOf = ({ body, error }: Reply): unknown => error['message'] ?? body['error']

const decisions: [string, string][] = []

describe.each(ALL)('on the surface $name', ({ name, path, model, body }) => {
  test('a request is served, and named in the dialect’s header', async () => {
    const reply = await post(stage, body(model, 'Why is the sky blue?'), { path })
    expect(reply.status).toBe(200)
    const isAnthropic = name.startsWith('anthropic')
    expect(reply.headers.get(isAnthropic ? 'request-id' : 'x-request-id')).toBe(decisionOf(reply))
    expect(stage.fleet.requests).toHaveLength(1)
    decisions.push([name, decisionOf(reply)])
  })

  test('a card number is found, and keeps the request from a third party', async () => {
    const reply = await post(stage, body(model, 'Card 4111 1111 1111 1111'), { path })
    expect(reply.status).toBe(403)
    expect(messageOf(reply)).toMatch(/rule .* card at \//)
    expect(reply.headers.get('demarc-label')).toContain('pci')
    expect(stage.fleet.requests).toEqual([])
  })

  test('the same can be explained, and is not sent', async () => {
    const asked = body(model, 'Card 4111 1111 1111 1111')
    const reply = await post(stage, asked, { path: `/v1/explain${path}` })
    expect([reply.status, fields(reply.body['label'])['level']]).toEqual([200, 'restricted'])
    expect(JSON.stringify(reply.body)).toContain('card')
    expect(stage.fleet.requests).toEqual([])
  })

  test('a spent budget refuses it', async () => {
    const key = await newKey(stage, { team: 'poor' })
    const reply = await post(stage, body(model, 'Why is the sky blue?'.repeat(50)), { path, key })
    expect(reply.status).toBe(402)
    expect(stage.fleet.requests).toEqual([])
  })

  test('a wrong key is refused in the dialect’s own words', async () => {
    const reply = await post(stage, body(model, 'Hi'), { path, key: 'demarc_wrong_key' })
    expect(reply.status).toBe(401)
    const error = fields(reply.body['error'])
    if (name.startsWith('ollama')) {
      expect([typeof reply.body['error'], reply.body['code']]).toEqual([
        'string',
        'unauthenticated',
      ])
    } else if (name.startsWith('anthropic'))
      expect([reply.body['type'], error['type']]).toEqual(['error', 'authentication_error'])
    else if (name.startsWith('gemini')) expect(error['status']).toBe('UNAUTHENTICATED')
    else expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type'])
  })

  test('a body that is no JSON is refused in the dialect’s own words', async () => {
    const reply = await post(stage, '{"a":', { path })
    expect(reply.status).toBe(400)
    expect(messageOf(reply)).toContain('JSON')
  })
})

test('all that was served is in the ledger under its surface, which agrees with the journal', async () => {
  expect(decisions).toHaveLength(ALL.length)
  for (const [name, decision] of decisions) {
    const [reserved, closed] = await entriesOf(stage, decision)
    expect(JSON.stringify(reserved)).toContain(`"surface":"${name}"`)
    expect(closed?.['kind']).toBe('settle')
  }
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})

test.each([
  ['GET', '/v1/responses/resp_1'],
  ['DELETE', '/v1/responses/resp_1'],
  ['POST', '/v1/responses/input_tokens'],
  ['POST', '/v1/responses/compact'],
  ['POST', '/v1/conversations'],
])('%s %s says that nothing is kept', async (method, path) => {
  const response = await fetch(stage.local.url + path, { method })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('keeps no responses')
})

test.each<[string, object, string]>([
  [
    '/v1/messages',
    { max_tokens: 9, system: 'Hi', messages: [{ role: 'user', content: 'Hi' }] },
    '',
  ],
  ['/v1/responses', { input: 'Hi' }, ''],
  ['/api/generate', { prompt: 'Hi' }, ''],
  ['/v1beta/models/{model}:generateContent', { contents: [{ parts: [{ text: 'Hi' }] }] }, ''],
  ['There is no', { model: 'auto' }, '/v1/no-such-path'],
])('a body that is no chat is told where it is explained: %s', async (told, body, path) => {
  const reply = await post(stage, { model: 'auto', ...body }, { path: `/v1/explain${path}` })
  if (path === '') {
    expect([reply.status, reply.error['message']]).toEqual([
      400,
      expect.stringContaining(`/v1/explain${told}`),
    ])
  } else expect(reply.status).toBe(404)
  expect(stage.fleet.requests).toEqual([])
})

const countTokens = (headers: Readonly<Record<string, string>> = {}) =>
  post(
    stage,
    {
      model: 'vllm/qwen3-30b-a3b-2507',
      messages: [{ role: 'user', content: 'Why is the sky blue?' }],
    },
    { path: '/v1/messages/count_tokens', headers },
  )

describe('tokens of a model whose server does not count', () => {
  test('are estimated here, and nothing is sent', async () => {
    const reply = await countTokens()
    expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, 'exact-count'])
    expect(reply.body['input_tokens']).toBeGreaterThan(4)
    expect(stage.fleet.requests).toEqual([])
  })

  test('are not, for who wants them exact', async () =>
    expect((await countTokens({ 'demarc-strict': '1' })).status).toBe(400))
})
