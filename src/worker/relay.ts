import type { ChatEvent } from '../domain/chat.ts'
import type { Usage } from '../domain/usage.ts'
import { endSse, openSse, pushSse } from '../encoding/sse.ts'
import type { EventRenderer } from '../surfaces/surface.ts'
import { endTap, openTap, pushTap } from '../wire/openai-chat-tap.ts'
import type { ChatStream } from '../wire/wire.ts'

/** What a stream has shown so far. */
export type Seen = {
  readonly usage: Usage | undefined
  /** The upstream's own word for why it stopped. */
  readonly finish: string | undefined
  /** The upstream said that this is all, or gave a reason for stopping. */
  readonly complete: boolean
  readonly firstToken: boolean
  /** The upstream reported an error inside the stream. */
  readonly error: boolean
  readonly serviceTier: string | undefined
  readonly model: string | undefined
}

/** Turns the upstream's bytes into the client's, and remembers what the settlement needs. */
export type Relay = {
  readonly push: (chunk: Uint8Array) => Uint8Array | undefined
  /** The upstream has ended: what is still to be sent. */
  readonly end: () => Uint8Array | undefined
  readonly seen: () => Seen
}

/** The same dialect on both sides: bytes pass, usage is read from them. */
export function passingRelay(stripUsageChunk: boolean): Relay {
  let tap = openTap({ stripUsageChunk })
  return {
    push: (chunk) => {
      const [next, out] = pushTap(tap, chunk)
      tap = next
      return out
    },
    end: () => {
      const [next, out] = endTap(tap)
      tap = next
      return out
    },
    seen: () => ({ ...tap, complete: tap.done || tap.finish !== undefined }),
  }
}

const UTF8 = new TextEncoder()
const NOTHING: Seen = {
  usage: undefined,
  finish: undefined,
  complete: false,
  firstToken: false,
  error: false,
  serviceTier: undefined,
  model: undefined,
}

/** Two dialects: frames become events of ours, and those the client's frames. */
export function translatingRelay(source: ChatStream, target: EventRenderer): Relay {
  const decoder = new TextDecoder()
  let sse = openSse()
  let upstream = source
  let client = target
  let seen = NOTHING
  const read = (text: string): Uint8Array | undefined => {
    const [nextSse, frames] = pushSse(sse, text)
    sse = nextSse
    let out = ''
    for (const frame of frames) {
      const [nextUpstream, events] = upstream.push(frame)
      upstream = nextUpstream
      for (const event of events) {
        seen = note(seen, event)
        const [nextClient, rendered] = client.push(event)
        client = nextClient
        out += rendered
      }
    }
    return out === '' ? undefined : UTF8.encode(out)
  }
  return {
    push: (chunk) => read(decoder.decode(chunk, { stream: true })),
    end: () => {
      const rest = read(endSse(sse) ? '\n\n' : '')
      const tail = seen.complete && !seen.error ? UTF8.encode(client.end()) : undefined
      return rest === undefined || tail === undefined ? (rest ?? tail) : concat(rest, tail)
    },
    seen: () => seen,
  }
}

function note(seen: Seen, event: ChatEvent): Seen {
  switch (event.type) {
    case 'start':
      return { ...seen, model: event.model ?? seen.model }
    case 'finish':
      return { ...seen, finish: event.rawFinish, complete: true }
    case 'usage':
      return { ...seen, usage: event.usage }
    case 'error':
      return { ...seen, error: true }
    case 'text':
    case 'reasoning':
    case 'refusal':
    case 'tool-start':
    case 'tool-arguments':
      return seen.firstToken ? seen : { ...seen, firstToken: true }
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
