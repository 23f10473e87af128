import type { Caller } from '../domain/caller.ts'
import type { Surface } from '../surfaces/surface.ts'
import type { Env } from './env.ts'

/** Keeps the isolate at work after the answer: what an ExecutionContext is needed for. */
export type Lifetime = Pick<ExecutionContext, 'waitUntil'>

/** What stays the same from the first byte of a request to its settlement. */
export type Exchange = {
  readonly request: Request
  readonly env: Env
  readonly ctx: Lifetime
  readonly surface: Surface
  /** Names the decision in headers, records and receipts. */
  readonly decision: string
  readonly startedMs: number
}

/** An exchange whose key is known. */
export type Authenticated = Exchange & { readonly caller: Caller; readonly keyEpoch: number }

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

/** Sorts by time and cannot be guessed: 10 characters of milliseconds, 16 of randomness, as ULIDs do. */
export function newDecisionId(nowMs: number): string {
  let time = ''
  for (let left = nowMs, digits = 0; digits < 10; digits++) {
    time = CROCKFORD.charAt(left % 32) + time
    left = Math.floor(left / 32)
  }
  const random = crypto.getRandomValues(new Uint8Array(16))
  return `dec_${time}${Array.from(random, (byte) => CROCKFORD.charAt(byte % 32)).join('')}`
}
