import type { Outcome } from '../journal/messages.ts'
import type { Opened } from './receive.ts'
import type { Seen } from './relay.ts'

/** How long to go on reading for the usage figures after the client has gone. */
const DRAIN_MS = 25_000

/** How a stream ended. */
export type Pumped = { readonly outcome: Outcome; readonly seen: Seen }

export type PumpInput = {
  readonly opened: Opened
  readonly writable: WritableStream<Uint8Array>
  /** Aborts the upstream. */
  readonly abort: AbortController
  readonly client: AbortSignal
  /** What the client is told if the upstream breaks off. */
  readonly errorFrame: () => Uint8Array
}

/** Carries a stream to the client and to its end, whoever leaves first. Never throws. */
export async function pump(input: PumpInput): Promise<Pumped> {
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
  const isWhole = !broken && seen.complete && !seen.error
  if (!isWhole && !seen.error) await client.send(input.errorFrame())
  await client.close()
  if (isWhole) return { outcome: client.isGone() ? 'client-gone' : 'ok', seen }
  if (client.isGone()) return { outcome: 'client-gone', seen: { ...seen, usage: undefined } }
  return { outcome: abort.signal.aborted ? 'timeout' : 'cut-off', seen }
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
