import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AttemptOutcome, next, type PastAttempt, type Step } from '../../src/router/next.ts'

const NOW_MS = 1_000_000
const reply = (status: number, retryAfterMs?: number): AttemptOutcome => ({
  type: 'error-reply',
  status,
  retryAfterMs,
})
const failed = (
  reason: 'unreachable' | 'timeout' | 'redirected' | 'malformed-reply' | 'cut-off',
  started = false,
): AttemptOutcome => ({ type: 'failed', reason, started })
const past = (...outcomes: AttemptOutcome[]): PastAttempt[] =>
  outcomes.map((outcome, attempt) => ({ attempt, outcome }))
const go = (attempt: number, waitMs = 0): Step => ({ type: 'try', attempt, waitMs })
const stop = (because: 'exhausted' | 'deadline' | 'started'): Step => ({ type: 'give-up', because })

test.each<[string, number, readonly PastAttempt[], number, Step]>([
  ['begins with the first', 2, [], 100, go(0)],
  ['does not begin after the deadline', 2, [], 0, stop('deadline')],
  ['has nothing to begin with', 0, [], 100, stop('exhausted')],
  ['is done when answered', 2, past({ type: 'answered' }), 100, { type: 'done' }],
  ['is done when the client has gone', 2, past({ type: 'client-gone' }), 100, { type: 'done' }],
  ['goes on after 408', 2, past(reply(408)), 100, go(1)],
  ['goes on after 429', 2, past(reply(429)), 100, go(1)],
  ['goes on after 500', 2, past(reply(500)), 100, go(1)],
  ['goes on after 529', 2, past(reply(529)), 100, go(1)],
  [
    'goes on at once, where there is another, whatever retry-after says',
    2,
    past(reply(429, 50)),
    100,
    go(1),
  ],
  ['passes 400 on', 2, past(reply(400)), 100, { type: 'pass-on' }],
  ['passes 401 on', 2, past(reply(401)), 100, { type: 'pass-on' }],
  ['passes 409 on', 2, past(reply(409)), 100, { type: 'pass-on' }],
  ['passes 422 on, also at the end', 1, past(reply(422)), 100, { type: 'pass-on' }],
  ['goes on when nobody is there', 2, past(failed('unreachable')), 100, go(1)],
  ['goes on after a time-out', 2, past(failed('timeout')), 100, go(1)],
  ['goes on after a redirect, which nobody follows', 2, past(failed('redirected')), 100, go(1)],
  ['goes on after nonsense', 2, past(failed('malformed-reply')), 100, go(1)],
  ['goes on when cut off before the first token', 2, past(failed('cut-off')), 100, go(1)],
  [
    'stops when cut off after the first token',
    2,
    past(failed('cut-off', true)),
    100,
    stop('started'),
  ],
  ['stops when nothing is left', 2, past(reply(500), reply(500)), 100, stop('exhausted')],
  ['stops at the deadline', 2, past(reply(500)), 0, stop('deadline')],
  ['waits for the last one, if that ends in time', 1, past(reply(429, 50)), 100, go(0, 50)],
  ['waits for the last one of several', 2, past(reply(500), reply(503, 99)), 100, go(1, 99)],
  ['does not wait beyond the deadline', 1, past(reply(429, 100)), 100, stop('deadline')],
  ['does not wait for what is no time', 1, past(reply(429, Number.NaN)), 100, stop('exhausted')],
  ['does not go back in time', 1, past(reply(429, -1)), 100, stop('exhausted')],
  [
    'waits twice',
    1,
    [
      { attempt: 0, outcome: reply(429, 1) },
      { attempt: 0, outcome: reply(429, 1) },
    ],
    100,
    go(0, 1),
  ],
  [
    'does not wait a third time',
    1,
    [0, 1, 2].map(() => ({ attempt: 0, outcome: reply(429, 1) })),
    100,
    stop('exhausted'),
  ],
])('%s', (_name, planned, history, leftMs, step) =>
  expect(next({ planned, history, nowMs: NOW_MS, deadlineAtMs: NOW_MS + leftMs })).toEqual(step),
)

test('ends after a bounded number of tries, in the order of the plan, whatever happens', () => {
  const outcome = fc.oneof(
    fc
      .record({
        status: fc.constantFrom(400, 408, 429, 500, 503),
        wait: fc.option(fc.nat(50), { nil: undefined }),
      })
      .map(({ status, wait }) => reply(status, wait)),
    fc.constantFrom(failed('unreachable'), failed('timeout'), failed('cut-off', true)),
  )
  fc.assert(
    fc.property(
      fc.nat(8),
      fc.array(outcome, { minLength: 20, maxLength: 20 }),
      (planned, outcomes) => {
        const history: PastAttempt[] = []
        let nowMs = NOW_MS
        for (const one of outcomes) {
          const step = next({ planned, history, nowMs, deadlineAtMs: NOW_MS + 1000 })
          if (step.type !== 'try') break
          nowMs += step.waitMs
          history.push({ attempt: step.attempt, outcome: one })
        }
        const order = history.map(({ attempt }) => attempt)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
        expect(history.length).toBeLessThanOrEqual(planned + 2)
        expect(order.every((attempt) => attempt < planned)).toBe(true)
      },
    ),
  )
})
