import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Fields } from '../upstreams/read.ts'
import { ask, get, keyIdOf, newKey, openStage, post, type Reply, type Stage } from './harness.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
// Whatever is refused here, nothing may have been sent.
afterEach(() => {
  const sent = [...stage.fleet.requests]
  stage.fleet.reset()
  expect(sent).toEqual([])
})
afterAll(() => stage.close())

const said = ({ status, error }: Reply) => [status, error['code'], error['param']]

const BODY = JSON.stringify(ask('Hi'))
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

test.each<readonly [string, string | Uint8Array, number, string, unknown]>([
  ['no body', '', 400, 'invalid_request', null],
  ['no object', '[]', 400, 'invalid_request', null],
  ['text', 'hello', 400, 'invalid_request', null],
  ['half an object', BODY.slice(0, -1), 400, 'invalid_request', null],
  ['something after it', `${BODY}{}`, 400, 'invalid_request', null],
  ['a byte order mark', `\uFEFF${BODY}`, 400, 'invalid_request', null],
  ['NaN', BODY.replace('200', 'NaN'), 400, 'invalid_request', null],
  ['a key twice', BODY.replace('{', '{"model":"auto",'), 400, 'invalid_request', null],
  [
    'a key twice, once in escapes',
    BODY.replace('{', '{"\\u006dodel":"openai/gpt-5",'),
    400,
    'invalid_request',
    null,
  ],
  [
    'a key twice deep inside',
    BODY.replace('"Hi"', '"Hi","metadata":{"a":1,"a":2}'),
    400,
    'invalid_request',
    null,
  ],
  [
    'invalid UTF-8',
    Uint8Array.of(...Buffer.from(BODY.slice(0, -3)), 0xff, 0xfe, ...Buffer.from('"}]}')),
    400,
    'invalid_request',
    null,
  ],
  [
    'an overlong encoding',
    Buffer.from(BODY.replace('Hi', '\u0001\u0001'), 'latin1').map((byte: number) =>
      byte === 1 ? 0xc0 : byte,
    ),
    400,
    'invalid_request',
    null,
  ],
  ['a deep nest', BODY.replace('{', `{"x":${deep(5000)},`), 400, 'invalid_request', null],
])('%s is refused', async (_name, body, status, code, param) => {
  expect(said(await post(stage, body))).toEqual([status, code, param])
})

test('more than 10 MB is refused by its length, before it has come', async () => {
  const status = await new Promise((resolve, reject) => {
    const sending = request(`${stage.local.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stage.key}`,
        'content-type': 'application/json',
        'content-length': 10_000_001,
      },
    })
    sending.once('response', (response) => {
      resolve(response.statusCode)
      sending.destroy()
    })
    sending.once('error', reject)
    sending.write('{')
  })
  expect(status).toBe(413)
})

test('more than 10 MB is refused also where no length is told', async () => {
  const piece = new TextEncoder().encode('a'.repeat(1_000_000))
  let pieces = 0
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (pieces++ < 12) controller.enqueue(piece)
      else controller.close()
    },
  })
  const response = await fetch(`${stage.local.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.key}`, 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as RequestInit)
  expect(response.status).toBe(413)
  await response.body?.cancel()
})

test.each<readonly [string, Fields]>([
  ['model', { model: 5 }],
  ['model', { model: null }],
  ['messages', { messages: 'Hi' }],
  ['messages', { messages: [] }],
  ['messages[0]', { messages: ['Hi'] }],
  ['messages[0].role', { messages: [{ role: 'boss', content: 'Hi' }] }],
  ['messages[0].role', { messages: [{ content: 'Hi' }] }],
  ['messages[0].content', { messages: [{ role: 'user' }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: 5 }] }],
  [
    'messages[1].content[0].type',
    {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'user', content: [{ type: 'video_url', video_url: {} }] },
      ],
    },
  ],
  ['stream', { stream: 'yes' }],
  ['temperature', { temperature: '1' }],
  ['max_tokens', { max_tokens: 1.5 }],
  ['max_tokens', { max_tokens: 1e21 }],
  ['max_completion_tokens', { max_completion_tokens: 0 }],
  ['max_completion_tokens', { max_completion_tokens: -5 }],
  ['n', { n: 0 }],
  ['n', { n: 1000 }],
  ['tools', { tools: {} }],
  ['metadata', { metadata: [] }],
  ['stop', { stop: 5 }],
  ['store', { store: 1 }],
  ['user', { user: {} }],
  ['response_format', { response_format: 'json' }],
  ['stream_options', { stream_options: true }],
])('a wrong %s is refused by name: %j', async (param, more) => {
  const reply = await post(stage, ask('Hi', more))
  expect(said(reply)).toEqual([400, 'invalid_request', param])
  expect(reply.error).toMatchObject({ type: 'invalid_request_error' })
  expect(reply.error['message']).toContain(`\`${param}\``)
})

test.each<readonly [string, Readonly<Record<string, string>>, string]>([
  ['a level', { 'demarc-label': 'top-secret' }, 'demarc-label'],
  ['a label', { 'demarc-label': 'public; a b; DE' }, 'demarc-label'],
  ['a label', { 'demarc-label': 'public; ; Germany' }, 'demarc-label'],
  ['a quality', { 'demarc-quality': 'best' }, 'demarc-quality'],
  ['a cost', { 'demarc-max-cost-usd': '-1' }, 'demarc-max-cost-usd'],
  ['a cost', { 'demarc-max-cost-usd': '1e9' }, 'demarc-max-cost-usd'],
  ['strictness', { 'demarc-strict': 'true' }, 'demarc-strict'],
  ['tags', { 'demarc-tags': 'novalue' }, 'demarc-tags'],
  ['tags', { 'demarc-tags': 'a=1,'.repeat(11) }, 'demarc-tags'],
])('a header that is not %s is refused, never ignored: %j', async (_what, headers, param) => {
  expect(said(await post(stage, ask('Hi'), { headers }))).toEqual([400, 'invalid_request', param])
})

test.each([
  ['auto '],
  ['AUTO'],
  ['gpt-99'],
  ['openai/'],
  ['openai/gpt-5/'],
  ['https://example.com/v1'],
  ['../openai/gpt-5'],
  ['__proto__'],
  ['constructor'],
  ['ollama/qwen3:8b-cloud'],
  ['workers-ai/@cf/nobody/unknown'],
  ['workers-ai/openai/gpt-5'],
])('there is no model %j', async (model) => {
  const reply = await post(stage, ask('Hi', { model }))
  expect(said(reply)).toEqual([404, 'model_unknown', 'model'])
  expect(reply.headers.get('x-should-retry')).toBe('false')
})

test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])(
  'a body of type %s is refused',
  async (type) => {
    const reply = await post(stage, BODY, { headers: { 'content-type': type } })
    expect(said(reply)).toEqual([415, 'media_type_unsupported', null])
  },
)

describe('a key that is not good', () => {
  test('looks the same whatever is wrong with it, on every path, and nothing else is learnt', async () => {
    const revoked = await newKey(stage)
    await stage.local.admin('DELETE', `/admin/api/keys/${keyIdOf(revoked)}`)
    const expired = await newKey(stage, { expiresAtMs: 1_700_000_000_000 })
    const [, id = '', secret = ''] = stage.key.split('_')
    const headers: Readonly<Record<string, string>>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${Buffer.from(`x:${stage.key}`).toString('base64')}` },
      { 'api-key': stage.key },
      { authorization: `Bearer ${stage.local.secrets.adminToken}` },
      ...[
        'nonsense',
        `${stage.key}x`,
        stage.key.slice(0, -1),
        stage.key.toUpperCase(),
        `dmk_${id}_${secret.split('').toReversed().join('')}`,
        `dmk_000000000000_${secret}`,
        `dmk_${'%'.repeat(12)}_${secret}`,
        'x'.repeat(600),
        revoked,
        expired,
      ].map((key) => ({ authorization: `Bearer ${key}` })),
    ]
    const seen = new Set<string>()
    for (const header of headers) {
      for (const [method, path] of [
        ['POST', '/v1/chat/completions'],
        ['POST', '/v1/explain'],
        ['GET', '/v1/models'],
        ['GET', '/v1/decisions/dec_x'],
      ] as const) {
        const response = await fetch(stage.local.url + path, {
          method,
          headers: { 'content-type': 'application/json', ...header },
          // It is wrong too, which must not show.
          ...(method === 'POST' ? { body: '{"model":5' } : {}),
        })
        const text = await response.text()
        seen.add(`${response.status} ${text.replace(/dec_\w+/, '')}`)
        expect(response.headers.get('demarc-policy')).toBeNull()
      }
    }
    expect([...seen]).toEqual([expect.stringMatching(/^401 .*"type":"authentication_error"/)])
  })

  test('opens nothing of the administration either', async () => {
    for (const path of ['/admin/api/keys', '/admin/api/policy', '/admin/api/ledger/verify']) {
      const reply = await get(stage, path, stage.key)
      expect([path, reply.status]).toEqual([path, 401])
    }
  })
})
