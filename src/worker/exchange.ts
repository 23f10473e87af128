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

/** Random bytes, drawn in bulk: each draw asks the kernel. */
const pool = new Uint8Array(4096)
let poolAt = pool.length

function randomHex(bytes: number): string {
  if (poolAt + bytes > pool.length) {
    crypto.getRandomValues(pool)
    poolAt = 0
  }
  let text = ''
  for (const end = poolAt + bytes; poolAt < end; poolAt++) {
    text += (pool[poolAt] ?? 0).toString(16).padStart(2, '0')
  }
  return text
}

/** Sorts by time and cannot be guessed: milliseconds in base 36, then 128 random bits. */
export const newDecisionId = (nowMs: number): string =>
  `dec_${nowMs.toString(36).padStart(9, '0')}${randomHex(16)}`
