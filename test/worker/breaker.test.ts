/// <reference types="@cloudflare/vitest-pool-workers/types" />
import { evictDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import type { Report } from '../../src/router/breaker.ts'
import { breakerOf, type Env } from '../../src/worker/env.ts'
import {
  admit,
  isCooling,
  learn,
  noteFailure,
  noteSuccess,
  noteUnsent,
} from '../../src/worker/health.ts'
import { eventually, migratedEnv } from './database.ts'

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

const DOWN: Report = { failures: 1, successes: 0, retryAfterMs: undefined, isDown: true }
const BACK: Report = { ...DOWN, retryAfterMs: 0 }

test('one destination is not another', async () => {
  await breakerOf(env, 'object-a').tell(DOWN)
  const phases = ['object-a', 'object-b'].map((id) => breakerOf(env, id).tell(null))
  expect((await Promise.all(phases)).map(({ phase }) => phase.type)).toEqual(['open', 'closed'])
})

test('of many that ask at once, one finds out', async () => {
  const breaker = breakerOf(env, 'object-many')
  await breaker.tell(BACK)
  const answers = await Promise.all(Array.from({ length: 20 }, () => breaker.grant()))
  expect(answers.filter(({ grant }) => grant.granted)).toHaveLength(1)
})

test('an open breaker, and a probe under way, outlive the object', async () => {
  const breaker = breakerOf(env, 'object-evicted')
  const open = await breaker.tell({ ...DOWN, retryAfterMs: 60_000 })
  await evictDurableObject(breaker)
  expect(await breaker.tell(null)).toEqual(open)
  const probed = breakerOf(env, 'object-probed')
  await probed.tell(BACK)
  await probed.grant()
  await evictDurableObject(probed)
  expect((await probed.grant()).grant.granted).toBe(false)
})

/** What a request's lifetime collects, so that a test can wait for it. */
function lifetime(): {
  readonly ctx: { waitUntil: (work: Promise<unknown>) => void }
  readonly done: () => Promise<unknown>
} {
  const works: Promise<unknown>[] = []
  return { ctx: { waitUntil: (work) => void works.push(work) }, done: () => Promise.all(works) }
}

/** An environment whose breaker objects are counted, or fail. */
function counted(isDown = false): { readonly env: Env; readonly calls: () => number } {
  let calls = 0
  const namespace: Env['BREAKER'] = new Proxy(env.BREAKER, {
    get: (target, name) => {
      if (name === 'get') calls++
      if (name === 'get' && isDown) return () => ({ tell: fail, grant: fail, conclude: fail })
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { env: { ...env, BREAKER: namespace }, calls: () => calls }
}
const fail = (): Promise<never> => Promise.reject(new Error('the object is down'))

test('a healthy destination costs no call but one in ten seconds, in the background', async () => {
  const { env: counting, calls } = counted()
  const { ctx, done } = lifetime()
  const nowMs = Date.now()
  for (let request = 0; request < 100; request++) {
    learn(counting, ctx, nowMs)
    expect(admit(counting, ctx, 'iso-healthy', nowMs)).toBe(true)
    noteSuccess(counting, ctx, 'iso-healthy', nowMs)
  }
  await done()
  expect(calls()).toBe(1)
})

test('what fails here opens at once, and everywhere soon', async () => {
  const { ctx, done } = lifetime()
  const nowMs = Date.now()
  for (let failure = 0; failure < 3; failure++) noteFailure(env, ctx, 'iso-failing', nowMs)
  expect([isCooling('iso-failing', nowMs), admit(env, ctx, 'iso-failing', nowMs)]).toEqual([
    true,
    false,
  ])
  await done()
  expect((await breakerOf(env, 'iso-failing').tell(null)).phase.type).toBe('open')
})

test('what other isolates saw fail is known here with the next request but one', async () => {
  await breakerOf(env, 'iso-elsewhere').tell(DOWN)
  const { ctx, done } = lifetime()
  const nowMs = Date.now()
  expect(admit(env, ctx, 'iso-elsewhere', nowMs)).toBe(true)
  await done()
  expect(admit(env, ctx, 'iso-elsewhere', Date.now())).toBe(false)
})

test('what is back elsewhere is back here', async () => {
  const breaker = breakerOf(env, 'iso-back')
  await breaker.tell(DOWN)
  const { ctx, done } = lifetime()
  await admit(env, ctx, 'iso-back', Date.now())
  await done()
  expect(isCooling('iso-back', Date.now())).toBe(true)
  await breaker.health(true)
  await eventually(async () => {
    const again = lifetime()
    learn(env, again.ctx, Date.now())
    await again.done()
    return !isCooling('iso-back', Date.now())
  })
})

test.each([
  ['an answer closes', 'answered', 'closed'],
  ['a failure opens', 'failed', 'open'],
  ['one that was not sent leaves it to the next', 'unsent', 'open'],
] as const)('a probe: %s', async (_name, how, phase) => {
  const id = `iso-probe-${how}`
  await breakerOf(env, id).tell(BACK)
  const { ctx, done } = lifetime()
  await admit(env, ctx, id, Date.now())
  await done()
  expect(await admit(env, ctx, id, Date.now())).toBe(true)
  expect(await admit(env, ctx, id, Date.now())).toBe(false)
  if (how === 'answered') noteSuccess(env, ctx, id, Date.now())
  if (how === 'failed') noteFailure(env, ctx, id, Date.now())
  if (how === 'unsent') noteUnsent(env, ctx, id)
  await done()
  expect((await breakerOf(env, id).tell(null)).phase.type).toBe(phase)
})

test('without the object every isolate goes on by what it sees itself', async () => {
  const { env: lonely } = counted(true)
  const { ctx, done } = lifetime()
  const nowMs = Date.now()
  expect(admit(lonely, ctx, 'iso-lonely', nowMs)).toBe(true)
  noteFailure(lonely, ctx, 'iso-lonely', nowMs, { isDown: true, retryAfterMs: 0 })
  await done()
  expect(await admit(lonely, ctx, 'iso-lonely', nowMs)).toBe(true)
  expect(await admit(lonely, ctx, 'iso-lonely', nowMs)).toBe(false)
  noteSuccess(lonely, ctx, 'iso-lonely', nowMs)
  await done()
  expect(admit(lonely, ctx, 'iso-lonely', nowMs)).toBe(true)
})
