import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { putPolicy } from '../../scripts/lib/seed.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { Behaviour } from '../upstreams/behaviour.ts'
import type { SimulatedId } from '../upstreams/fleet.ts'
import {
  ask,
  boundsOf,
  decisionOf,
  framesOf,
  newKey,
  openStage,
  post,
  rows,
  settled,
  type Reply,
  type Stage,
  verify,
} from './harness.ts'
import { Records } from './records.ts'

const HEDGE = { afterMs: 100, maxAttempts: 2 }
const EAGER = { afterMs: 50, maxAttempts: 3 }

/** Every route asks a second one after a tenth of a second. */
const hedging = (bundle: Bundle): Bundle => ({
  ...bundle,
  attributes: { ...bundle.attributes, apps: [...bundle.attributes.apps, 'thin', 'eager'] },
  routes: bundle.routes.flatMap((route) =>
    route.id === 'everything-else'
      ? [
          { ...route, id: 'eager', when: { app: ['eager'] }, hedge: EAGER },
          { ...route, hedge: HEDGE },
        ]
      : [{ ...route, hedge: HEDGE }],
  ),
  // The cheaper one comes first: OpenAI, then Anthropic.
  aliases: [
    ...bundle.aliases,
    { id: 'pair', models: ['gpt-5-nano', 'claude-haiku-4-5'] },
    { id: 'three', models: ['gpt-5-nano', 'claude-haiku-4-5', 'gemini-2.5-pro'] },
  ],
})

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ policy: hedging })
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const records = new Records()
/** Decisions of which two attempts were made at the same time. */
const raced: string[] = []
const decided: string[] = []
const never = new Promise<void>(() => {})
const sentTo = (): string[] => stage.fleet.requests.map(({ destination }) => destination)

const END = expect.stringMatching(/^settle (?:superseded: (?:bound|usage)|ok: usage)$/)

/** What became of the connections to a destination. */
const endsAt = (id: SimulatedId): Promise<string[]> =>
  Promise.all(
    stage.fleet.requests.filter(({ destination }) => destination === id).map(({ ended }) => ended),
  )

const expectOneAnswer = ({ status, headers, text }: Reply, from: string, stream: boolean): void => {
  expect([status, headers.get('demarc-destination')]).toEqual([200, from])
  expect(text.split('model ran.').length).toBe(2)
  expect(text).not.toContain('"error"')
  if (stream) expect(framesOf(text).filter((frame) => frame === '[DONE]')).toEqual(['[DONE]'])
}

const SLOW: readonly (readonly [string, Behaviour, boolean])[] = [
  ['says nothing', { kind: 'hang' }, false],
  ['says nothing', { kind: 'hang' }, true],
  ['has only said that it will speak', { kind: 'pause', afterFrames: 1, until: never }, true],
]

describe('when the first', () => {
  test.each(SLOW)('%s (%j, stream: %j), the second answers', async (_name, behaviour, stream) => {
    stage.fleet.script('openai', behaviour)
    const reply = await post(stage, ask('Why?', { model: 'pair', stream }))
    expectOneAnswer(reply, 'anthropic', stream)
    expect(sentTo()).toEqual(['openai', 'anthropic'])
    expect([await endsAt('openai'), await endsAt('anthropic')]).toEqual([['gone'], ['answered']])
    raced.push(decisionOf(reply))
  })

  test.each([false, true])('is late but the sooner, it answers (stream: %j)', async (stream) => {
    stage.fleet.script('openai', { kind: 'delay', delayMs: 400 })
    stage.fleet.script('anthropic', { kind: 'hang' })
    const reply = await post(stage, ask('Why?', { model: 'pair', stream }))
    expectOneAnswer(reply, 'openai', stream)
    expect([await endsAt('openai'), await endsAt('anthropic')]).toEqual([['answered'], ['gone']])
    raced.push(decisionOf(reply))
  })

  test('and the second say nothing, a third may answer', async () => {
    const key = await newKey(stage, { app: 'eager' })
    stage.fleet.script('openai', { kind: 'hang' })
    stage.fleet.script('anthropic', { kind: 'hang' })
    const reply = await post(stage, ask('Why?', { model: 'three', stream: true }), { key })
    expectOneAnswer(reply, 'gemini', true)
    expect(sentTo()).toEqual(['openai', 'anthropic', 'gemini'])
    expect([await endsAt('openai'), await endsAt('anthropic')]).toEqual([['gone'], ['gone']])
    records.expect(
      reply,
      'reserve 1',
      'reserve 2',
      'reserve 3',
      ...Array.from({ length: 3 }, () => END),
    )
  })

  test('answers at once, nobody else is asked', async () => {
    const reply = await post(stage, ask('Why?', { model: 'pair' }))
    expectOneAnswer(reply, 'openai', false)
    expect(sentTo()).toEqual(['openai'])
  })

  test('has begun to answer, nobody else is asked, however long the rest takes', async () => {
    const until = new Promise((resolve) => setTimeout(resolve, 400))
    stage.fleet.script('openai', { kind: 'pause', afterFrames: 3, until })
    const reply = await post(stage, ask('Why?', { model: 'pair', stream: true }))
    expectOneAnswer(reply, 'openai', true)
    expect(sentTo()).toEqual(['openai'])
  })
})

describe('nobody else is asked', () => {
  const slowly: Behaviour = { kind: 'delay', delayMs: 400 }

  test('where the budget has room for one only', async () => {
    const key = await newKey(stage, { app: 'thin' })
    const body = ask('Why?', { model: 'pair' })
    const bounds = await boundsOf(stage, body, { key })
    const room = Number((bounds[0] ?? 0n) + (bounds[1] ?? 0n)) / 1_000_000
    const budget = { id: 'thin', scope: 'app' as const, name: 'thin', period: 'month' as const }
    const limitMicroUsd = Math.floor(room)
    await putPolicy(stage.local.admin, {
      ...stage.bundle,
      budgets: [...stage.bundle.budgets, { ...budget, limitMicroUsd }],
    })
    stage.fleet.script('openai', slowly)
    const reply = await post(stage, body, { key })
    expectOneAnswer(reply, 'openai', false)
    expect(sentTo()).toEqual(['openai'])
    records.expect(reply, 'reserve 1', 'settle ok: usage')
    await putPolicy(stage.local.admin, stage.bundle)
  })

  test('where the key may have one request at a time', async () => {
    const key = await newKey(stage, { limits: { concurrency: 1 } })
    stage.fleet.script('openai', slowly)
    const reply = await post(stage, ask('Why?', { model: 'pair' }), { key })
    expectOneAnswer(reply, 'openai', false)
    expect(sentTo()).toEqual(['openai'])
  })

  test.each([
    ['what the provider is to keep', { store: true, model: 'pair' }],
    ['a model that is to be had in one place', { model: 'openai/gpt-5-nano' }],
  ])('for %s', async (_name, more) => {
    stage.fleet.script('openai', slowly)
    const reply = await post(stage, ask('Why?', more))
    expectOneAnswer(reply, 'openai', false)
    expect(sentTo()).toEqual(['openai'])
  })

  test('but those that may have what is asked', async () => {
    for (const id of ['vllm', 'ollama', 'llama-cpp'] as const) stage.fleet.script(id, slowly)
    const reply = await post(stage, ask('Charge 4111 1111 1111 1111.'))
    expect(reply.status).toBe(200)
    const asked = new Set(sentTo())
    expect(asked.size).toBe(2)
    for (const id of asked) expect(['vllm', 'ollama', 'llama-cpp']).toContain(id)
  })

  test('more than the route says, at a time', async () => {
    for (const id of ['openai', 'anthropic', 'gemini'] as const) stage.fleet.script(id, slowly)
    const reply = await post(stage, ask('Why?', { model: 'three' }))
    expect([reply.status, sentTo().length]).toEqual([200, 2])
  })
})

describe('whatever two destinations do', () => {
  const TROUBLE: readonly Behaviour[] = [
    { kind: 'usual' },
    { kind: 'delay', delayMs: 110 },
    { kind: 'delay', delayMs: 150 },
    { kind: 'slow', frameDelayMs: 60 },
    { kind: 'hang' },
    { kind: 'drop' },
    { kind: 'error', status: 500 },
    { kind: 'rate-limit', retryAfterS: 0 },
    { kind: 'garbage' },
    { kind: 'half-body' },
    { kind: 'cut', afterFrames: 1, how: 'reset' },
  ]
  /** Each kind of trouble at the one, and the answer of the other at about the same time. */
  const pairs = TROUBLE.flatMap((one) =>
    [{ kind: 'usual' } as const, { kind: 'delay', delayMs: 50 } as const].map(
      (other) => [one, other] as const,
    ),
  )

  test.each([false, true])('the client gets one answer (stream: %j)', async (stream) => {
    for (const [one, other] of pairs) {
      if (stream && one.kind === 'half-body') continue // breaks off after the first word: nothing may follow
      stage.fleet.script('openai', one)
      stage.fleet.script('anthropic', other)
      const reply = await post(stage, ask('Why?', { model: 'pair', stream }))
      const from = reply.headers.get('demarc-destination') ?? ''
      expect(['openai', 'anthropic']).toContain(from)
      expectOneAnswer(reply, from, stream)
      decided.push(decisionOf(reply))
    }
  })
})

test('all that was reserved is settled, once, and one attempt of each request has answered', async () => {
  await records.check(stage)
  await settled(stage, [...raced, ...decided])
  const closed = await rows(
    stage,
    `SELECT decision, body ->> '$.outcome' AS outcome FROM journal_entry WHERE kind <> 'reserve' ORDER BY outcome`,
  )
  const outcomes = Map.groupBy(closed, ({ decision }) => decision)
  const endings = (decision: string): unknown[] =>
    (outcomes.get(decision) ?? []).map(({ outcome }) => outcome)
  for (const decision of raced) expect(endings(decision)).toEqual(['ok', 'superseded'])
  for (const decision of decided)
    expect(endings(decision).filter((outcome) => outcome === 'ok').length).toBe(1)
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})
