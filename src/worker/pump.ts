import type { Outcome } from '../journal/messages.ts'
import type { SurfaceError } from '../surfaces/surface.ts'
import type { Opened } from './receive.ts'
import type { Relay, Seen } from './relay.ts'

/** How long to go on reading for the usage figures after the client has gone. */
const DRAIN_MS = 25_000

/** How a stream ended. */
export type Pumped = { readonly outcome: Outcome; readonly seen: Seen }

export type PumpInput<T extends Opened = Opened> = {
  readonly opened: T
  readonly writable: WritableStream<Uint8Array>
  /** Aborts the upstream. */
  readonly abort: AbortController
  readonly client: AbortSignal
  /** What the client is told if the upstream breaks off. */
  readonly brokenOff: SurfaceError
}

/** Carries a stream to the client and to its end, whoever leaves first. Never throws. */
export async function pump(input: PumpInput): Promise<Pumped> {
  const { opened } = input
  return opened.kind === 'pumped'
    ? await carryChunks({ ...input, opened })
    : await carryCopy({ ...input, opened })
}

async function carryChunks(input: PumpInput<Extract<Opened, { kind: 'pumped' }>>): Promise<Pumped> {
  const { opened, abort } = input
  const { relay, reader } = opened
  const client = clientOf(input)
  let broken = false
  for (const chunk of opened.head) await client.send(chunk)
  try {
    for (let ended = opened.ended; !ended;) {
      const { done, value } = await reader.read()
      const out = done ? relay.end() : relay.push(value)
      if (out !== undefined) await client.send(out)
      ended = done
    }
  } catch {
    broken = true
  }
  const seen = relay.seen()
  if (!isWhole(seen, broken) && !seen.error) {
    await client.send(relay.fail(input.brokenOff))
  }
  await client.close()
  return conclude(seen, broken, client.isGone(), abort.signal)
}

const COPY_BYTES = 65_536

async function carryCopy(input: PumpInput<Extract<Opened, { kind: 'copied' }>>): Promise<Pumped> {
  const { opened, writable, abort } = input
  const { relay, reader, toClient } = opened
  let gone = false
  let drain: ReturnType<typeof setTimeout> | undefined
  const giveTime = (): void => {
    drain ??= setTimeout(() => abort.abort(), DRAIN_MS)
  }
  const leave = (): void => {
    gone = true
    giveTime()
  }
  input.client.addEventListener('abort', leave, { once: true })
  let pipeFailed = false
  const forwarded = toClient
    .pipeTo(writable, { preventClose: true, preventAbort: true })
    .catch(() => {
      pipeFailed = true
      giveTime()
    })
  const broken = !opened.ended && !(await readCopy(reader, relay))
  if (!gone) await forwarded
  clearTimeout(drain)
  input.client.removeEventListener('abort', leave)
  // A pipe fails for either side: if the copy was read to its end, it was not the upstream.
  gone ||= pipeFailed && !broken
  const seen = relay.seen()
  if (!gone) {
    const isClean = isWhole(seen, broken) || seen.error
    gone = !(await finish(writable, isClean ? undefined : relay.fail(input.brokenOff)))
  }
  return conclude(seen, broken, gone, abort.signal)
}

/** Reads the copy to its end in large pieces; false if the upstream broke off. */
async function readCopy(reader: ReadableStreamBYOBReader, relay: Relay): Promise<boolean> {
  try {
    for (;;) {
      const { done, value } = await reader.readAtLeast(COPY_BYTES, new Uint8Array(COPY_BYTES))
      if (value !== undefined && value.length > 0) relay.push(value)
      if (done) {
        relay.end()
        return true
      }
    }
  } catch {
    return false
  }
}

/** Ends the client's side, with an error frame if the answer is not whole; false if nobody is there any more. */
async function finish(
  writable: WritableStream<Uint8Array>,
  errorFrame: Uint8Array | undefined,
): Promise<boolean> {
  const writer = writable.getWriter()
  try {
    if (errorFrame !== undefined) await writer.write(errorFrame)
    await writer.close()
    return true
  } catch {
    return false
  }
}

const isWhole = (seen: Seen, broken: boolean): boolean => !broken && seen.complete && !seen.error

function conclude(seen: Seen, broken: boolean, gone: boolean, abort: AbortSignal): Pumped {
  if (isWhole(seen, broken)) return { outcome: gone ? 'client-gone' : 'ok', seen }
  if (gone) return { outcome: 'client-gone', seen: { ...seen, usage: undefined } }
  return { outcome: abort.aborted ? 'timeout' : 'cut-off', seen }
}

/** The client's side: what cannot be written any more is not, and the upstream is stopped if it takes too long. */
function clientOf({ writable, abort, client }: PumpInput): {
  readonly send: (chunk: Uint8Array) => Promise<void>
  readonly close: () => Promise<void>
  readonly isGone: () => boolean
} {
  const writer = writable.getWriter()
  let gone = false
  let drain: ReturnType<typeof setTimeout> | undefined
  const leave = (): void => {
    if (gone) return
    gone = true
    writer.abort().catch(() => undefined) // frees a write that nobody will ever read
    drain = setTimeout(() => abort.abort(), DRAIN_MS)
  }
  writer.closed.catch(leave)
  client.addEventListener('abort', leave, { once: true })
  return {
    send: async (chunk) => {
      if (gone) return
      try {
        await writer.write(chunk)
      } catch {
        leave()
      }
    },
    close: async () => {
      clearTimeout(drain)
      client.removeEventListener('abort', leave)
      if (gone) return
      try {
        await writer.close()
      } catch {
        gone = true // it left at the last moment
      }
    },
    isGone: () => gone,
  }
}
