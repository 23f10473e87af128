import { describe, expect, test } from 'vitest'
import type { Pin } from '../../src/domain/pin.ts'
import { PLAIN_HANDLING, type RequestFacts } from '../../src/domain/request.ts'
import { NO_USAGE } from '../../src/domain/usage.ts'
import { expectedReads, pinAfter } from '../../src/router/affinity.ts'
import type { decide } from '../../src/router/decide.ts'
import { guardrail, NOW_MS, place, rule } from '../policy/fixtures.ts'
import { flipping, type Given, LONG, pinTo, plan, priced } from './affinity-fixtures.ts'
import { answer, ask, availability, model, removedFrom, requestFacts, worldOf } from './fixtures.ts'

const UNPINNED = ['closed/long', 'away/short', 'home/third']
const PINNED = ['away/short', 'closed/long', 'home/third']

const outcomeOf = (decision: ReturnType<typeof decide>): string | undefined =>
  decision.ok ? decision.value.receipt.pinned?.outcome : undefined

const closedFirst = rule('r-closed', { prefer: ['closed', ['hosted', 'onprem']] })
const hostedFirst = rule('r-hosted', { prefer: ['hosted', ['closed', 'onprem']] })
const restrictedHome = guardrail('restricted-home', {
  when: { level: ['restricted' as const] },
  never: { zone: 'third-party' as const },
})

describe('a conversation', () => {
  test.each<readonly [string, Given, readonly string[] | string, string | undefined]>([
    ['that is new goes to the cheapest', {}, UNPINNED, undefined],
    [
      'that was short goes to what is cheapest for that',
      { request: { promptBytes: 4_000 } },
      PINNED,
      undefined,
    ],
    [
      'stays where its cache is, though its length makes another one the cheapest',
      { pin: pinTo('away/short') },
      PINNED,
      'stays',
    ],
    [
      'moves where that is cheaper even without a cache',
      { pin: pinTo('away/short', { promptTokens: 1_500 }), request: { promptBytes: 400_000 } },
      UNPINNED,
      'cheaper-elsewhere',
    ],
    [
      'moves where its cache is too small to be one',
      {
        pin: pinTo('away/short', { promptTokens: 900, outputTokens: 1 }),
        request: { promptBytes: 48_000 },
      },
      UNPINNED,
      'cheaper-elsewhere',
    ],
    [
      'moves where its cache is gone',
      { pin: pinTo('away/short', { atMs: NOW_MS - 301_000, outputTokens: 1 }) },
      UNPINNED,
      'cheaper-elsewhere',
    ],
    [
      'stays for as long as a cache was paid for',
      {
        pin: pinTo('away/short', { atMs: NOW_MS - 301_000, outputTokens: 1 }),
        request: { handling: { ...PLAIN_HANDLING, longCache: true } },
      },
      PINNED,
      'stays',
    ],
    [
      'moves where nothing is ever read from a cache',
      { pin: pinTo('away/short', { isUncached: true, outputTokens: 1 }) },
      UNPINNED,
      'cheaper-elsewhere',
    ],
    [
      'does not move for less than a tenth',
      { pin: pinTo('away/short', { isUncached: true, outputTokens: 70 }) },
      PINNED,
      'stays',
    ],
    [
      'never passes over what its route prefers',
      { pin: pinTo('away/short'), world: flipping({ routes: [closedFirst] }) },
      UNPINNED,
      'route-prefers',
    ],
    [
      'is not kept from what its route prefers',
      { pin: pinTo('closed/long'), world: flipping({ routes: [hostedFirst] }) },
      PINNED,
      'route-prefers',
    ],
    [
      'comes first among what the route ranks alike',
      {
        pin: pinTo('home/third', { outputTokens: 1 }),
        world: worldOf({ routes: [closedFirst] }, {}, [
          priced('short', 'away', { input: 1_000_000, output: 500_000 }),
          LONG,
          priced('third', 'home', { input: 1_050_000, cachedInput: 0, output: 500_000 }),
        ]),
      },
      ['closed/long', 'home/third', 'away/short'],
      'route-prefers',
    ],
    [
      'leaves at once when its label rises above the destination',
      {
        pin: pinTo('away/short'),
        label: 'restricted',
        world: flipping({ guardrails: [restrictedHome] }),
      },
      ['home/third'],
      'unavailable',
    ],
    [
      'leaves a destination that is not healthy',
      {
        pin: pinTo('away/short'),
        world: flipping({}, { availability: availability({ away: 'cooling' }) }),
      },
      ['closed/long', 'home/third'],
      'unavailable',
    ],
    [
      'leaves when nobody vouches for the policy',
      { pin: pinTo('away/short'), world: flipping({}, { ownZoneOnly: true }) },
      ['home/third'],
      'unavailable',
    ],
    [
      'leaves what it can no longer afford',
      { pin: pinTo('home/third'), maxCostPicoUsd: 100_000_000_000n },
      UNPINNED.slice(0, 2),
      'unavailable',
    ],
    [
      'forgets a place that the policy no longer has',
      { pin: pinTo('gone/short') },
      UNPINNED,
      'unavailable',
    ],
    [
      'stays among the destinations of the model that it names now',
      { pin: pinTo('away/short'), request: { model: 'long' } },
      ['closed/long'],
      'unavailable',
    ],
  ])('%s', (_name, given, expected, outcome) => {
    const decision = plan(given)
    expect([answer(decision), outcomeOf(decision)]).toEqual([expected, outcome])
  })

  test('says in its receipt where it was and what it expects to find there', () => {
    const decision = plan({ pin: pinTo('away/short', { promptTokens: 9_000 }) })
    expect(decision.ok && decision.value.receipt.pinned).toEqual({
      destination: 'away',
      model: 'short',
      outcome: 'stays',
      cachedTokens: 9_000,
    })
    const fresh = plan({})
    expect(fresh.ok && 'pinned' in fresh.value.receipt).toBe(false)
  })
})

test('a pin brings a place back into a plan that has room for eight', () => {
  const places = ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => place(id))
  const models = ['m1', 'm2', 'm3'].map((id) =>
    model(id, 'basic', ...places.map((one) => ({ at: one.id, rate: 1000 }))),
  )
  const world = worldOf({ destinations: places }, {}, models)
  const plain = ask({ world })
  const pinned = plan({ world, pin: pinTo('p5/m3'), request: { promptBytes: 400 } })
  expect(answer(pinned).slice(0, 2)).toEqual(['p5/m3', 'p1/m1'])
  expect([answer(plain).length, answer(pinned).length]).toEqual([8, 8])
  expect(removedFrom(pinned)).toEqual([])
})

const READS: readonly (readonly [string, Partial<Pin>, Partial<RequestFacts>, number])[] = [
  ['the prompt that was answered last', {}, {}, 10_000],
  ['nothing below what is cached at all', { promptTokens: 1_023 }, {}, 0],
  ['the least that is cached', { promptTokens: 1_024 }, {}, 1_024],
  ['no more than the request holds', {}, { promptBytes: 20_001 }, 5_001],
  ['nothing after five minutes', { atMs: NOW_MS - 300_001 }, {}, 0],
  ['all of it until then', { atMs: NOW_MS - 300_000 }, {}, 10_000],
  ['nothing where nothing was read', { isUncached: true }, {}, 0],
]
test.each(READS)('expects to read %s', (_name, parts, request, tokens) => {
  const facts = requestFacts({ promptBytes: 400_000, ...request })
  expect(expectedReads(pinTo('away/short', parts), facts, NOW_MS)).toBe(tokens)
})

describe('after an answer', () => {
  const usage = { ...NO_USAGE, input: 2_000, output: 50 }
  const answered = { destination: 'a', model: 'm', usage, inputTokens: 1_900, atMs: NOW_MS }
  const before = pinTo('a/m', { promptTokens: 1_500 })
  test.each([
    [
      'all input is remembered',
      undefined,
      { ...usage, cachedInput: 100, cacheWrite1h: 7 },
      2_107,
      false,
    ],
    ['nothing is known of a first one', undefined, usage, 2_000, false],
    [
      'no read where there should have been one says that there is no cache',
      before,
      usage,
      2_000,
      true,
    ],
    ['a write says that there is', before, { ...usage, cacheWrite5m: 9 }, 2_009, false],
    [
      'a read says that there is',
      { ...before, isUncached: true },
      { ...usage, cachedInput: 9 },
      2_009,
      false,
    ],
    [
      'what has no cache has none',
      { ...before, isUncached: true, promptTokens: 5 },
      usage,
      2_000,
      true,
    ],
    [
      'a prompt that was too short says nothing',
      { ...before, promptTokens: 1_000 },
      usage,
      2_000,
      false,
    ],
    [
      'one that was too long ago neither',
      { ...before, atMs: NOW_MS - 400_000 },
      usage,
      2_000,
      false,
    ],
    ['one from elsewhere neither', pinTo('b/m'), usage, 2_000, false],
    ['without a bill our own count is remembered', before, null, 1_900, false],
  ])('%s', (_name, pin, billed, promptTokens, isUncached) =>
    expect(pinAfter(pin, { ...answered, usage: billed })).toMatchObject({
      destination: 'a',
      promptTokens,
      isUncached,
      outputTokens: billed === null ? undefined : 50,
      atMs: NOW_MS,
    }),
  )
})
