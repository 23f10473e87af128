/** Watches a stream for silence. */
export type IdleWatch = {
  /** From now on something is waited for. */
  readonly wait: () => void
  /** It came, or whoever is waited for now is not the upstream. */
  readonly rest: () => void
  readonly stop: () => void
}

/**
 * Calls `stop` once something has been waited for longer than `idleMs`, or all of it has taken longer than `wholeMs`. One timer a
 * stream, however many pieces it has.
 */
export function watchIdle(idleMs: number, wholeMs: number, stop: () => void): IdleWatch {
  const endsAtMs = Date.now() + wholeMs
  let waitingSinceMs: number | undefined
  const check = (): void => {
    const nowMs = Date.now()
    const silentAtMs = (waitingSinceMs ?? nowMs) + idleMs
    const leftMs = Math.min(silentAtMs, endsAtMs) - nowMs
    if (leftMs > 0) timer = setTimeout(check, leftMs)
    else stop()
  }
  let timer = setTimeout(check, Math.min(idleMs, wholeMs))
  return {
    wait: () => {
      waitingSinceMs = Date.now()
    },
    rest: () => {
      waitingSinceMs = undefined
    },
    stop: () => clearTimeout(timer),
  }
}
