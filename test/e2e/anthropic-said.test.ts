import {
  AuthenticationError,
  NotFoundError,
  RateLimitError,
  type Anthropic,
} from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { anthropicSdk, errorOf, user } from './anthropic-client.ts'
import { entriesOf, openStage, post, theRequest, verify, type Stage } from './harness.ts'

let stage: Stage
let client: Anthropic

beforeAll(async () => {
  stage = await openStage()
  client = anthropicSdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describe('what Anthropic itself is sent', () => {
  const model = 'anthropic/claude-haiku-4-5'
  const body =
    `{ "max_tokens" : 1.0e2, "model":"${model}",\n "messages":[{"role":"user","content":"Hi \\u00e9"}], "system" : [{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"5m"}}] }`.replace(
      '1.0e2',
      '100',
    )

  test('is the bytes of the client, but for the model', async () => {
    const reply = await post(stage, body, { path: '/v1/messages?beta=true' })
    expect(reply.status).toBe(200)
    expect(theRequest(stage, 'anthropic').body).toBe(body.replace(model, 'claude-haiku-4-5'))
    expect(reply.headers.get('demarc-unsupported')).toBeNull()
  })

  test('names betas and versions, which other upstreams never see', async () => {
    const headers = {
      'anthropic-beta': 'some-beta-2026-01-01,other',
      'anthropic-version': '2023-06-01',
      'x-secret': 's',
    }
    await post(stage, body, { path: '/v1/messages', headers })
    await post(stage, body.replace(model, 'vllm/qwen3-30b-a3b-2507'), {
      path: '/v1/messages',
      headers,
    })
    const [own, other] = stage.fleet.requests
    expect(own?.headers['anthropic-beta']).toBe(headers['anthropic-beta'])
    expect(own?.headers['x-secret']).toBeUndefined()
    expect(other?.destination).toBe('vllm')
    expect(other?.headers['anthropic-beta']).toBeUndefined()
  })

  test.each(['authorization', 'x-api-key'])(
    'and never the key of the client, sent as %s',
    async (name) => {
      const value = name === 'authorization' ? `Bearer ${stage.key}` : stage.key
      const response = await fetch(`${stage.local.url}/v1/messages`, {
        method: 'POST',
        headers: { [name]: value, 'content-type': 'application/json' },
        body,
      })
      expect(response.status).toBe(200)
      expect(JSON.stringify(theRequest(stage, 'anthropic'))).not.toContain(stage.key)
    },
  )
})

describe('what else an Anthropic client may say', () => {
  const image: Anthropic.ImageBlockParam = {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: PNG },
  }

  test.each([
    ['anthropic', 'anthropic/claude-haiku-4-5'],
    ['openai', 'openai/gpt-5-nano'],
    ['gemini', 'gemini/gemini-2.5-flash'],
  ] as const)('an image, which makes a request unscanned, is kept from %s', async (_id, model) => {
    const error = await errorOf(
      client.messages.create({ model, max_tokens: 50, messages: user([image]) }),
    )
    expect([error.status, error.type]).toEqual([403, 'permission_error'])
    expect(error.error).toMatchObject({ error: { code: 'policy_forbids' } })
    expect(stage.fleet.requests).toEqual([])
  })

  test('an image goes to own hardware', async () => {
    await client.messages.create({
      model: 'ollama/gemma-3-12b-q4',
      max_tokens: 50,
      messages: user([{ type: 'text', text: 'What is it?' }, image]),
    })
    expect(theRequest(stage, 'ollama').body).toContain(`data:image/png;base64,${PNG}`)
  })

  test('what others have no words for is named, or refused if that is asked for', async () => {
    const request = {
      model: 'vllm/qwen3-30b-a3b-2507',
      max_tokens: 50,
      messages: user('Hi'),
      top_k: 5,
      context_management: { edits: [] },
      system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    }
    const reply = await post(stage, request, { path: '/v1/messages' })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('demarc-unsupported')).toBe('cache_control, context_management, top-k')
    const strict = await post(stage, request, {
      path: '/v1/messages',
      headers: { 'demarc-strict': '1' },
    })
    expect([strict.status, strict.error['type'], strict.error['code']]).toEqual([
      400,
      'invalid_request_error',
      'cannot_serve',
    ])
  })

  test.each([
    [
      'a tool that Anthropic runs',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    ],
    ['servers of others', { mcp_servers: [{ type: 'url', name: 'x', url: 'https://x.test' }] }],
    ['a container', { container: 'container_1' }],
    ['another price', { speed: 'fast' }],
    ['another region', { inference_geo: 'us' }],
    ['other models', { fallbacks: [{ model: 'claude-opus-5' }] }],
    ['a conversation that is kept', { thread: { id: 't' } }],
  ])('%s is not sent without the policy, or a price, for it', async (_name, more) => {
    const request = {
      model: 'anthropic/claude-haiku-4-5',
      max_tokens: 50,
      messages: user('Hi'),
      ...more,
    }
    const reply = await post(stage, request, { path: '/v1/messages' })
    expect(reply.status).toBe(403)
    expect(stage.fleet.requests).toEqual([])
  })
})

test.each(['anthropic/claude-haiku-4-5', 'vllm/qwen3-30b-a3b-2507'])(
  'betas work as coding agents use them: %s',
  async (model) => {
    const stream = client.beta.messages.stream({
      model,
      max_tokens: 50,
      betas: ['context-management-2025-06-27', 'interleaved-thinking-2025-05-14'],
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
      output_config: { effort: 'low' },
      metadata: { user_id: 'a-user' },
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      tools: [{ name: 'f', input_schema: { type: 'object' }, eager_input_streaming: true }],
      messages: user('Hi'),
    })
    const { content, stop_reason: reason } = await stream.finalMessage()
    expect([content[0]?.type, reason]).toEqual(['text', 'end_turn'])
  },
)

describe('errors for an Anthropic client', () => {
  const model = 'anthropic/claude-haiku-4-5'
  const plain = { model, max_tokens: 50, messages: user('Hi') }

  test('a wrong key', async () => {
    const error = await errorOf(anthropicSdk(stage, 'sk-wrong').messages.create(plain))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.type).toBe('authentication_error')
    expect(error.requestID).toMatch(/^dec_/)
  })

  test('an unknown model', async () => {
    expect(await errorOf(client.messages.create({ ...plain, model: 'no-such' }))).toBeInstanceOf(
      NotFoundError,
    )
  })

  test('a limit of the upstream', async () => {
    stage.fleet.script('together', { kind: 'rate-limit', retryAfterS: 900 })
    const error = await errorOf(client.messages.create({ ...plain, model: 'together/glm-5' }))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error.headers?.get('retry-after')).toBe('900')
  })

  test.each([
    [{}, 'model'],
    [{ model }, 'max_tokens'],
    [{ model, max_tokens: 5 }, 'messages'],
    [{ model, max_tokens: -1, messages: [{ role: 'user', content: 'x' }] }, 'max_tokens'],
    [{ model, max_tokens: 5, messages: [] }, 'messages'],
    [{ model, max_tokens: 5, messages: [{ role: 'bot', content: 'x' }] }, 'messages.0.role'],
    [{ model, max_tokens: 5, messages: [{ role: 'user', content: 5 }] }, 'messages.0.content'],
    [
      { model, max_tokens: 5, messages: [{ role: 'user', content: [{}] }] },
      'messages.0.content.0.type',
    ],
    [{ model, max_tokens: 5, messages: [{ role: 'user', content: 'x' }], stream: 'yes' }, 'stream'],
  ])('a wrong body: %j', async (body, param) => {
    const reply = await post(stage, body, { path: '/v1/messages' })
    expect([reply.status, reply.body['type'], reply.error['type'], reply.error['param']]).toEqual([
      400,
      'error',
      'invalid_request_error',
      param,
    ])
    expect(reply.headers.get('request-id')).toMatch(/^dec_/)
  })

  test('counting tokens is judged like any other request', async () => {
    const secret = 'My card is 4111 1111 1111 1111, expires 12/29.'
    const error = await errorOf(client.messages.countTokens({ model, messages: user(secret) }))
    expect(error.status).toBe(403)
    expect(stage.fleet.requests).toEqual([])
    expect(JSON.stringify(error.error)).not.toContain('4111')
  })

  test('and put on record: the ledger holds the count, at no cost', async () => {
    const { response } = await client.messages
      .countTokens({ model, messages: user('Hi') })
      .withResponse()
    const entries = await entriesOf(stage, response.headers.get('demarc-decision') ?? '')
    expect(entries.length).toBe(2)
    expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
    expect(response.headers.get('demarc-label')).toBe('public')
  })
})
