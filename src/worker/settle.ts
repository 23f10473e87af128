import type { Price } from '../domain/catalog.ts'
import type { Attempt } from '../domain/plan.ts'
import type { Usage } from '../domain/usage.ts'
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
  /** What was used until the client left, of a stream that did not come to its end; undefined if that cannot be told. */
  readonly counted: Usage | undefined
  readonly status: number | undefined
  readonly requestId: string | null
  /** The destination states that this ending costs nothing. */
  readonly isFree: boolean
}

/**
 * The report of an attempt's end. The provider's own usage prices it. Without one it accrues at its bound, as it does if the
 * answer was cut: a dispatched attempt is never free unless the destination's billing rule says so. Where the client left in
 * the middle, what came until then is counted.
 */
export function settlement(ending: Ending): SettleRequest {
  const { attempt, outcome, nowMs, planned, seen, isFree } = ending
  const isAnswered = outcome === 'ok' || outcome === 'client-gone'
  const told = isAnswered && seen?.complete === true ? seen.usage : undefined
  const counted = outcome === 'client-gone' && seen?.complete !== true ? ending.counted : undefined
  const usage = told ?? counted ?? null
  const cost = isFree ? '0' : usage === null ? null : costWithin(ending, usage)
  return {
    attempt,
    atMs: nowMs,
    outcome,
    costPicoUsd: cost,
    usage,
    usageSource:
      counted !== undefined ? 'counted' : usage === null && !isFree ? 'bound' : 'provider',
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

/** What the usage costs; a count of ours, which errs high, never more than was held. Null without a price. */
function costWithin({ price, planned, seen }: Ending, usage: Usage): string | null {
  if (price === undefined) return null
  const cost = costOf(usage, price)
  const isOurs = seen?.complete !== true
  return String(isOurs && cost > planned.boundPicoUsd ? planned.boundPicoUsd : cost)
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
