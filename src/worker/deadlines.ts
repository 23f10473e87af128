import { variable, type Env } from './env.ts'

/** How long the phases of a request may take, in milliseconds. */
export type Times = {
  /** Until the first token of a stream. */
  readonly firstTokenMs: number
  /** Until an answer is whole; no attempt starts after this either. */
  readonly wholeMs: number
  /** When a reservation made now accrues at its bound: later than anything of the request can end. */
  readonly expiresAtMs: (nowMs: number) => number
}

const FIRST_TOKEN_MS = 60_000
/** The official SDKs wait ten minutes. */
const WHOLE_MS = 600_000
/** Draining after the client has gone, delivery of the settlement, and clocks that differ. */
const MARGIN_MS = 120_000

/** Of the environment that was asked for last: it is one object for all requests of an isolate. */
let known: { readonly env: Env; readonly times: Times } | undefined

export function timesOf(env: Env): Times {
  if (known?.env === env) return known.times
  const firstTokenMs = milliseconds(env, 'FIRST_TOKEN_TIMEOUT_MS') ?? FIRST_TOKEN_MS
  const wholeMs = milliseconds(env, 'DEADLINE_MS') ?? WHOLE_MS
  const times: Times = {
    firstTokenMs,
    wholeMs,
    expiresAtMs: (nowMs) => nowMs + 2 * wholeMs + MARGIN_MS,
  }
  known = { env, times }
  return times
}

function milliseconds(env: Env, name: string): number | undefined {
  const value = Number(variable(env, name))
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
