import type { SettleRequest } from '../journal/messages.ts'
import type { Planned } from './attempt.ts'
import { timesOf } from './deadlines.ts'

/** When an answer that is not streamed is given up. */
export function endOf({ lost, env }: Pick<Planned, 'lost' | 'env'>): AbortSignal {
  const timeout = AbortSignal.timeout(timesOf(env).wholeMs)
  return lost === undefined ? timeout : AbortSignal.any([timeout, lost])
}

/** The end of an attempt that was broken off by us has a name of its own in the books. */
export const endedBy = ({ lost }: Pick<Planned, 'lost'>, report: SettleRequest): SettleRequest =>
  lost?.aborted === true && report.outcome === 'client-gone'
    ? { ...report, outcome: 'superseded' }
    : report
