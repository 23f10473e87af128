import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SimulatedId } from '../upstreams/fleet.ts'
import type { Fields } from '../upstreams/read.ts'
import {
  ask,
  get,
  newKey,
  openStage,
  post,
  rows,
  settled,
  verify,
  type Sending,
  type Stage,
} from './harness.ts'
import { card, mail, marked, markers, word } from './marked.ts'
import { everyFile, everythingInD1, everythingInKv, everythingInSqlite } from './stored.ts'

let stage: Stage
const directory = mkdtempSync(join(tmpdir(), 'demarc-canary-'))
beforeAll(async () => {
  stage = await openStage({ persist: directory, vars: { FIRST_TOKEN_TIMEOUT_MS: '1000' } })
})
afterAll(async () => {
  await stage.fleet.close()
  rmSync(directory, { recursive: true, force: true })
})

const headers = (place: string): Record<string, string> => ({
  'demarc-tags': `who=${mail(`${place}: tag`)}, paid=${card(`${place}: tag`)}`,
  'demarc-label': `internal; ${card(`${place}: label`)}`,
  'user-agent': word(`${place}: agent`),
  'x-session-id': word(`${place}: header`),
})

const sends = (body: unknown, place: string, sending: Sending = {}) =>
  post(stage, body, { headers: headers(place), ...sending })

const NAMED = [
  'openai/gpt-5-nano',
  'together/glm-5',
  'fireworks/glm-5',
  'claude-haiku-4-5',
  'gemini/gemini-2.5-flash',
  'workers-ai/glm-4.7-flash',
  'workers-ai/llama-3.3-70b',
  'vllm/qwen3-30b-a3b-2507',
  'ollama/qwen3-8b',
  'llama-cpp/gemma-3-12b-q4',
]

test('answers, whole and streamed, everywhere', async () => {
  for (const model of ['auto', ...NAMED]) {
    for (const stream of [false, true]) {
      const reply = await sends({ ...marked(model, word), model, stream }, model)
      expect([model, reply.status < 500]).toEqual([model, true])
    }
  }
  for (const value of [card, mail]) {
    const reply = await sends(marked('found', value), 'found')
    expect([reply.status, reply.headers.get('demarc-label')]).toEqual([
      200,
      expect.stringMatching(/pci|pii/),
    ])
  }
  const masked = await post(stage, ask(`Write to ${mail('masked')}`), {
    headers: { 'demarc-label': 'confidential; mask' },
  })
  expect([masked.status, masked.headers.get('demarc-form')]).toEqual([200, 'redacted'])
})

test('refusals of every kind', async () => {
  const image = { type: 'image_url', image_url: { url: `https://example.com/${word('image')}` } }
  const file = { type: 'file', file: { filename: word('file'), file_data: word('file data') } }
  const secret = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')
  const bodies: readonly (readonly [number, unknown])[] = [
    [403, { ...marked('403', card), model: 'openai/gpt-5' }],
    [
      403,
      ask(
        `${secret}\n${Buffer.from(word('key').repeat(3)).toString('base64')}\n-----END PRIVATE KEY-----`,
      ),
    ],
    [403, ask([{ type: 'text', text: word('beside') }, image], { model: 'openai/gpt-5-nano' })],
    [400, ask([file])],
    [404, ask('Hi', { model: word('model') })],
    [404, ask('Hi', { model: card('model') })],
    [404, ask('Hi', { model: `openai/${mail('model')}` })],
    [400, `{"model":"auto","messages":[{"role":"user","content":"${word('half')}`],
    [400, `{"${word('twice')}":1,"${[...markers.values()].at(-1)}":"${word('twice')}"}`],
    [400, `not JSON but ${word('prose')}`],
    [400, ask('Hi', { temperature: word('temperature') })],
    [400, ask('Hi', { messages: [{ role: word('role'), content: word('content') }] })],
    [400, ask([{ type: word('part type'), text: word('part text') }])],
    [400, ask(word('dear'), { model: 'openai/gpt-5-nano', max_completion_tokens: 9_000_000 })],
  ]
  for (const [status, body] of bodies) expect((await sends(body, 'refused')).status).toBe(status)
  const strict = { 'demarc-strict': '1' }
  const dear = { 'demarc-max-cost-usd': '0.000000001' }
  const named = ask(word('strict'), { model: 'openai/gpt-5-nano', [word('strict field')]: 1 })
  expect((await post(stage, named, { headers: strict })).status).toBe(400)
  expect(
    (await post(stage, { ...named, model: 'claude-haiku-4-5' }, { headers: dear })).status,
  ).toBe(400)
  for (const header of ['demarc-label', 'demarc-quality', 'demarc-strict', 'demarc-tags']) {
    const reply = await post(stage, ask('Hi'), { headers: { [header]: word(header) } })
    expect([header, reply.status]).toEqual([header, 400])
  }
  expect((await sends(ask('Hi'), '401', { key: word('credential') })).status).toBe(401)
  expect((await get(stage, `/v1/decisions/${word('decision')}`)).status).toBe(404)
  expect((await get(stage, `/v1/${word('path')}?key=${word('query')}`)).status).toBe(404)
  expect((await sends(marked('explain', card), 'explain', { path: '/v1/explain' })).status).toBe(
    200,
  )
  const limited = await newKey(stage, { limits: { requestsPerMinute: 1 } })
  const again = [
    await sends(ask(word('limit')), 'limit', { key: limited }),
    await sends(ask(word('limit')), 'limit', { key: limited }),
  ]
  expect(again.map(({ status }) => status)).toContain(429)
})

const said = (where: string): string => card(`reply ${where}`)

const BREAKERS: readonly (readonly [SimulatedId, string])[] = [
  ['openai', 'openai/gpt-5-nano'],
  ['anthropic', 'claude-haiku-4-5'],
  ['gemini', 'gemini/gemini-2.5-flash'],
  ['workers-ai', 'workers-ai/glm-4.7-flash'],
  ['vllm', 'vllm/qwen3-30b-a3b-2507'],
]

test('upstreams that echo the prompt, or answer with it in every field, or break off', async () => {
  for (const [id, model] of BREAKERS) {
    for (const stream of [false, true]) {
      const body = () =>
        ask(`${word(`${id} text`)} ${card(`${id} text`)}`, {
          model: id === 'vllm' ? model : model,
          stream,
        })
      const plain = () => ask(word(`${id} text`), { model, stream })
      for (const status of [400, 401, 422]) {
        stage.fleet.script(id, { kind: 'echo', status })
        expect((await sends(id === 'vllm' ? body() : plain(), id)).status).toBeGreaterThanOrEqual(
          400,
        )
      }
      stage.fleet.script(id, { kind: 'echo', status: 500 })
      expect((await sends(plain(), id)).status).toBeGreaterThanOrEqual(500)
      stage.fleet.reset()
      await sends(plain(), id)
      stage.fleet.script(id, { kind: 'cut', afterFrames: 3, how: 'reset' })
      await sends(plain(), id)
      stage.fleet.reset()
      await sends(plain(), id)
    }
  }
  const chunk = (): Fields => ({
    id: said('id'),
    object: said('object'),
    created: 1,
    model: `gpt-5-nano-${said('model')}`,
    system_fingerprint: said('fingerprint'),
    service_tier: word('tier'),
    [said('key')]: said('value'),
  })
  const message = () => ({ role: 'assistant', content: said('content'), refusal: said('refusal') })
  const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 }
  const whole = {
    ...chunk(),
    choices: [{ index: 0, message: message(), finish_reason: said('finish') }],
    usage,
  }
  stage.fleet.script('openai', [
    {
      kind: 'reply',
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-request-id': mail('request id'),
        server: word('server'),
      },
      body: JSON.stringify(whole),
    },
    {
      kind: 'reply',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...whole, choices: word('choices') }),
    },
    {
      kind: 'reply',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: `{"choices": "${word('broken')}`,
    },
  ])
  for (let time = 0; time < 3; time++)
    await sends(ask(word('echoed'), { model: 'openai/gpt-5-nano' }), 'echoed')
  stage.fleet.reset()
  await sends(ask(word('echoed'), { model: 'openai/gpt-5-nano' }), 'echoed')
  const frame = {
    ...chunk(),
    choices: [{ index: 0, delta: message(), finish_reason: said('finish') }],
  }
  stage.fleet.script('openai', [
    {
      kind: 'reply',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `data: ${JSON.stringify(frame)}\n\ndata: ${word('frame')}\n\ndata: [DONE]\n\n`,
    },
    {
      kind: 'reply',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `data: {"error":{"message":"${word('error')}","code":"${word('code')}"}}\n\n`,
    },
  ])
  for (let time = 0; time < 2; time++)
    await sends(ask(word('echoed'), { model: 'openai/gpt-5-nano', stream: true }), 'echoed')
  stage.fleet.reset()
})

const CONTROL = `control-${randomBytes(5).toString('hex')}`

test('none of it is in D1, KV, the journal, the queue or the logs', async () => {
  await post(stage, ask('Hi'), { headers: { 'demarc-tags': `feature=${CONTROL}` } })
  await settled(stage)
  expect(await verify(stage)).toMatchObject({ holds: true })
  const database = JSON.stringify(await everythingInD1(stage))
  const cache = await everythingInKv(stage)
  // Whatever may not be delivered: a message that is none of ours, and a ledger that cannot be written.
  const outbox = await stage.local.miniflare.getQueueProducer('OUTBOX')
  await outbox.send({ tenant: word('message'), entries: word('message') })
  await rows(stage, 'DROP TABLE posting')
  await sends(marked('undelivered', card), 'undelivered')
  while (!stage.logs.some((line) => line.includes('outbox insert failed'))) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stage.local.close()
  const logs = stage.logs.join('\n')
  const files = everyFile(directory)
  const journals = files.map(({ path }) => everythingInSqlite(path)).join('\n')
  const raw = files.map(({ bytes }) => bytes)
  // That these are the right places to look: what may be recorded is there.
  expect([database, journals].map((place) => place.includes(CONTROL))).toEqual([true, true])
  expect(raw.some((bytes) => bytes.includes(CONTROL))).toBe(true)
  expect([cache.includes('key:'), cache.includes('bundle:')]).toEqual([true, true])
  expect(logs).toContain('outbox message is malformed')
  const found: string[] = []
  for (const [place, marker] of markers) {
    if (database.includes(marker)) found.push(`D1: ${place}`)
    if (cache.includes(marker)) found.push(`KV: ${place}`)
    if (logs.includes(marker)) found.push(`logs: ${place}`)
    if (journals.includes(marker)) found.push(`journal: ${place}`)
    const forms = [Buffer.from(marker), Buffer.from(marker, 'utf16le')]
    if (raw.some((bytes) => forms.some((form) => bytes.includes(form))))
      found.push(`file: ${place}`)
  }
  expect(found).toEqual([])
  expect(markers.size).toBeGreaterThan(500)
})
