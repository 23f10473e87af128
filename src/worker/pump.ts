import type { Outcome } from '../journal/messages.ts'
import type { SurfaceError } from '../surfaces/surface.ts'
import type { Times } from './deadlines.ts'
import { watchIdle, type IdleWatch } from './idle.ts'
import type { Opened } from './receive.ts'
import type { Seen } from './relay.ts'

/**
 * How long the upstream may go on after the client has gone. Many clients leave when they have read what they came for,
 * a moment before the usage figures; whoever really cancels should not pay for more than this.
 */
const GRACE_MS = 500

/** How a stream ended. */
export type Pumped = { readonly outcome: Outcome; readonly seen: Seen }

export type PumpInput<T extends Opened = Opened> = {
  readonly opened: T
  /** Aborts the upstream. */
  readonly abort: AbortController
  readonly client: AbortSignal
  /** Longest silence of the upstream, and longest time for the rest of the answer. */
  readonly times: Pick<Times, 'idleMs' | 'wholeMs'>
  readonly destination: string
}

/** What both ways of carrying a stream share. */
type Carrying = {
  readonly idle: IdleWatch
  /** The client has gone: the upstream is stopped in a moment. */
  readonly leave: () => void
  readonly isGone: () => boolean
  /** The way to the client does not work any more; if that is not the upstream's doing, it is stopped in a moment. */
  readonly suspect: () => void
  /** The upstream was stopped for a client that has gone. */
  readonly isStopped: () => boolean
  readonly error: () => SurfaceError
}

/** Carries a stream to the client and to its end, whoever leaves first. Never throws. */
export async function pump(input: PumpInput): Promise<Pumped> {
  const { opened, abort, client, times } = input
  let gone = false
  let stopped = false
  let grace: ReturnType<typeof setTimeout> | undefined
  const suspect = (): void => {
    grace ??= setTimeout(() => {
      stopped = true
      abort.abort()
    }, GRACE_MS)
  }
  const leave = (): void => {
    gone = true
    suspect()
  }
  client.addEventListener('abort', leave, { once: true })
  if (client.aborted) leave()
  const isTimeout = (): boolean => abort.signal.aborted && !gone
  const carrying: Carrying = {
    idle: watchIdle(times.idleMs, times.wholeMs, () => abort.abort()),
    leave,
    suspect,
    isGone: () => gone,
    isStopped: () => stopped,
    error: () => brokenOff(input.destination, isTimeout()),
  }
  const { isWhole, seen } =
    opened.kind === 'pumped'
      ? await carryChunks(opened, carrying)
      : await carryCopy(opened, carrying)
  carrying.idle.stop()
  clearTimeout(grace)
  client.removeEventListener('abort', leave)
  if (gone) return { outcome: 'client-gone', seen }
  return { outcome: isWhole ? 'ok' : isTimeout() ? 'timeout' : 'cut-off', seen }
}

type Carried = { readonly isWhole: boolean; readonly seen: Seen }

async function carryChunks(
  { relay, reader, head, writable, ended: hasEnded }: Extract<Opened, { kind: 'pumped' }>,
  { idle, leave, isGone, error }: Carrying,
): Promise<Carried> {
  const writer = writable.getWriter()
  const left = (): void => {
    if (!isGone()) leave()
    writer.abort().catch(() => undefined) // frees a write that nobody will ever read
  }
  writer.closed.catch(leave)
  const send = async (chunk: Uint8Array): Promise<void> => {
    if (!isGone()) await writer.write(chunk).catch(left)
  }
  let broken = false
  for (const chunk of head) await send(chunk)
  try {
    for (let ended = hasEnded; !ended;) {
      idle.wait()
      const { done, value } = await reader.read()
      idle.rest()
      const out = done ? relay.end() : relay.push(value)
      if (out !== undefined) await send(out)
      ended = done
    }
  } catch {
    idle.rest()
    broken = true
  }
  const seen = relay.seen()
  const isWhole = !broken && seen.complete && !seen.error
  if (!isWhole && !seen.error) await send(relay.fail(error()))
  if (!isGone()) await writer.close().catch(leave) // it may leave at the last moment
  return { isWhole, seen }
}

async function carryCopy(
  { stream }: Extract<Opened, { kind: 'copied' }>,
  { idle, leave, suspect, isGone, isStopped, error }: Carrying,
): Promise<Carried> {
  const { relay } = stream
  const forwarded = stream.forward().then((isForwarded) => {
    if (!isForwarded) suspect()
    return isForwarded
  })
  const end = await stream.follow(forwarded, idle)
  const isForwarded = isGone() ? false : await forwarded
  // The way to the client fails for either side; whether it was the upstream, the copy shows.
  if (end === 'broken' ? isStopped() : end === 'end' && !isForwarded) leave()
  const seen = end === 'limit' ? beyond(relay.seen()) : relay.seen()
  const isComplete = end === 'limit' ? isForwarded : end === 'end' && seen.complete && !seen.error
  if (isGone()) return { isWhole: isComplete, seen }
  const isClean = isComplete || seen.error
  if (!(await stream.finish(isClean ? undefined : relay.fail(error())))) leave()
  return { isWhole: isComplete, seen }
}

/** Of what was not read to its end nobody knows how long it was. */
const beyond = (seen: Seen): Seen => ({
  ...seen,
  usage: undefined,
  complete: false,
  shownBytes: Number.MAX_SAFE_INTEGER,
})

/** What the client is told if the upstream breaks off, or falls silent. */
const brokenOff = (destination: string, isTimeout: boolean): SurfaceError => ({
  status: isTimeout ? 504 : 502,
  type: 'upstream_error',
  message: `The destination \`${destination}\` ${isTimeout ? 'fell silent' : 'broke off'}. What was received so far is not the whole answer.`,
  param: null,
  code: 'upstream_failed',
  retryAfterS: undefined,
})
