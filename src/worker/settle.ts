import type { Price } from '../domain/catalog.ts'
import type { Attempt } from '../domain/plan.ts'
import type { Outcome, SettleRequest } from '../journal/messages.ts'
import { costOf } from '../pricing/cost.ts'
import type { Seen } from './relay.ts'

/** How an attempt ended, as far as money is concerned. */
export type Ending = {
  readonly attempt: string
  readonly outcome: Outcome
  readonly nowMs: number
  readonly planned: Attempt
  readonly price: Price | undefined
  readonly seen: Seen | undefined
  readonly status: number | undefined
  readonly requestId: string | null
  /** The destination states that this ending costs nothing. */
  readonly isFree: boolean
}

/**
 * The report of an attempt's end. The provider's own usage prices it; without one, or if the answer was cut, it accrues
 * at its bound: a dispatched attempt is never free unless the destination's billing rule says so.
 */
export function settlement(ending: Ending): SettleRequest {
  const { attempt, outcome, nowMs, planned, price, seen, isFree } = ending
  const isWhole = outcome === 'ok' || outcome === 'client-gone'
  const usage = isWhole ? (seen?.usage ?? null) : null
  const cost = isFree
    ? '0'
    : usage === null || price === undefined
      ? null
      : String(costOf(usage, price))
  return {
    attempt,
    atMs: nowMs,
    outcome,
    costPicoUsd: cost,
    usage,
    usageSource: usage === null && !isFree ? 'bound' : 'provider',
    finish: word(seen?.finish, /^[A-Za-z_-]{1,32}$/),
    upstreamStatus: ending.status ?? null,
    upstreamRequestId: word(ending.requestId ?? undefined, /^(?!.*\d{12})[\w.:-]{1,128}$/),
    serviceTier: word(seen?.serviceTier, /^[a-z_]{1,32}$/),
    modelServed:
      seen?.model?.startsWith(planned.upstreamModel) === true
        ? word(seen.model, /^(?!.*\d{9})[\w./:@-]{1,160}$/) // with a date at the end, not more
        : null,
  }
}

/** What an upstream wrote, if it has the form that was expected: nothing else of it may be recorded. */
const word = (text: string | undefined, form: RegExp): string | null =>
  text !== undefined && form.test(text) ? text : null

/** The upstream's id of the request, by whichever name it uses. */
export const requestIdOf = (headers: Headers): string | null =>
  headers.get('x-request-id') ?? headers.get('request-id') ?? headers.get('cf-ray')

/** `retry-after-ms`, or `retry-after` in seconds or as a date, as milliseconds from now. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const precise = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (precise >= 0) return precise
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = Number(text)
  if (seconds >= 0) return seconds * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
