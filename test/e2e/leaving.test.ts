import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Behaviour } from '../upstreams/behaviour.ts'
import type { Fields } from '../upstreams/read.ts'
import { ask, openStage, post, type Stage } from './harness.ts'
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

const never = new Promise<void>(() => {})
const records = new Records()

// Locally the runtime tells the Worker that a client has left only when something is written to it; deployed, at once.
const CLOSED_WITH_USAGE = expect.stringMatching(/^settle (?:client-gone|ok): usage$/)
const CLOSED_AS_COUNTED = expect.stringMatching(
  /^settle (?:client-gone: (?:usage|bound)|timeout: bound)$/,
)
const AFTER_TIMEOUT = expect.stringMatching(/^(?:void never-sent: 0|settle client-gone: usage)$/)

/** Sends, and leaves as soon as the request has arrived at the upstream, or some of the answer at the client. */
async function leave(name: string, body: Fields, when: 'arrived' | 'first words'): Promise<void> {
  const client = new AbortController()
  const arrived = stage.fleet.next(body['model'] === 'pair' ? 'openai' : 'anthropic')
  const call = fetch(`${stage.local.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stage.key}`,
      'content-type': 'application/json',
      'demarc-tags': `feature=${name}`,
    },
    body: JSON.stringify(body),
    signal: client.signal,
  })
  if (when === 'first words') await (await call).body?.getReader().read()
  else await arrived
  client.abort()
  await call.catch(() => undefined)
}

describe('a client that leaves', () => {
  test.each<readonly [string, Fields, 'hold' | 'pause', unknown]>([
    ['a', { model: 'pair' }, 'hold', CLOSED_WITH_USAGE],
    ['b', { model: 'claude-haiku-4-5' }, 'hold', CLOSED_WITH_USAGE],
    ['c', { model: 'pair', stream: true }, 'hold', CLOSED_WITH_USAGE],
    ['d', { model: 'pair', stream: true }, 'pause', CLOSED_WITH_USAGE],
    ['e', { model: 'claude-haiku-4-5', stream: true }, 'pause', CLOSED_WITH_USAGE],
  ])(
    '%s: %j, and an upstream that goes on (%s), is charged what was used',
    async (name, more, kind, line) => {
      const { promise: until, resolve: goOn } = Promise.withResolvers<void>()
      const afterFrames = more['model'] === 'pair' ? 3 : 5
      const id = more['model'] === 'pair' ? 'openai' : 'anthropic'
      stage.fleet.script(id, kind === 'hold' ? { kind, until } : { kind, until, afterFrames })
      await leave(name, ask('Why?', more), kind === 'hold' ? 'arrived' : 'first words')
      goOn()
      await stage.fleet.requests[0]?.ended
      expect(sentTo()).toEqual([id])
      records.expect(name, 'reserve 1', line)
    },
  )

  test.each<readonly [string, Fields, Behaviour, string]>([
    ['f', { model: 'pair', stream: true }, { kind: 'hang' }, 'settle timeout: bound'],
    ['g', { model: 'claude-haiku-4-5' }, { kind: 'hang' }, 'settle timeout: bound'],
  ])(
    '%s: %j, and an upstream that hangs, is charged the bound',
    async (name, more, behaviour, line) => {
      const id = more['model'] === 'pair' ? 'openai' : 'anthropic'
      stage.fleet.script(id, behaviour)
      await leave(name, ask('Why?', more), 'arrived')
      expect(await stage.fleet.requests[0]?.ended).toBe('gone')
      records.expect(
        name,
        'reserve 1',
        line,
        ...(id === 'openai' ? ['reserve 2', AFTER_TIMEOUT] : []),
      )
    },
  )

  test.each<readonly [string, Fields]>([
    ['h', { model: 'pair', stream: true }],
    ['i', { model: 'claude-haiku-4-5', stream: true }],
  ])(
    '%s: %j, in the middle of a stream that hangs, is charged what was seen',
    async (name, more) => {
      const id = more['model'] === 'pair' ? 'openai' : 'anthropic'
      stage.fleet.script(id, { kind: 'pause', afterFrames: 5, until: never })
      await leave(name, ask('Why?', more), 'first words')
      expect(await stage.fleet.requests[0]?.ended).toBe('gone')
      records.expect(name, 'reserve 1', CLOSED_AS_COUNTED)
    },
  )

  test('while it sends its request leaves nothing behind', async () => {
    await new Promise<void>((resolve) => {
      const sending = request(`${stage.local.url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stage.key}`,
          'content-type': 'application/json',
          'content-length': 5000,
          'demarc-tags': 'feature=unsent',
        },
      })
      sending.once('error', () => resolve())
      sending.write('{"model":"auto",', () => sending.destroy(new Error('the client leaves')))
    })
    expect((await post(stage, ask('Hi', { model: 'openai/gpt-5-nano' }))).status).toBe(200)
    expect(sentTo()).toEqual(['openai'])
    records.expect('unsent')
  })
})

test('nothing stays held, and the ledger agrees', () => records.check(stage))
