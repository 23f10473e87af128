import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fields, parseFields, text, type Fields } from '../upstreams/read.ts'
import { startRawServer, type RawBehaviour, type RawServer } from '../upstreams/raw.ts'
import { openStage, post, rows, settled, verify, type Stage } from './harness.ts'

let raw: RawServer
let stage: Stage
beforeAll(async () => {
  raw = await startRawServer()
  stage = await openStage({
    vars: {
      TOGETHER_URL: raw.url,
      FIREWORKS_URL: raw.url,
      HEADERS_TIMEOUT_MS: '300',
      FIRST_TOKEN_TIMEOUT_MS: '600',
      IDLE_TIMEOUT_MS: '400',
      DEADLINE_MS: '3000',
    },
  })
})
afterAll(async () => {
  await stage.close()
  await raw.close()
})

const chat = (destination: string, more: Fields = {}): Fields => ({
  model: `${destination}/${{ together: 'llama-3.3-70b', fireworks: 'qwen3-235b-a22b' }[destination] ?? ''}`,
  stream: true,
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Go on.' }],
  ...more,
})

const MODEL = 'together/llama-3.3-70b'
/** A stream by each surface, and its error event, which is the last thing in it. */
const SURFACES: readonly (readonly [string, string, Fields, RegExp])[] = [
  [
    "OpenAI's chat completions, bytes that pass",
    '/v1/chat/completions',
    chat('together', { stream_options: { include_usage: true } }),
    /data: \{"error":\{[^\n]*"code":"upstream_failed"[^\n]*\}\}\n\n$/,
  ],
  [
    "OpenAI's chat completions, usage taken out",
    '/v1/chat/completions',
    chat('together'),
    /data: \{"error":\{[^\n]*"code":"upstream_failed"[^\n]*\}\}\n\n$/,
  ],
  [
    "OpenAI's Responses",
    '/v1/responses',
    { model: MODEL, stream: true, max_output_tokens: 1000, input: 'Go on.' },
    /event: error\ndata: [^\n]*"upstream_failed"[^\n]*\n\nevent: response\.failed\ndata: [^\n]*\n\n$/,
  ],
  [
    "Anthropic's Messages",
    '/v1/messages',
    chat('together'),
    /event: error\ndata: \{"type":"error","error":\{[^\n]*\}[^\n]*\}\n\n$/,
  ],
  [
    "Google's Gemini",
    `/v1beta/models/${encodeURIComponent(MODEL)}:streamGenerateContent?alt=sse`,
    {
      contents: [{ role: 'user', parts: [{ text: 'Go on.' }] }],
      generationConfig: { maxOutputTokens: 1000 },
    },
    /data: \{"error":\{[^\n]*"status":[^\n]*\}\}\n\n$/,
  ],
]

/** What the ledger must say of each request, looked at once, at the end: entries travel for a second or three. */
const expected: (readonly [string, object])[] = []
const TIMEOUT = { outcome: 'timeout', usageSource: 'bound' }
const COUNTED = { outcome: 'client-gone', usageSource: 'counted' }

/** Names a request in the ledger, and says how its one attempt must have been closed. */
function named(close: object): Record<string, string> {
  const name = `case-${expected.length}`
  expected.push([name, close])
  return { 'demarc-tags': `feature=${name}` }
}

describe('silence between two tokens', () => {
  test.each(SURFACES)('%s: ends with an error event', async (_name, path, body, event) => {
    raw.script({ frames: 2 })
    const reply = await post(stage, body, { path, headers: named(TIMEOUT) })
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('word ')
    expect(reply.text).toMatch(event)
    expect(reply.text).toContain('fell silent')
    expect(reply.text).not.toContain('[DONE]')
  })
})

test.each<readonly [string, RawBehaviour]>([
  ['no head within the time for heads', { head: false, frames: 0 }],
  ['no token within the time for first tokens', { frames: 0 }],
])('%s is a 504', async (_name, behaviour) => {
  raw.script(behaviour)
  const reply = await post(stage, chat('fireworks'), { headers: named(TIMEOUT) })
  expect([reply.status, reply.error['code']]).toEqual([504, 'upstream_failed'])
})

test('after so many failures the destination is left alone, and explain names why', async () => {
  const reply = await post(stage, chat('fireworks'))
  expect([reply.status, reply.error['code']]).toEqual([503, 'no_destination'])
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  const { body } = await post(stage, chat('fireworks'), { path: '/v1/explain' })
  expect(body['removed']).toContainEqual(
    expect.objectContaining({ destination: 'fireworks', by: 'cooling' }),
  )
})

test('a stream that goes on beyond the whole time is cut', async () => {
  raw.script({ frames: 1, dripMs: 100 })
  const reply = await post(stage, chat('together'), { headers: named(TIMEOUT) })
  expect(reply.text).toMatch(/"code":"upstream_failed"[^\n]*\n\n$/)
})

/** Reads the first words of a stream, and leaves. */
async function leave(path: string, body: Fields): Promise<void> {
  const client = new AbortController()
  const reply = await fetch(stage.local.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stage.key}`,
      'content-type': 'application/json',
      ...named(COUNTED),
    },
    body: JSON.stringify(body),
    signal: client.signal,
  })
  expect(reply.status).toBe(200)
  await reply.body?.getReader().read()
  client.abort()
}

describe('a client that leaves in the middle ends the stream at the upstream, and what was seen is counted', () => {
  test.each(SURFACES)('%s', async (_name, path, body) => {
    raw.script({ frames: 3, dripMs: 50 })
    await leave(path, body)
    await raw.left()
  })
})

test('each is on record as it went, nothing stays held, and the ledger agrees', async () => {
  await settled(stage)
  const found = await rows(stage, 'SELECT body FROM journal_entry ORDER BY seq')
  const entries = found.map(({ body }) => fields(parseFields(text(body) ?? '')))
  const byName = Map.groupBy(entries, (one) => fields(fields(one['facts'])['tags'])['feature'])
  for (const [name, close] of expected) {
    const [reserve, last, ...others] = byName.get(name) ?? []
    expect([name, last, others]).toEqual([name, expect.objectContaining(close), []])
    if (last?.['usageSource'] !== 'counted') continue
    const output = Number(fields(last['usage'])['output'])
    expect(output).toBeGreaterThanOrEqual('word '.length)
    expect(output).toBeLessThan(1000)
    expect(BigInt(String(last['costPicoUsd']))).toBeLessThan(
      BigInt(String(reserve?.['heldPicoUsd'])),
    )
  }
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})
