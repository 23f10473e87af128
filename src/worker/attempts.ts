import type { Refusal } from '../domain/refusal.ts'
import { isRepeatable, next, type AttemptOutcome, type PastAttempt } from '../router/next.ts'
import { parseUpstreamError } from '../wire/error.ts'
import { decisionHeaders } from './answer.ts'
import { countedHere } from './count-here.ts'
import type { Planned, Tried } from './attempt.ts'
import { timesOf } from './deadlines.ts'
import { admit, mayRetry, noteRetry, noteUnsent } from './health.ts'
import { tryHedged } from './hedge.ts'
import { isStale, type Stale } from './journal-refusal.ts'

export type Attempted =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'stale'; readonly stale: Stale; readonly attemptsMade: number }

/** How long a request waits for reservations in flight, when they hold what is left of a budget. */
const BUDGET_WAIT_MS = 2_000

/** The status of an answer that nobody will read. */
const CLIENT_CLOSED_REQUEST = 499

/** Tries the plan's attempts as `next` says, each with its own reservation, until one answers or nothing is left. */
export async function attemptAll(planned: Planned): Promise<Attempted> {
  const { plan, env, ctx, startedMs, read } = planned
  const counted = countedHere(planned)
  if (counted !== undefined) return counted
  const history: PastAttempt[] = []
  const destinationAt = (at: number): string => plan.attempts[at]?.destination ?? ''
  const fixed = {
    planned: plan.attempts.length,
    deadlineAtMs: startedMs + timesOf(env).wholeMs,
    repeatable: isRepeatable(read.facts.handling),
    mayRetry: (at: number) => mayRetry(destinationAt(at)),
    random: Math.random,
  }
  let number = planned.attemptsMade
  let last: Tried | undefined
  let notHeld: Refusal | undefined
  let waitMs = BUDGET_WAIT_MS
  for (;;) {
    const step = next({ ...fixed, history, nowMs: Date.now() })
    if (step.type !== 'try') return conclude(planned, last, notHeld)
    const attempt = plan.attempts[step.attempt]
    if (attempt === undefined) throw new RangeError('next chose an attempt outside of the plan')
    if (step.waitMs > 0) await scheduler.wait(step.waitMs)
    if (history.some((past) => past.attempt === step.attempt)) noteRetry(attempt.destination)
    const admitted = admit(env, ctx, attempt.destination, Date.now())
    if (admitted !== true && !(await admitted)) {
      history.push({ attempt: step.attempt, outcome: { type: 'skipped' } })
      continue
    }
    const isFirst = number === planned.attemptsMade
    const raced = await tryHedged(planned, step.attempt, { number: number + 1, isFirst, waitMs })
    number = raced.number
    for (const { at, tried } of raced.ended) {
      if (tried.kind === 'answered') return { kind: 'response', response: tried.response }
      if (tried.kind === 'not-held') {
        noteUnsent(env, ctx, attempt.destination)
        if (isStale(tried.refusal))
          return { kind: 'stale', stale: tried.refusal, attemptsMade: number }
        notHeld ??= tried.refusal
        if (tried.refusal.code === 'budget_busy') waitMs = 0 // a request waits once, not once an attempt
        if (!ABOUT_ATTEMPT.has(tried.refusal.code)) {
          return { kind: 'refused', refusal: tried.refusal }
        }
      } else last = tried
      history.push({ attempt: at, outcome: outcomeOf(tried) })
    }
  }
}

/** Refusals that need not hold for the next attempt: it may be cheaper, take what this one could not, or be our own. */
const ABOUT_ATTEMPT: ReadonlySet<Refusal['code']> = new Set([
  'budget_exhausted',
  'budget_busy',
  'cannot_serve',
  'policy_forbids',
])

function outcomeOf(tried: Exclude<Tried, { kind: 'answered' }>): AttemptOutcome {
  switch (tried.kind) {
    case 'client-gone':
      return { type: 'client-gone' }
    case 'failed':
      return { type: 'failed', reason: tried.reason, started: false }
    case 'error-reply':
      return { type: 'error-reply', status: tried.status, retryAfterMs: tried.retryAfterMs }
    case 'not-held':
      return { type: 'skipped' }
  }
}

/** What the client hears when no attempt answered. */
function conclude(
  planned: Planned,
  last: Tried | undefined,
  notHeld: Refusal | undefined,
): Attempted {
  if (last === undefined) {
    return { kind: 'refused', refusal: notHeld ?? { code: 'no_destination', retryAfterS: 5 } }
  }
  switch (last.kind) {
    case 'client-gone':
      return { kind: 'response', response: new Response(null, { status: CLIENT_CLOSED_REQUEST }) }
    case 'error-reply':
      return isAboutUs(last.status)
        ? { kind: 'refused', refusal: failed(last.attempt.destination, last.status) }
        : { kind: 'response', response: errorResponse(planned, last) }
    case 'failed':
      return {
        kind: 'refused',
        refusal: {
          code: 'upstream_failed',
          destination: last.attempt.destination,
          reason: last.reason,
          status: undefined,
        },
      }
    case 'answered':
    case 'not-held':
      throw new TypeError(`an attempt that was ${last.kind} is not the last one`)
  }
}

const failed = (destination: string, status: number): Refusal => ({
  code: 'upstream_failed',
  destination,
  reason: 'error-reply',
  status,
})

/** Errors about our account there, not about the request: the client's key is fine, and must not seem otherwise. */
const ABOUT_US = new Set([401, 402, 403, 404, 405, 407, 412])
const isAboutUs = (status: number): boolean => ABOUT_US.has(status)

/** The upstream's own words, in the client's dialect. They go to the caller only, and nowhere else. */
function errorResponse(
  planned: Planned,
  { status, body, prepared, retryAfterMs, attempt }: Extract<Tried, { kind: 'error-reply' }>,
): Response {
  const { decision, plan, surface } = planned
  const { dialect } = surface
  const retryAfterS = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000)
  const { message, type, code } = parseUpstreamError(body)
  const rendered = dialect.renderError(
    {
      status,
      message,
      type: type ?? 'upstream_error',
      param: null,
      code: code ?? null,
      retryAfterS,
    },
    decision,
  )
  const headers = decisionHeaders({
    decision,
    receipt: plan.receipt,
    attempt,
    unsupported: prepared.unsupported,
    outputTokens: undefined,
    dialect,
  })
  if (retryAfterS !== undefined) headers['retry-after'] = String(retryAfterS)
  return Response.json(rendered.body, { status: rendered.status, headers })
}
