import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PLAIN_HANDLING } from '../../src/domain/request.ts'
import {
  type AttemptOutcome,
  FULL_BUDGET,
  hasRetry,
  isRepeatable,
  next,
  type NextInput,
  type PastAttempt,
  payIn,
  spendRetry,
  type Step,
} from '../../src/router/next.ts'

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
type Because = Extract<Step, { type: 'give-up' }>['because']
const stop = (because: Because): Step => ({ type: 'give-up', because })
const skipped: AttemptOutcome = { type: 'skipped' }

/** Everything may be repeated, and no time is added to a wait. */
const PLAIN: Pick<NextInput, 'repeatable' | 'mayRetry' | 'random'> = {
  repeatable: true,
  mayRetry: () => true,
  random: () => 0,
}
const decide = (
  planned: number,
  history: readonly PastAttempt[],
  leftMs: number,
  more: Partial<NextInput> = {},
): Step =>
  next({ ...PLAIN, planned, history, nowMs: NOW_MS, deadlineAtMs: NOW_MS + leftMs, ...more })

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
  ['goes on after what was not sent', 2, past(skipped), 100, go(1)],
  ['stops when nothing is left', 2, past(reply(500), reply(500)), 100, stop('exhausted')],
  ['stops when nothing was sent at all', 2, past(skipped, skipped), 100, stop('exhausted')],
  ['stops at the deadline', 2, past(reply(500)), 0, stop('deadline')],
])('%s', (_name, planned, history, leftMs, step) =>
  expect(decide(planned, history, leftMs)).toEqual(step),
)

const again = (...outcomes: AttemptOutcome[]): PastAttempt[] =>
  outcomes.map((outcome) => ({ attempt: 0, outcome }))

test.each<[string, number, readonly PastAttempt[], number, Step]>([
  ['429', 1, past(reply(429)), 100, go(0)],
  ['503', 1, past(reply(503)), 100, go(0)],
  ['529', 1, past(reply(529)), 100, go(0)],
  ['a connection that did not hold', 1, past(failed('unreachable')), 100, go(0)],
  [
    'not 500, which may have cost as much as an answer',
    1,
    past(reply(500)),
    100,
    stop('exhausted'),
  ],
  ['not 502', 1, past(reply(502)), 100, stop('exhausted')],
  ['not 504', 1, past(reply(504)), 100, stop('exhausted')],
  ['not 408', 1, past(reply(408)), 100, stop('exhausted')],
  ['not a time-out', 1, past(failed('timeout')), 100, stop('exhausted')],
  ['not a cut', 1, past(failed('cut-off')), 100, stop('exhausted')],
  ['not nonsense', 1, past(failed('malformed-reply')), 100, stop('exhausted')],
  ['not what was not sent', 1, past(skipped), 100, stop('exhausted')],
  ['only once there is no other', 2, past(reply(429, 50)), 100, go(1)],
  ['the last of several', 2, past(reply(500), reply(503, 99)), 100, go(1, 99)],
  ['the first, if only that is safe', 2, past(reply(503, 9), reply(500)), 100, go(0, 9)],
  ['the first, of two that ask for no time', 2, past(reply(429), reply(503)), 100, go(0)],
  ['the one that asks for less time', 2, past(reply(429, 90), reply(429, 20)), 100, go(1, 20)],
  ['the other, after one was not sent again', 1, again(reply(429), skipped), 9, stop('exhausted')],
  ['not beyond the deadline', 1, past(reply(429, 100)), 100, stop('deadline')],
  ['half a minute later', 1, past(reply(429, 30_000)), 60_000, go(0, 30_000)],
  ['not later than that', 1, past(reply(429, 30_001)), 60_000, stop('exhausted')],
  ['not after what is no time', 1, past(reply(429, Number.NaN)), 100, stop('exhausted')],
  ['not in the past', 1, past(reply(429, -1)), 100, stop('exhausted')],
  ['a second time', 1, again(reply(429, 1), reply(429, 1)), 100, go(0, 1)],
  ['not a third time', 1, again(reply(429), reply(429), reply(429)), 100, stop('exhausted')],
  [
    'not a third time, whichever it was',
    2,
    [...past(reply(429), reply(429)), ...past(reply(429), reply(429))],
    100,
    stop('exhausted'),
  ],
])('asks the same destination again after: %s', (_name, planned, history, leftMs, step) =>
  expect(decide(planned, history, leftMs)).toEqual(step),
)

test.each<[string, readonly PastAttempt[], number, Step]>([
  ['up to half a second before the first', again(reply(429)), 0.5, go(0, 250)],
  ['up to a second before the next', again(reply(429), reply(429)), 0.5, go(0, 500)],
  ['from nothing', again(reply(429)), 0, go(0, 0)],
  ['beside what was asked for', again(reply(429, 1000)), 0.5, go(0, 1250)],
])('waits a random time: %s', (_name, history, random, step) =>
  expect(decide(1, history, 60_000, { random: () => random })).toEqual(step),
)

test.each<[string, AttemptOutcome, Step]>([
  ['goes on after 429', reply(429), go(1)],
  ['goes on after 503', reply(503), go(1)],
  ['goes on after what was not sent', skipped, go(1)],
  ['stops after 500', reply(500), stop('not-repeatable')],
  ['stops when the connection did not hold', failed('unreachable'), stop('not-repeatable')],
  ['stops after a time-out', failed('timeout'), stop('not-repeatable')],
  ['passes 400 on', reply(400), { type: 'pass-on' }],
])('where the provider acts on a request it %s', (_name, outcome, step) =>
  expect(decide(2, past(outcome), 100, { repeatable: false })).toEqual(step),
)

test.each([
  ['plain', {}, true],
  ['stored', { stored: true }, false],
  ['with tools that the provider runs', { hostedTools: true }, false],
])('a request that is %s', (_name, handling, repeatable) =>
  expect(isRepeatable({ ...PLAIN_HANDLING, ...handling })).toBe(repeatable),
)

test('a destination whose retries are used up is not asked again, another one is', () => {
  const history = past(reply(429), reply(503))
  expect(decide(2, history, 100, { mayRetry: () => false })).toEqual(stop('exhausted'))
  expect(decide(2, history, 100, { mayRetry: (attempt) => attempt === 1 })).toEqual(go(1))
})

test('of a thousand requests that all fail, few more than a tenth are made again', () => {
  let budget = FULL_BUDGET
  let retries = 0
  for (let request = 0; request < 1000; request++) {
    budget = payIn(budget)
    for (let retry = 0; retry < 2 && hasRetry(budget); retry++) {
      budget = spendRetry(budget)
      retries++
    }
  }
  expect(retries).toBeGreaterThanOrEqual(100)
  expect(retries).toBeLessThanOrEqual(110)
})

test('ends after a bounded number of tries, each of the plan once in its order first, whatever happens', () => {
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
          const step = next({ ...PLAIN, planned, history, nowMs, deadlineAtMs: NOW_MS + 1000 })
          if (step.type !== 'try') break
          nowMs += step.waitMs
          history.push({ attempt: step.attempt, outcome: one })
        }
        const order = history.map(({ attempt }) => attempt)
        const firsts = order.slice(0, planned)
        expect(firsts).toEqual(firsts.map((_, at) => at))
        expect(history.length).toBeLessThanOrEqual(planned + 2)
        expect(order.every((attempt) => attempt < planned)).toBe(true)
      },
    ),
  )
})
