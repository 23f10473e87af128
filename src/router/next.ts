import type { UpstreamFailure } from '../domain/refusal.ts'
import type { Handling } from '../domain/request.ts'

/** How an attempt ended. `started`: the client has already been sent a token of the answer, so nothing else may follow. */
export type AttemptOutcome =
  /** The upstream answered with an error. `retryAfterMs` is its `retry-after`, made a span of time. */
  | {
      readonly type: 'error-reply'
      readonly status: number
      readonly retryAfterMs: number | undefined
    }
  | {
      readonly type: 'failed'
      readonly reason: Exclude<UpstreamFailure, 'error-reply'>
      readonly started: boolean
    }
  /** Nothing was sent: the journal did not hold the money, or the destination's circuit breaker is open. */
  | { readonly type: 'skipped' }
  | { readonly type: 'answered' }
  /** The client went away. */
  | { readonly type: 'client-gone' }

/** An attempt that is over: its position in the plan, and how it ended. */
export type PastAttempt = { readonly attempt: number; readonly outcome: AttemptOutcome }

export type NextInput = {
  /** Number of attempts in the plan. */
  readonly planned: number
  /** In the order in which they ended; empty before the first. */
  readonly history: readonly PastAttempt[]
  readonly nowMs: number
  /** No attempt may start after this. */
  readonly deadlineAtMs: number
  /** See `isRepeatable`. */
  readonly repeatable: boolean
  /** Whether the retry budget of this attempt's destination has something left. */
  readonly mayRetry: (attempt: number) => boolean
  /** At least 0, less than 1. */
  readonly random: () => number
}

/** What to do now. `give-up` and `pass-on` are about the last attempt of the history that was sent. */
export type Step =
  /** Try this position of the plan, after waiting. A position that was tried before is a retry. */
  | { readonly type: 'try'; readonly attempt: number; readonly waitMs: number }
  | { readonly type: 'done' }
  /** Show the client the upstream's own error: it is about the request, and would be the same elsewhere. */
  | { readonly type: 'pass-on' }
  /** Nothing is left to try, or no time: the last failure is the answer. */
  | {
      readonly type: 'give-up'
      readonly because: 'exhausted' | 'deadline' | 'started' | 'not-repeatable'
    }

/** So often may destinations be asked again for one request: each time is a reservation of its own. */
const RETRIES_MAX = 2
/** Longest wait before the first retry; twice as long before each further one. */
const BACKOFF_MS = 500
/** A client that is told to come back later than this does so better than we: it may have somewhere else to go. */
const RETRY_AFTER_MAX_MS = 30_000

/**
 * Decides what follows an outcome, before the first token only: the next permitted attempt on a failure that another destination may not
 * have; once there is none, the same destination again where that is safe. `retry-after` is waited for only then.
 */
export function next(input: NextInput): Step {
  const { planned, history, nowMs, deadlineAtMs } = input
  const isLate = nowMs >= deadlineAtMs
  const following = Math.max(-1, ...history.map(({ attempt }) => attempt)) + 1
  const last = history.at(-1)?.outcome
  if (last?.type === 'answered' || last?.type === 'client-gone') return { type: 'done' }
  if (last?.type === 'failed' && last.started) return giveUp('started')
  if (last?.type === 'error-reply' && !isTransient(last.status)) return { type: 'pass-on' }
  if (isLate) return giveUp('deadline')
  if (last !== undefined && !input.repeatable && !wasNotServed(last)) {
    return giveUp('not-repeatable')
  }
  if (following < planned) return { type: 'try', attempt: following, waitMs: 0 }
  return retry(input, history.length - new Set(history.map(({ attempt }) => attempt)).size)
}

const giveUp = (because: Extract<Step, { type: 'give-up' }>['because']): Step => ({
  type: 'give-up',
  because,
})

/** Asks the destination again that may be asked soonest; of equals the one that the plan prefers. */
function retry(input: NextInput, retries: number): Step {
  const { history, nowMs, deadlineAtMs, mayRetry, random } = input
  if (retries >= RETRIES_MAX) return giveUp('exhausted')
  const latest = new Map(history.map(({ attempt, outcome }) => [attempt, outcome]))
  const possible = [...latest]
    .map(([attempt, outcome]) => ({
      attempt,
      waitMs: isSafe(outcome) ? askedWait(outcome) : NEVER,
    }))
    .filter(({ attempt, waitMs }) => waitMs <= RETRY_AFTER_MAX_MS && mayRetry(attempt))
    .toSorted((a, b) => a.waitMs - b.waitMs || a.attempt - b.attempt)
  const [soonest] = possible
  if (soonest === undefined) return giveUp('exhausted')
  // Full jitter: whoever failed together does not come back together.
  // https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
  const waitMs = soonest.waitMs + Math.floor(random() * BACKOFF_MS * 2 ** retries)
  return nowMs + waitMs < deadlineAtMs
    ? { type: 'try', attempt: soonest.attempt, waitMs }
    : giveUp('deadline')
}

const NEVER = Number.POSITIVE_INFINITY

/** How long the destination itself wants to be left alone. */
const askedWait = (outcome: AttemptOutcome): number => {
  const asked = outcome.type === 'error-reply' ? (outcome.retryAfterMs ?? 0) : 0
  return asked >= 0 ? asked : NEVER
}

/** Another destination, or the same one later, may well answer. */
export const isTransient = (status: number): boolean =>
  status === 408 || status === 429 || status >= 500

/** The upstream says that it did nothing: it is full, starting, or wants less of us. */
const NOT_SERVED: ReadonlySet<number> = new Set([429, 503, 529])

const wasNotServed = (outcome: AttemptOutcome): boolean =>
  outcome.type === 'skipped' || (outcome.type === 'error-reply' && NOT_SERVED.has(outcome.status))

/**
 * The same destination may well answer the same request now, and was not at work on it before: it said so, or the connection
 * did not hold. Other errors, and time-outs, may have cost as much as an answer.
 */
const isSafe = (outcome: AttemptOutcome): boolean =>
  outcome.type === 'error-reply'
    ? NOT_SERVED.has(outcome.status)
    : outcome.type === 'failed' && outcome.reason === 'unreachable'

/** Where a provider acts on a request (runs tools, keeps it), it might act twice; only what it says it has not served is sent on. */
export const isRepeatable = ({ stored, hostedTools }: Handling): boolean => !stored && !hostedTools

/**
 * What retries of one destination may still be made, so that they never multiply an outage: every first attempt pays in a
 * tenth of a retry. Retries are at most a tenth of the traffic, beyond a few.
 */
export type RetryBudget = number

export const FULL_BUDGET: RetryBudget = 10
const PAID_IN = 0.1

export const payIn = (budget: RetryBudget): RetryBudget => Math.min(FULL_BUDGET, budget + PAID_IN)

export const hasRetry = (budget: RetryBudget): boolean => budget >= 1

export const spendRetry = (budget: RetryBudget): RetryBudget => Math.max(0, budget - 1)
