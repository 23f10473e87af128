/** What a circuit breaker knows of its destination. Plain data: the object stores it, isolates hold copies of it. */
export type BreakerState = {
  readonly phase: Phase
  /** Weights of what failed and what succeeded lately, as of `atMs`: they fade with time and with what follows. */
  readonly failures: number
  readonly successes: number
  readonly atMs: number
  /** How often it opened without having been calm in between: each time doubles the time that it stays open. */
  readonly opens: number
  /** When it last closed. */
  readonly closedMs: number
  /** Number of the probe that was granted last. */
  readonly probe: number
}

export type Phase =
  | { readonly type: 'closed' }
  /** Nothing is sent until then. `byUpstream`: the destination said so itself (`retry-after`). */
  | { readonly type: 'open'; readonly untilMs: number; readonly byUpstream: boolean }
  /** One request is on its way to find out. If nothing is heard of it until then, it counts as lost. */
  | { readonly type: 'half-open'; readonly untilMs: number }

export const CLOSED: BreakerState = {
  phase: { type: 'closed' },
  failures: 0,
  successes: 0,
  atMs: 0,
  opens: 0,
  closedMs: 0,
  probe: 0,
}

/** What happened since the last report. */
export type Report = {
  /** Each counts 1, or `TIMEOUT_WEIGHT`. */
  readonly failures: number
  readonly successes: number
  /** What the destination asked for last; undefined if it did not. */
  readonly retryAfterMs: number | undefined
  /** It said itself, of itself, that it is away: one such word is enough. */
  readonly isDown: boolean
}

/** A time-out has cost somebody a minute, and comes as seldom. */
export const TIMEOUT_WEIGHT = 2

/** Opens from here on, and only if more failed than succeeded: three failures in a short time. */
const FAILURES_MIN = 2.5
/** After so long what happened counts half. */
const HALF_LIFE_MS = 60_000
/** Only about so many of the last exchanges count, so that a good past does not hide an outage. */
const EXCHANGES_MAX = 20

const OPEN_MS = 5_000
const OPEN_MAX_MS = 120_000
/** A word of the upstream is honoured up to here: it may be about one model's quota, and one probe costs little. */
const RETRY_AFTER_MAX_MS = 300_000
/** Closed for so long, it starts again with the shortest time. */
const CALM_MS = 120_000
/** Nearly every first token comes sooner. */
const PROBE_MS = 60_000

/** Takes in what happened to ordinary requests. Opens a closed breaker; an open one only heeds a longer `retry-after`. */
export function note(
  state: BreakerState,
  report: Report,
  nowMs: number,
  random: number,
): BreakerState {
  const counted = count(state, report, nowMs)
  const { phase, failures, successes } = counted
  switch (phase.type) {
    case 'closed': {
      const isFailing = failures >= FAILURES_MIN && failures > successes
      return isFailing || report.isDown
        ? open(counted, report.retryAfterMs, nowMs, random)
        : counted
    }
    case 'open': {
      if (report.retryAfterMs === undefined) return counted
      const untilMs = Math.max(phase.untilMs, nowMs + honoured(report.retryAfterMs))
      return untilMs === phase.untilMs
        ? counted
        : { ...counted, phase: { type: 'open', untilMs, byUpstream: true } }
    }
    case 'half-open':
      return counted
  }
}

function count(state: BreakerState, report: Report, nowMs: number): BreakerState {
  const kept = 0.5 ** (Math.max(0, nowMs - state.atMs) / HALF_LIFE_MS)
  const told = Math.min(1, EXCHANGES_MAX / Math.max(1, report.failures + report.successes))
  const failures = state.failures * kept + report.failures * told
  const successes = state.successes * kept + report.successes * told
  const share = Math.min(1, EXCHANGES_MAX / Math.max(1, failures + successes))
  return { ...state, failures: failures * share, successes: successes * share, atMs: nowMs }
}

function open(
  state: BreakerState,
  retryAfterMs: number | undefined,
  nowMs: number,
  random: number,
): BreakerState {
  const isCalm = state.phase.type === 'closed' && nowMs - state.closedMs >= CALM_MS
  const opens = isCalm ? 1 : state.opens + 1
  const longestMs = Math.min(OPEN_MAX_MS, OPEN_MS * 2 ** Math.min(opens - 1, 10))
  const ownMs = longestMs / 2 + (random * longestMs) / 2
  const asked = retryAfterMs === undefined ? undefined : honoured(retryAfterMs)
  const waitMs = asked === undefined ? ownMs : opens === 1 ? asked : Math.max(asked, ownMs)
  return {
    ...state,
    failures: 0,
    successes: 0,
    opens,
    phase: { type: 'open', untilMs: nowMs + waitMs, byUpstream: asked !== undefined },
  }
}

const honoured = (retryAfterMs: number): number =>
  retryAfterMs >= 0 ? Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) : 0

/** Whether a request may be sent. `probe` is its number if it is the one that finds out. */
export type Grant =
  | { readonly granted: true; readonly probe: number | undefined }
  | { readonly granted: false; readonly againMs: number }

/** Asks to send. An open breaker whose time is over lets one through, and others not before that one has been heard of. */
export function grant(
  state: BreakerState,
  nowMs: number,
): { readonly state: BreakerState; readonly grant: Grant } {
  const { phase } = state
  if (phase.type === 'closed') return { state, grant: { granted: true, probe: undefined } }
  if (nowMs < phase.untilMs) return { state, grant: { granted: false, againMs: phase.untilMs } }
  const probe = state.probe + 1
  const halfOpen: Phase = { type: 'half-open', untilMs: nowMs + PROBE_MS }
  return { state: { ...state, probe, phase: halfOpen }, grant: { granted: true, probe } }
}

/** How a probe ended. `unsent`: it never left, or nobody waited for its end. */
export type ProbeEnd =
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly retryAfterMs: number | undefined }
  | { readonly type: 'unsent' }

/** Takes in the end of a probe. An answer closes, even of one that counted as lost; of failures only the current one's opens again. */
export function conclude(
  state: BreakerState,
  probe: number,
  end: ProbeEnd,
  nowMs: number,
  random: number,
): BreakerState {
  if (end.type === 'answered') return close(state, nowMs)
  if (state.phase.type !== 'half-open' || state.probe !== probe) return state
  return end.type === 'failed'
    ? open(state, end.retryAfterMs, nowMs, random)
    : { ...state, phase: { type: 'open', untilMs: nowMs, byUpstream: false } }
}

function close(state: BreakerState, nowMs: number): BreakerState {
  if (state.phase.type === 'closed') return state
  return { ...state, phase: { type: 'closed' }, failures: 0, successes: 0, closedMs: nowMs }
}

/**
 * Takes in what an active look at the destination's health saw. A destination that is back is used again at once, unless it
 * asked to be left alone for longer; should it be healthy and fail all the same, the growing times go on from where they were.
 */
export function noteHealth(
  state: BreakerState,
  isHealthy: boolean,
  nowMs: number,
  random: number,
): BreakerState {
  const { phase } = state
  if (!isHealthy) return phase.type === 'closed' ? open(state, undefined, nowMs, random) : state
  const isAskedFor = phase.type === 'open' && phase.byUpstream && nowMs < phase.untilMs
  return isAskedFor ? state : close(state, nowMs)
}
