/** Watches a stream for silence. */
export type IdleWatch = {
  /** From now on something is waited for. */
  readonly wait: () => void
  /** It came, or whoever is waited for now is not the upstream. */
  readonly rest: () => void
  readonly stop: () => void
}

/** Calls `onSilence` once something has been waited for longer than `idleMs`. One timer a stream, however many pieces it has. */
export function watchIdle(idleMs: number, onSilence: () => void): IdleWatch {
  let waitingSinceMs: number | undefined
  const check = (): void => {
    const leftMs = waitingSinceMs === undefined ? idleMs : waitingSinceMs + idleMs - Date.now()
    if (leftMs > 0) timer = setTimeout(check, leftMs)
    else onSilence()
  }
  let timer = setTimeout(check, idleMs)
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
