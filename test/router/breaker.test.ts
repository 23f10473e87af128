import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type BreakerState,
  CLOSED,
  conclude,
  grant,
  note,
  noteHealth,
  type Report,
} from '../../src/router/breaker.ts'

const NOW_MS = 1_000_000_000
const report = (failures: number, more: Partial<Report> = {}): Report => ({
  failures,
  successes: 0,
  retryAfterMs: undefined,
  isDown: false,
  ...more,
})
const noted = (state: BreakerState, ...reports: readonly Report[]): BreakerState =>
  reports.reduce((sum, one) => note(sum, one, NOW_MS, 0), state)

const isOpen = ({ phase }: BreakerState): boolean => phase.type === 'open'
const openForMs = ({ phase }: BreakerState): number =>
  phase.type === 'open' ? phase.untilMs - NOW_MS : 0

const once = report(1)
test.each<[string, readonly Report[], number]>([
  ['stays closed at first', [once], 0],
  ['stays closed after two failures', [once, once], 0],
  ['opens after three', [once, once, once], 2500],
  ['opens after three told of at once', [report(3)], 2500],
  ['stays closed while as much succeeds', [report(3, { successes: 3 })], 0],
  ['opens when more fails than succeeds', [report(4, { successes: 3 })], 2500],
  [
    'is not blind after a good past',
    [report(0, { successes: 100_000 }), report(20), report(5)],
    2500,
  ],
  ['does not mind a failure in ten', [report(30, { successes: 300 })], 0],
  ['heeds what a destination asks for', [report(3, { retryAfterMs: 1000 })], 1000],
  ['does not open for one such word', [report(1, { retryAfterMs: 1000 })], 0],
  ['opens at once when it is down by its own word', [report(1, { isDown: true })], 2500],
  ['for as long as it says', [report(1, { isDown: true, retryAfterMs: 20_000 })], 20_000],
  ['but no day', [report(1, { isDown: true, retryAfterMs: 86_400_000 })], 300_000],
  ['and not into the past', [report(1, { isDown: true, retryAfterMs: -5 })], 0.1],
  ['longer, if it asks for more later', [report(3), report(1, { retryAfterMs: 9000 })], 9000],
  ['no longer for failures that come late', [report(3), report(50)], 2500],
])('%s', (_name, reports, ms) => {
  const state = noted(CLOSED, ...reports)
  expect(Math.round(openForMs(state) * 10)).toBe(ms === 0.1 ? 0 : ms * 10)
  expect(isOpen(state)).toBe(ms > 0)
})

test('fades: what failed long ago does not count', () => {
  const twice = note(CLOSED, report(2), NOW_MS, 0)
  expect(isOpen(note(twice, once, NOW_MS + 1000, 0))).toBe(true)
  expect(isOpen(note(twice, once, NOW_MS + 120_000, 0))).toBe(false)
})

/** Opens, and lets so many probes fail, each as soon as it may be sent. */
function opened(probes: number, random: number): { state: BreakerState; nowMs: number } {
  let nowMs = NOW_MS
  let state = note(CLOSED, report(3), nowMs, random)
  for (let probe = 0; probe < probes; probe++) {
    nowMs = state.phase.type === 'open' ? state.phase.untilMs : nowMs
    const granted = grant(state, nowMs)
    state = conclude(granted.state, granted.state.probe, FAILED, nowMs, random)
  }
  return { state, nowMs }
}
const FAILED = { type: 'failed', retryAfterMs: undefined } as const

test.each([
  [0, 0, 2500],
  [0, 0.5, 3750],
  [1, 0, 5000],
  [2, 0, 10_000],
  [4, 0, 40_000],
  [5, 0, 60_000],
  [50, 0, 60_000],
  [50, 0.999, 119_940],
])(
  'after %i probes that failed, and by chance %d, it stays open for %d ms',
  (probes, random, ms) => {
    const { state, nowMs } = opened(probes, random)
    expect(state.phase).toMatchObject({ type: 'open', untilMs: nowMs + ms })
  },
)

test('what was calm for two minutes starts with a short time again', () => {
  const { state, nowMs } = opened(3, 0)
  const closed = conclude(state, state.probe, { type: 'answered' }, nowMs, 0)
  const reopened = (afterMs: number): unknown => note(closed, report(3), nowMs + afterMs, 0).opens
  expect([reopened(1000), reopened(119_999), reopened(120_000)]).toEqual([5, 5, 1])
})

const half = (): BreakerState => {
  const { state } = opened(0, 0)
  return grant(state, NOW_MS + 2500).state
}
test.each<[string, BreakerState, 'closed' | 'open' | 'half-open']>([
  ['an answer closes', conclude(half(), 1, { type: 'answered' }, NOW_MS, 0), 'closed'],
  ['a failure opens', conclude(half(), 1, FAILED, NOW_MS, 0), 'open'],
  [
    'one that was not sent leaves it to another',
    conclude(half(), 1, { type: 'unsent' }, 0, 0),
    'open',
  ],
  ['a failure of an earlier one says nothing', conclude(half(), 0, FAILED, NOW_MS, 0), 'half-open'],
  ['an answer to an earlier one closes', conclude(half(), 0, { type: 'answered' }, 0, 0), 'closed'],
  ['others that fail say nothing', note(half(), report(9), NOW_MS, 0), 'half-open'],
  ['a healthy destination closes', noteHealth(half(), true, NOW_MS, 0), 'closed'],
])('half-open: %s', (_name, { phase }, type) => expect(phase.type).toBe(type))

const asked = note(CLOSED, report(1, { isDown: true, retryAfterMs: 9000 }), NOW_MS, 0)
test.each<[string, BreakerState, boolean, number, 'closed' | 'open']>([
  ['down opens', CLOSED, false, 0, 'open'],
  ['up leaves closed', CLOSED, true, 0, 'closed'],
  ['up closes at once', opened(3, 0).state, true, 0, 'closed'],
  ['down leaves open', opened(3, 0).state, false, 0, 'open'],
  ['up leaves open what has asked for more time', asked, true, 8999, 'open'],
  ['and closes after that time', asked, true, 9000, 'closed'],
])('a look at its health: %s', (_name, state, isHealthy, laterMs, type) =>
  expect(noteHealth(state, isHealthy, NOW_MS + laterMs, 0).phase.type).toBe(type),
)

type Event =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'ask' }
  | { readonly type: 'end'; readonly how: 'answered' | 'failed' | 'unsent' }
  | { readonly type: 'health'; readonly isHealthy: boolean }
const waits = fc.option(fc.nat(10_000_000), { nil: undefined })
const anything: fc.Arbitrary<Event> = fc.oneof(
  fc
    .record({
      failures: fc.nat(30),
      successes: fc.nat(30),
      retryAfterMs: waits,
      isDown: fc.boolean(),
    })
    .map((one) => ({ type: 'report' as const, report: one })),
  fc.constant({ type: 'ask' as const }),
  fc.constantFrom('answered', 'failed', 'unsent').map((how) => ({ type: 'end' as const, how })),
  fc.boolean().map((isHealthy) => ({ type: 'health' as const, isHealthy })),
)
const life = fc.array(
  fc.tuple(anything, fc.nat(100_000), fc.double({ min: 0, max: 0.99, noNaN: true })),
  {
    maxLength: 60,
  },
)

/** Lives through events, and calls `see` with what was granted. */
function live(
  events: readonly (readonly [Event, number, number])[],
  see: (probe: number, nowMs: number, under: ReadonlyMap<number, number>) => void,
): { state: BreakerState; nowMs: number } {
  let state = CLOSED
  let nowMs = NOW_MS
  const under = new Map<number, number>()
  for (const [event, laterMs, random] of events) {
    nowMs += laterMs
    if (event.type === 'report') state = note(state, event.report, nowMs, random)
    if (event.type === 'health') state = noteHealth(state, event.isHealthy, nowMs, random)
    if (event.type === 'health' && event.isHealthy) under.clear()
    if (event.type === 'ask') {
      const granted = grant(state, nowMs)
      state = granted.state
      if (granted.grant.granted && granted.grant.probe !== undefined) {
        see(granted.grant.probe, nowMs, under)
        under.set(granted.grant.probe, nowMs)
      }
    }
    const [probe] = [...under.keys()].slice(-1)
    if (event.type === 'end' && probe !== undefined) {
      under.clear()
      const end = event.how === 'failed' ? FAILED : { type: event.how }
      state = conclude(state, probe, end, nowMs, random)
    }
  }
  return { state, nowMs }
}

test('there are never two probes, unless one counts as lost', () => {
  fc.assert(
    fc.property(life, (events) => {
      live(events, (_probe, nowMs, under) => {
        for (const sinceMs of under.values()) expect(nowMs - sinceMs).toBeGreaterThanOrEqual(60_000)
      })
    }),
  )
})

test('whatever happened, it lets one through after five minutes, and an answer to that one closes it', () => {
  fc.assert(
    fc.property(life, (events) => {
      const { state, nowMs } = live(events, () => undefined)
      const granted = grant(state, nowMs + 300_000)
      expect(granted.grant.granted).toBe(true)
      const { probe } = granted.state
      const { phase } = conclude(granted.state, probe, { type: 'answered' }, nowMs + 300_000, 0)
      expect(phase.type).toBe('closed')
    }),
  )
})

test('while nothing fails it stays closed, and asking changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (successes) => {
      const state = noted(CLOSED, ...successes.map((count) => report(0, { successes: count })))
      expect(grant(state, NOW_MS)).toEqual({ state, grant: { granted: true, probe: undefined } })
    }),
  )
})
