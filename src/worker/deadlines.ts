import { variable, type Env } from './env.ts'

/** How long the phases of a request may take, in milliseconds. The first three are for streams: a whole answer shows nothing before its end. */
export type Times = {
  /** Until the head of a stream's reply; connecting is part of it, because the runtime does not tell them apart. */
  readonly headersMs: number
  /** Until the first token of a stream, from the same moment on. */
  readonly firstTokenMs: number
  /** Between any two pieces of a stream. */
  readonly idleMs: number
  /** Until an answer is whole; no attempt starts after this either. Of a stream: after its first token. */
  readonly wholeMs: number
  /** When a reservation made now accrues at its bound: later than anything of the request can end. */
  readonly expiresAtMs: (nowMs: number) => number
}

/** Some providers send the head with the first piece only. */
const HEADERS_MS = 60_000
/** Models that think without showing it take a minute and more. */
const FIRST_TOKEN_MS = 120_000
/** A cut stream has to be paid and asked for anew, so this errs on the long side. */
const IDLE_MS = 120_000
/** The official SDKs wait ten minutes. */
const WHOLE_MS = 600_000
/** Delivery of the settlement, and clocks that differ. */
const MARGIN_MS = 120_000

/** Of the environment that was asked for last: it is one object for all requests of an isolate. */
let known: { readonly env: Env; readonly times: Times } | undefined

export function timesOf(env: Env): Times {
  if (known?.env === env) return known.times
  const firstTokenMs = milliseconds(env, 'FIRST_TOKEN_TIMEOUT_MS') ?? FIRST_TOKEN_MS
  const wholeMs = milliseconds(env, 'DEADLINE_MS') ?? WHOLE_MS
  const times: Times = {
    headersMs: milliseconds(env, 'HEADERS_TIMEOUT_MS') ?? HEADERS_MS,
    firstTokenMs,
    idleMs: milliseconds(env, 'IDLE_TIMEOUT_MS') ?? IDLE_MS,
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
