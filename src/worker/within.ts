/**
 * Waits for something, but no longer than so many milliseconds. What comes later is ignored.
 *
 * @throws if time is over, or what was waited for has failed.
 */
export async function within<T>(timeMs: number, work: PromiseLike<T>): Promise<T> {
  const done = new AbortController()
  const over = scheduler.wait(timeMs, { signal: done.signal }).then(
    () => Promise.reject(new Error(`no answer within ${timeMs} ms`)),
    () => new Promise<never>(() => {}), // called off: the other one has won
  )
  try {
    return await Promise.race([work, over])
  } finally {
    done.abort()
  }
}
