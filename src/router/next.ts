import type { UpstreamFailure } from '../domain/refusal.ts'

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
}

/** What to do now. `give-up` and `pass-on` are about the last attempt of the history. */
export type Step =
  /** Try this position of the plan, after waiting. */
  | { readonly type: 'try'; readonly attempt: number; readonly waitMs: number }
  | { readonly type: 'done' }
  /** Show the client the upstream's own error: it is about the request, and would be the same elsewhere. */
  | { readonly type: 'pass-on' }
  /** Nothing is left to try, or no time: the last failure is the answer. */
  | { readonly type: 'give-up'; readonly because: 'exhausted' | 'deadline' | 'started' }

/** So often may the last destination of a plan be asked again: each time is a reservation of its own. */
const WAITS_MAX = 2

/**
 * Decides what follows an outcome: the next permitted attempt on a failure that another destination may not have, before the first token
 * only. `retry-after` is waited for only where there is nowhere else to go and the wait ends before the deadline.
 */
export function next({ planned, history, nowMs, deadlineAtMs }: NextInput): Step {
  const last = history.at(-1)
  if (last === undefined) return tryFirst(planned, nowMs, deadlineAtMs)
  const { outcome } = last
  if (outcome.type === 'answered' || outcome.type === 'client-gone') return { type: 'done' }
  if (outcome.type === 'failed' && outcome.started) return { type: 'give-up', because: 'started' }
  if (outcome.type === 'error-reply' && !isTransient(outcome.status)) return { type: 'pass-on' }
  if (nowMs >= deadlineAtMs) return { type: 'give-up', because: 'deadline' }
  const following = Math.max(...history.map(({ attempt }) => attempt)) + 1
  if (following < planned) return { type: 'try', attempt: following, waitMs: 0 }
  const waitMs = outcome.type === 'error-reply' ? outcome.retryAfterMs : undefined
  const tries = history.filter(({ attempt }) => attempt === last.attempt).length
  if (waitMs === undefined || !(waitMs >= 0) || tries > WAITS_MAX)
    return { type: 'give-up', because: 'exhausted' }
  return nowMs + waitMs < deadlineAtMs
    ? { type: 'try', attempt: last.attempt, waitMs }
    : { type: 'give-up', because: 'deadline' }
}

function tryFirst(planned: number, nowMs: number, deadlineAtMs: number): Step {
  if (planned === 0) return { type: 'give-up', because: 'exhausted' }
  return nowMs < deadlineAtMs
    ? { type: 'try', attempt: 0, waitMs: 0 }
    : { type: 'give-up', because: 'deadline' }
}

/** Another destination, or the same one later, may well answer. */
const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500
