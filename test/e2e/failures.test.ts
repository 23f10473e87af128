import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Behaviour } from '../upstreams/behaviour.ts'
import { fields, type Fields } from '../upstreams/read.ts'
import { ask, framesOf, openStage, post, type Stage } from './harness.ts'
import { Records } from './records.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({
    vars: { FIRST_TOKEN_TIMEOUT_MS: '500', DEADLINE_MS: '2000' },
    policy: (bundle) => ({
      ...bundle,
      // The cheaper one comes first: OpenAI, which states no rule about the cost of errors, then Anthropic.
      aliases: [...bundle.aliases, { id: 'pair', models: ['gpt-5-nano', 'claude-haiku-4-5'] }],
    }),
  })
})
afterEach(async () => {
  stage.fleet.reset()
  // More failures than answers would make the Worker leave a destination alone, and the next test find it so.
  const models = ['openai/gpt-5-nano', 'claude-haiku-4-5', 'gemini/gemini-2.5-flash']
  const replies = [1, 2, 3].flatMap(() => models.map((model) => post(stage, ask('Hi', { model }))))
  expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(replies.map(() => 200))
  stage.fleet.reset()
})
afterAll(() => stage.close())

const sentTo = (): string[] => stage.fleet.requests.map(({ destination }) => destination)

const records = new Records()

const redirect = (status: number): Behaviour => ({
  kind: 'redirect',
  status,
  location: `${stage.fleet.elsewhereUrl}/chat/completions`,
})

/** What goes wrong at the first destination before anything of an answer came, and how its attempt is closed. */
const BEFORE: readonly (readonly [string, () => Behaviour, boolean, string])[] = [
  ['a redirect with 307', () => redirect(307), false, 'upstream-error'],
  ['a redirect with 308', () => redirect(308), false, 'upstream-error'],
  ['a redirect with 302', () => redirect(302), true, 'upstream-error'],
  ['500', () => ({ kind: 'error', status: 500 }), false, 'upstream-error'],
  ['503', () => ({ kind: 'error', status: 503 }), true, 'upstream-error'],
  ['429', () => ({ kind: 'rate-limit', retryAfterS: 0 }), false, 'upstream-error'],
  ['408', () => ({ kind: 'error', status: 408 }), false, 'upstream-error'],
  ['a dropped connection', () => ({ kind: 'drop' }), false, 'upstream-error'],
  ['garbage', () => ({ kind: 'garbage' }), false, 'cut-off'],
  ['garbage', () => ({ kind: 'garbage' }), true, 'cut-off'],
  ['half an answer', () => ({ kind: 'half-body' }), false, 'cut-off'],
  ['silence', () => ({ kind: 'hang' }), true, 'timeout'],
  [
    'silence after the head',
    () => ({ kind: 'pause', afterFrames: 0, until: never }),
    true,
    'timeout',
  ],
  [
    'silence after the role',
    () => ({ kind: 'pause', afterFrames: 1, until: never }),
    true,
    'timeout',
  ],
  ['a stream cut at once', () => ({ kind: 'cut', afterFrames: 0, how: 'end' }), true, 'cut-off'],
  [
    'a stream cut before its first word',
    () => ({ kind: 'cut', afterFrames: 1, how: 'reset' }),
    true,
    'cut-off',
  ],
  [
    'a stream ended before its first word',
    () => ({ kind: 'cut', afterFrames: 1, how: 'end' }),
    true,
    'cut-off',
  ],
  [
    'an error in the stream before its first word',
    () => ({
      kind: 'reply',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: 'data: {"error":{"message":"overloaded","type":"server_error"}}\n\n',
    }),
    true,
    'cut-off',
  ],
]
const never = new Promise<void>(() => {})

describe('the next destination takes over after', () => {
  test.each(BEFORE)('%s', async (_name, behaviour, stream, outcome) => {
    stage.fleet.script('openai', behaviour())
    const reply = await post(stage, ask('Why is the sky blue?', { model: 'pair', stream }))
    expect([reply.status, reply.headers.get('demarc-destination')]).toEqual([200, 'anthropic'])
    expect(reply.text).toContain('model ran.')
    expect(reply.text.includes('"error"')).toBe(false)
    if (stream) expect(framesOf(reply.text).at(-1)).toBe('[DONE]')
    expect(sentTo()).toEqual(['openai', 'anthropic'])
    records.expect(reply, 'reserve 1', `settle ${outcome}: bound`, 'reserve 2', 'settle ok: usage')
  })
})

test('an error that costs nothing by the rule of the destination costs nothing', async () => {
  stage.fleet.script('gemini', { kind: 'error', status: 500 })
  const reply = await post(stage, ask('Hi', { model: 'gemini/gemini-2.5-flash' }))
  expect(reply.status).toBe(500)
  records.expect(reply, 'reserve 1', 'settle upstream-error: 0')
})

test('where there is nowhere else to go, retry-after is waited for', async () => {
  stage.fleet.script('openai', [{ kind: 'rate-limit', retryAfterS: 1 }])
  const reply = await post(stage, ask('Hi', { model: 'openai/gpt-5-nano' }))
  expect([reply.status, sentTo()]).toEqual([200, ['openai', 'openai']])
  records.expect(
    reply,
    'reserve 1',
    'settle upstream-error: bound',
    'reserve 2',
    'settle ok: usage',
  )
})

describe('nothing follows after the first word', () => {
  test.each<readonly [string, string, Behaviour, string]>([
    ['openai/gpt-5-nano', 'is reset', { kind: 'cut', afterFrames: 3, how: 'reset' }, 'cut-off'],
    ['openai/gpt-5-nano', 'ends', { kind: 'cut', afterFrames: 3, how: 'end' }, 'cut-off'],
    ['openai/gpt-5-nano', 'hangs', { kind: 'pause', afterFrames: 3, until: never }, 'timeout'],
    ['claude-haiku-4-5', 'is reset', { kind: 'cut', afterFrames: 5, how: 'reset' }, 'cut-off'],
    ['claude-haiku-4-5', 'ends', { kind: 'cut', afterFrames: 5, how: 'end' }, 'cut-off'],
    ['claude-haiku-4-5', 'hangs', { kind: 'pause', afterFrames: 5, until: never }, 'timeout'],
  ])('when %s %s', async (model, _how, behaviour, outcome) => {
    const id = model.startsWith('openai') ? 'openai' : 'anthropic'
    stage.fleet.script(id, behaviour)
    const reply = await post(
      stage,
      ask('Why?', { model: id === 'openai' ? 'pair' : model, stream: true }),
    )
    const frames = framesOf(reply.text)
    expect(reply.text).toContain('Simulated')
    expect(frames).not.toContain('[DONE]')
    expect(fields(fields(frames.at(-1))['error'])).toMatchObject({ code: 'upstream_failed' })
    expect(sentTo()).toEqual([id])
    records.expect(reply, 'reserve 1', `settle ${outcome}: bound`)
  })
})

describe('an error of the upstream', () => {
  test.each([401, 402, 403, 404])('%i is about us, and is not shown as such', async (status) => {
    stage.fleet.script('openai', { kind: 'error', status, message: 'Incorrect key sk-ours.' })
    const reply = await post(stage, ask('Hi', { model: 'openai/gpt-5-nano' }))
    expect([reply.status, reply.error['code']]).toEqual([502, 'upstream_failed'])
    expect(reply.text).not.toContain('sk-ours')
  })

  test.each(['openai/gpt-5-nano', 'claude-haiku-4-5', 'gemini/gemini-2.5-flash'])(
    '400 of %s is passed on in its own words, in the shape of OpenAI',
    async (model) => {
      const id = model.startsWith('claude')
        ? 'anthropic'
        : model.startsWith('o')
          ? 'openai'
          : 'gemini'
      stage.fleet.script(id, { kind: 'error', status: 400, message: 'The words of the upstream.' })
      const reply = await post(stage, ask('Hi', { model }))
      expect([reply.status, reply.error['message']]).toEqual([400, 'The words of the upstream.'])
      expect(sentTo()).toEqual([id])
      records.expect(reply, 'reserve 1', expect.stringMatching(/^settle upstream-error/))
    },
  )

  test('when all fail, whoever did not hold the connection is asked twice more, and the last failure is the answer', async () => {
    stage.fleet.script('openai', { kind: 'drop' })
    stage.fleet.script('anthropic', { kind: 'garbage' })
    const reply = await post(stage, ask('Hi', { model: 'pair' }))
    expect([reply.status, reply.error['code']]).toEqual([502, 'upstream_failed'])
    records.expect(
      reply,
      'reserve 1',
      'settle upstream-error: bound',
      'reserve 2',
      'settle cut-off: bound',
      ...[3, 4].flatMap((n) => [`reserve ${n}`, 'settle upstream-error: bound']),
    )
  })

  test('silence until the deadline is a 504', async () => {
    stage.fleet.script('openai', { kind: 'hang' })
    const reply = await post(stage, ask('Hi', { model: 'openai/gpt-5-nano' }))
    expect([reply.status, reply.error['code']]).toEqual([504, 'upstream_failed'])
    records.expect(reply, 'reserve 1', 'settle timeout: bound')
  })
})

describe('an answer without usage accrues at its bound', () => {
  test.each<readonly [string, Fields]>([
    ['openai', { model: 'openai/gpt-5-nano' }],
    ['openai', { model: 'openai/gpt-5-nano', stream: true }],
    ['anthropic', { model: 'claude-haiku-4-5' }],
    ['anthropic', { model: 'claude-haiku-4-5', stream: true }],
    ['gemini', { model: 'gemini/gemini-2.5-flash', stream: true }],
  ])('%s: %j', async (id, more) => {
    if (id !== 'openai' && id !== 'anthropic' && id !== 'gemini') throw new TypeError(id)
    stage.fleet.script(id, { kind: 'no-usage' })
    const reply = await post(stage, ask('Hi', more))
    expect(reply.status).toBe(200)
    records.expect(reply, 'reserve 1', 'settle ok: bound')
  })
})

test('every decision is on record as it went, nothing stays held, and the ledger agrees', () =>
  records.check(stage))
