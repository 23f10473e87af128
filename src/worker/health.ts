import {
  CLOSED,
  conclude,
  grant,
  note,
  TIMEOUT_WEIGHT,
  type BreakerState,
  type ProbeEnd,
  type Report,
} from '../router/breaker.ts'
import { FULL_BUDGET, hasRetry, payIn, spendRetry, type RetryBudget } from '../router/next.ts'
import { breakerOf, type Env } from './env.ts'
import type { Lifetime } from './exchange.ts'
import { within } from './within.ts'

/**
 * The isolate's side of the circuit breakers. It holds a copy of each breaker that it has to do with and moves it by what
 * it sees itself; the object, which hears from all isolates, has the last word. Plain data: a hint that saves wasted
 * attempts, never a permission. Without the object the copies go on alone.
 */
type Copy = {
  state: BreakerState
  /** Seen since the object was last told. */
  failures: number
  successes: number
  /** Successes since the last failure. They alone are not worth a call. */
  successesSince: number
  retryAfterMs: number | undefined
  isDown: boolean
  /** When counting the successes began. */
  countedSinceMs: number
  /** When the object was last heard or asked. */
  learnedMs: number
  /** The probe that this isolate has under way. */
  probe: number | undefined
  /** Until then a report is under way that takes along what is seen meanwhile. */
  reportedUntilMs: number
  retries: RetryBudget
}

const copies = new Map<string, Copy>()
const COPIES_MAX = 1000

/** How long a copy is believed without asking the object in the background; shorter while the breaker is not closed. */
const FRESH_MS = 10_000
const FRESH_OPEN_MS = 1_000
/** Failures are gathered for so long. */
const GATHER_MS = 250
const SUCCESSES_FOR_MS = 30_000
/** A request that wants to probe waits no longer for the object than this. */
const ANSWER_MS = 1_000

function copyOf(destination: string): Copy {
  const known = copies.get(destination)
  if (known !== undefined) return known
  const fresh: Copy = {
    state: CLOSED,
    failures: 0,
    successes: 0,
    successesSince: 0,
    retryAfterMs: undefined,
    isDown: false,
    countedSinceMs: 0,
    learnedMs: 0,
    probe: undefined,
    reportedUntilMs: 0,
    retries: FULL_BUDGET,
  }
  if (copies.size >= COPIES_MAX) copies.clear()
  copies.set(destination, fresh)
  return fresh
}

/** Whether a plan should go without the destination. One whose time is over is planned: a request is needed to try it. */
export function isCooling(destination: string, nowMs: number): boolean {
  const copy = copies.get(destination)
  if (copy === undefined) return false
  const { phase } = copy.state
  return phase.type !== 'closed' && nowMs < phase.untilMs
}

/** Asks the object in the background about breakers that this isolate uses and has not heard of for a while. */
export function learn(env: Env, ctx: Lifetime, nowMs: number): void {
  for (const [destination, copy] of copies) {
    if (copy.state.phase.type !== 'closed' && nowMs - copy.learnedMs > FRESH_OPEN_MS) {
      look(env, ctx, destination, copy, nowMs)
    }
  }
}

function look(env: Env, ctx: Lifetime, destination: string, copy: Copy, nowMs: number): void {
  copy.learnedMs = nowMs
  ctx.waitUntil(tell(env, destination, copy))
}

/**
 * Whether an attempt may be sent. For a closed breaker this is a look at memory; only where a destination might be back
 * the object is asked, because one request is to find out and not all of them.
 */
export function admit(
  env: Env,
  ctx: Lifetime,
  destination: string,
  nowMs: number,
): boolean | Promise<boolean> {
  const copy = copyOf(destination)
  copy.retries = payIn(copy.retries)
  const { phase } = copy.state
  if (phase.type !== 'closed') return nowMs < phase.untilMs ? false : askToProbe(env, destination)
  if (nowMs - copy.learnedMs > FRESH_MS) look(env, ctx, destination, copy, nowMs)
  return true
}

async function askToProbe(env: Env, destination: string): Promise<boolean> {
  const copy = copyOf(destination)
  const { state, grant: answer } = await askObject(env, destination, copy)
  copy.state = state
  copy.learnedMs = Date.now()
  if (answer.granted) copy.probe = answer.probe
  return answer.granted
}

/** The object's answer, or the copy's own if the object fails or takes too long: then each isolate finds out for itself. */
async function askObject(
  env: Env,
  destination: string,
  copy: Copy,
): Promise<ReturnType<typeof grant>> {
  try {
    return await within(ANSWER_MS, breakerOf(env, destination).grant())
  } catch {
    return grant(copy.state, Date.now())
  }
}

/** The attempt that `admit` let through was never sent, or nobody waited for its end: another may find out. */
export function noteUnsent(env: Env, ctx: Lifetime, destination: string): void {
  endProbe(env, ctx, destination, { type: 'unsent' })
}

/** The destination answered. */
export function noteSuccess(env: Env, ctx: Lifetime, destination: string, nowMs: number): void {
  const copy = copyOf(destination)
  if (nowMs - copy.countedSinceMs > SUCCESSES_FOR_MS) {
    copy.countedSinceMs = nowMs
    copy.successesSince = 0
  }
  copy.successesSince++
  if (copy.probe !== undefined) endProbe(env, ctx, destination, { type: 'answered' })
}

export type Failure = {
  readonly isTimeout?: boolean
  /** What the destination asked for. */
  readonly retryAfterMs?: number | undefined
  /** It says of itself that it is away. */
  readonly isDown?: boolean
}

export function noteFailure(
  env: Env,
  ctx: Lifetime,
  destination: string,
  nowMs: number,
  { isTimeout = false, retryAfterMs, isDown = false }: Failure = {},
): void {
  const copy = copyOf(destination)
  if (copy.probe !== undefined) {
    endProbe(env, ctx, destination, { type: 'failed', retryAfterMs })
    return
  }
  const failures = isTimeout ? TIMEOUT_WEIGHT : 1
  const isFresh = nowMs - copy.countedSinceMs <= SUCCESSES_FOR_MS
  const successes = isFresh ? copy.successesSince : 0
  copy.successesSince = 0
  const seen: Report = { failures, successes, retryAfterMs, isDown }
  copy.state = note(copy.state, seen, nowMs, Math.random())
  copy.failures += failures
  copy.successes += successes
  copy.retryAfterMs = retryAfterMs ?? copy.retryAfterMs
  copy.isDown ||= isDown
  if (nowMs < copy.reportedUntilMs) return
  copy.reportedUntilMs = nowMs + GATHER_MS
  ctx.waitUntil(reportSoon(env, destination, copy))
}

async function reportSoon(env: Env, destination: string, copy: Copy): Promise<void> {
  await scheduler.wait(GATHER_MS)
  await tell(env, destination, copy)
}

/** Tells the object what was seen, and takes over its state. If it fails, this isolate goes on alone. */
async function tell(env: Env, destination: string, copy: Copy): Promise<void> {
  const { failures, successes, retryAfterMs, isDown } = copy
  const report: Report | null =
    failures === 0 ? null : { failures, successes, retryAfterMs, isDown }
  if (report !== null) {
    copy.failures = 0
    copy.successes = 0
    copy.retryAfterMs = undefined
    copy.isDown = false
  }
  try {
    const state = await breakerOf(env, destination).tell(report)
    // What was seen meanwhile will be told next, and is in the copy until then.
    if (copy.failures === 0 && copy.probe === undefined) copy.state = state
    copy.learnedMs = Date.now()
  } catch {
    // Nobody waits for this, and the copy already holds what this isolate has seen.
  }
}

function endProbe(env: Env, ctx: Lifetime, destination: string, end: ProbeEnd): void {
  const copy = copyOf(destination)
  const { probe } = copy
  if (probe === undefined) return
  copy.probe = undefined
  copy.state = conclude(copy.state, probe, end, Date.now(), Math.random())
  ctx.waitUntil(tellEnd(env, destination, copy, probe, end))
}

async function tellEnd(
  env: Env,
  destination: string,
  copy: Copy,
  probe: number,
  end: ProbeEnd,
): Promise<void> {
  try {
    const state = await breakerOf(env, destination).conclude(probe, end)
    if (copy.failures === 0 && copy.probe === undefined) copy.state = state
  } catch {
    // The object lets another probe through when this one counts as lost.
  }
}

export const mayRetry = (destination: string): boolean => hasRetry(copyOf(destination).retries)

export function noteRetry(destination: string): void {
  const copy = copyOf(destination)
  copy.retries = spendRetry(copy.retries)
}
