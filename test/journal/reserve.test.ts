import { expect, test } from 'vitest'
import * as z from 'zod'
import { EntryBody } from '../../src/journal/entry.ts'
import type { ReserveRequest } from '../../src/journal/messages.ts'
import { reserve } from '../../src/journal/reserve.ts'
import { emptyState, type Lease } from '../../src/journal/state.ts'
import {
  LEASE,
  MemoryJournal,
  NOW_MS,
  refusalOf,
  report,
  request,
  RESETS_AT_MS,
} from './harness.ts'

const held = (attempt: string, boundPicoUsd: string): ReserveRequest =>
  request({ attempt, decision: attempt, boundPicoUsd })

test.each<[string, ReserveRequest, Lease, object | undefined]>([
  ['holds what fits', request(), LEASE, undefined],
  ['holds exactly what is left', request({ boundPicoUsd: '1000' }), LEASE, undefined],
  [
    'refuses one pico-dollar more as exhausted',
    request({ boundPicoUsd: '1001' }),
    LEASE,
    { status: 'budget_exhausted', budget: 'all', leftPicoUsd: '1000' },
  ],
  [
    'refuses an old policy and names the new one',
    request({ policyHash: 'p0' }),
    LEASE,
    { status: 'policy_stale', policyHash: 'p1' },
  ],
  [
    'refuses when no policy is in force',
    request(),
    { ...LEASE, policyHash: null },
    { status: 'policy_stale', policyHash: null },
  ],
  [
    'refuses an old key epoch',
    request({ keyEpoch: 0 }),
    LEASE,
    { status: 'key_stale', keyEpoch: 1 },
  ],
  [
    'refuses a third party when the lease has run out',
    request(),
    { ...LEASE, untilMs: NOW_MS - 1 },
    { status: 'no_lease' },
  ],
  [
    'still serves own hardware when the lease has run out',
    request({ zone: 'own' }),
    { ...LEASE, untilMs: NOW_MS - 1 },
    undefined,
  ],
  [
    'checks every node of the path',
    request({
      caps: [
        { id: 'all', node: 'tenant', limitPicoUsd: '1000', resetsAtMs: RESETS_AT_MS },
        { id: 'search', node: 'team:search', limitPicoUsd: '99', resetsAtMs: RESETS_AT_MS },
      ],
    }),
    LEASE,
    { status: 'budget_exhausted', budget: 'search' },
  ],
])('%s', (_name, asked, lease, expected) => {
  const refusal = refusalOf(new MemoryJournal().reserve(asked, NOW_MS, lease))
  if (expected === undefined) expect(refusal).toBeUndefined()
  else expect(refusal).toMatchObject(expected)
})

test('is busy, not exhausted, when only reservations in flight stand in the way', () => {
  const journal = new MemoryJournal()
  journal.reserve(held('a', '950'))
  expect(refusalOf(journal.reserve(held('b', '100')))).toEqual({
    status: 'budget_busy',
    budget: 'all',
  })
  journal.settle(report({ attempt: 'a', costPicoUsd: '10' }))
  expect(refusalOf(journal.reserve(held('b', '100')))).toBeUndefined()
})

test('is exhausted when posted spend leaves too little, whatever is in flight', () => {
  const journal = new MemoryJournal()
  journal.reserve(held('a', '950'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '950' }))
  expect(refusalOf(journal.reserve(held('b', '51')))).toMatchObject({ status: 'budget_exhausted' })
})

test('what costs nothing passes a spent budget', () => {
  const journal = new MemoryJournal()
  journal.reserve(held('a', '1000'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '1000' }))
  expect(refusalOf(journal.reserve(held('b', '0')))).toBeUndefined()
})

test('the same attempt asked twice is held once', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  const again = journal.reserve(request())
  expect(again).toMatchObject({ do: 'repeat', acknowledgement: { seq: 1 } })
  expect(journal.entries).toHaveLength(1)
})

test('an attempt that expired cannot be sent any more', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.expire(NOW_MS + 60_000)
  expect(refusalOf(journal.reserve(request()))).toEqual({ status: 'closed' })
})

test('a new month starts with a whole budget', () => {
  const journal = new MemoryJournal()
  journal.reserve(held('a', '1000'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '1000' }))
  const december = { ...held('b', '1000'), period: '2026-12' }
  expect(refusalOf(journal.reserve(december))).toBeUndefined()
})

const limited = (attempt: string, limits: Partial<ReserveRequest['limits']>): ReserveRequest => ({
  ...held(attempt, '1'),
  limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, ...limits },
})

test('counts concurrency by open reservations', () => {
  const journal = new MemoryJournal()
  journal.reserve(limited('a', { concurrency: 1 }))
  const refused = refusalOf(journal.reserve(limited('b', { concurrency: 1 })))
  expect(refused).toMatchObject({ status: 'rate_limited', retryAfterS: 1 })
  journal.settle(report({ attempt: 'a' }))
  expect(refusalOf(journal.reserve(limited('b', { concurrency: 1 })))).toBeUndefined()
})

test('an expired reservation gives its place back once', () => {
  const journal = new MemoryJournal()
  journal.reserve(limited('a', { concurrency: 2 }))
  journal.reserve(limited('b', { concurrency: 2 }))
  journal.expire(NOW_MS + 60_000)
  journal.settle(report({ attempt: 'a' }))
  expect(journal.state.concurrency.get('k1')).toBeUndefined()
  expect(journal.state.balances.get('2026-11 tenant')?.held).toBe(0n)
})

test('counts requests by the minute and says when the next begins', () => {
  const journal = new MemoryJournal()
  journal.reserve(limited('a', { requestsPerMinute: 1 }))
  const refused = refusalOf(
    journal.reserve(limited('b', { requestsPerMinute: 1 }), NOW_MS + 15_000),
  )
  expect(refused).toMatchObject({ status: 'rate_limited', retryAfterS: 45 })
  const later = journal.reserve(limited('b', { requestsPerMinute: 1 }), NOW_MS + 60_000, {
    ...LEASE,
    untilMs: NOW_MS + 90_000,
  })
  expect(refusalOf(later)).toBeUndefined()
})

test('a fallback does not count as another request', () => {
  const journal = new MemoryJournal()
  journal.reserve(limited('a.1', { requestsPerMinute: 1 }))
  const second = { ...limited('a.2', { requestsPerMinute: 1 }), number: 2 }
  expect(refusalOf(journal.reserve(second))).toBeUndefined()
})

test.each<[string, Partial<Lease>, object]>([
  ['the term and version of its lease', { term: 7, version: 3 }, { term: 7, policyVersion: 3 }],
  ['no version if there is none', { term: 1, version: 0 }, { term: 1 }],
  ['that nobody vouched for it', { term: 7, untilMs: NOW_MS - 1 }, { term: 7, lease: 'none' }],
])('a reservation names %s', (_name, changes, expected) => {
  const outcome = reserve(emptyState(), { ...LEASE, ...changes }, request({ zone: 'own' }), NOW_MS)
  if (outcome.do !== 'append') throw new Error(outcome.do)
  const body: unknown = JSON.parse(`{"seq":1,${outcome.transition.fieldsJson}}`)
  const { term, policyVersion, lease } = z.record(z.string(), z.unknown()).parse(body)
  expect({ term, policyVersion, lease }).toEqual({
    term: undefined,
    policyVersion: undefined,
    lease: undefined,
    ...expected,
  })
  expect(EntryBody.safeParse(body).success).toBe(true)
})
