/**
 * Which destinations to leave alone for a while, as this isolate has seen them fail. Plain data: it is a hint that
 * saves a wasted attempt, never a permission.
 */
const coolUntilMs = new Map<string, number>()

const failures = new Map<string, number>()

/** Failures in a row before a destination is left alone. */
const FAILURES_MAX = 3
const COOL_MS = 15_000
const COOL_MAX_MS = 120_000

export const isCooling = (destination: string, nowMs: number): boolean =>
  nowMs < (coolUntilMs.get(destination) ?? 0)

export function noteSuccess(destination: string): void {
  if (failures.size === 0) return
  failures.delete(destination)
  coolUntilMs.delete(destination)
}

/** `retryAfterMs` is what the destination itself asked for. */
export function noteFailure(destination: string, nowMs: number, retryAfterMs?: number): void {
  const count = (failures.get(destination) ?? 0) + 1
  failures.set(destination, count)
  if (retryAfterMs !== undefined) {
    coolUntilMs.set(destination, nowMs + Math.min(retryAfterMs, COOL_MAX_MS))
  } else if (count >= FAILURES_MAX) coolUntilMs.set(destination, nowMs + COOL_MS)
}
