import type { ChatEvent } from '../domain/chat.ts'
import type { Usage } from '../domain/usage.ts'
import { endLines, openLines, pushLines } from '../encoding/lines.ts'
import { endSse, openSse, pushSse, type SseFrame } from '../encoding/sse.ts'
import type { ChatSurface, EventRenderer, SurfaceError } from '../surfaces/surface.ts'
import { endTap, openTap, pushTap } from '../wire/openai-chat-tap.ts'
import type { ChatStream, Wire } from '../wire/wire.ts'

/** What a stream has shown so far. */
export type Seen = {
  readonly usage: Usage | undefined
  /** The upstream's own word for why it stopped. */
  readonly finish: string | undefined
  /** The upstream said that this is all, or gave a reason for stopping. */
  readonly complete: boolean
  readonly firstToken: boolean
  /** At most so many bytes of the answer itself were seen. */
  readonly shownBytes: number
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
  /** The upstream broke off: what the client is told. */
  readonly fail: (error: SurfaceError) => Uint8Array
  readonly seen: () => Seen
}

/** OpenAI's chat completions on both sides: bytes pass, usage is read from them. */
export function passingRelay({ dialect }: ChatSurface, stripUsageChunk: boolean): Relay {
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
    fail: (error) => UTF8.encode(dialect.renderErrorFrame(error)),
    seen: () => ({ ...tap, complete: tap.done || tap.finish !== undefined }),
  }
}

const UTF8 = new TextEncoder()
const NOTHING: Seen = {
  usage: undefined,
  finish: undefined,
  complete: false,
  firstToken: false,
  shownBytes: 0,
  error: false,
  serviceTier: undefined,
  model: undefined,
}

/** Another dialect, the same on both sides: bytes pass, and what they mean is read as for a translation. */
export function readingRelay(surface: ChatSurface, source: Wire): Relay {
  const reader = readFrames(source)
  let lastData: string | undefined
  return {
    push: (chunk) => {
      lastData = reader.push(chunk) ?? lastData
      return chunk
    },
    end: () => {
      lastData = reader.end() ?? lastData
      return undefined
    },
    fail: (error) =>
      UTF8.encode(surface.breakOff?.(error, lastData) ?? surface.dialect.renderErrorFrame(error)),
    seen: reader.seen,
  }
}

/** Two dialects: frames become events of ours, and those the client's frames. */
export function translatingRelay(source: Wire, target: EventRenderer): Relay {
  let client = target
  let out = ''
  const take = (): Uint8Array | undefined => {
    const text = out
    out = ''
    return text === '' ? undefined : UTF8.encode(text)
  }
  const render = (event: ChatEvent): void => {
    const [next, rendered] = client.push(event)
    client = next
    out += rendered
  }
  const reader = readFrames(source, render)
  return {
    push: (chunk) => {
      reader.push(chunk)
      return take()
    },
    end: () => {
      reader.end()
      const { complete, error } = reader.seen()
      if (complete && !error) out += client.end()
      return take()
    },
    fail: ({ message, code }) => {
      render({ type: 'error', message, code: code ?? undefined })
      return take() ?? new Uint8Array(0)
    },
    seen: reader.seen,
  }
}

/** A stream whose frames are sent as the elements of one JSON array. */
export function arrayRelay(relay: Relay): Relay {
  const decoder = new TextDecoder()
  let sse = openSse()
  let isOpen = false
  const elements = (bytes: Uint8Array | undefined): string => {
    if (bytes === undefined) return ''
    const [next, frames] = pushSse(sse, decoder.decode(bytes, { stream: true }))
    sse = next
    let text = ''
    for (const { data } of frames) {
      text += (isOpen ? ',\n' : '[') + data
      isOpen = true
    }
    return text
  }
  const closed = (text: string): Uint8Array => UTF8.encode(`${isOpen ? text : '['}]`)
  return {
    push: (chunk) => {
      const text = elements(relay.push(chunk))
      return text === '' ? undefined : UTF8.encode(text)
    },
    end: () => {
      const text = elements(relay.end()) + elements(endSse(sse) ? UTF8.encode('\n\n') : undefined)
      const { complete, error } = relay.seen()
      if (complete || error) return closed(text)
      return text === '' ? undefined : UTF8.encode(text)
    },
    fail: (error) => closed(elements(relay.fail(error))),
    seen: relay.seen,
  }
}

/** A whole event stream as one JSON array of its frames' data. */
export const asArray = (stream: string): string =>
  `[${pushSse(openSse(), stream)[1]
    .map(({ data }) => data)
    .join(',\n')}]`

type FrameReader = {
  /** Answers the data of the last frame that ended. */
  readonly push: (chunk: Uint8Array) => string | undefined
  readonly end: () => string | undefined
  readonly seen: () => Seen
}

function readFrames(source: Wire, onEvent?: (event: ChatEvent) => void): FrameReader {
  const decoder = new TextDecoder()
  const splitter = source.framing === 'lines' ? splitLines() : splitFrames()
  let upstream: ChatStream = source.openStream()
  let seen = NOTHING
  const readFrame = (frame: SseFrame): void => {
    const [next, events] = upstream.push(frame)
    upstream = next
    for (const event of events) {
      seen = note(seen, event)
      onEvent?.(event)
    }
  }
  const read = (frames: readonly SseFrame[]): string | undefined => {
    frames.forEach(readFrame)
    return frames.at(-1)?.data
  }
  return {
    push: (chunk) => read(splitter.push(decoder.decode(chunk, { stream: true }))),
    end: () => read(splitter.end()),
    seen: () => seen,
  }
}

/** Cuts a text that comes in pieces into its frames. */
type Splitter = {
  readonly push: (text: string) => readonly SseFrame[]
  readonly end: () => readonly SseFrame[]
}

function splitFrames(): Splitter {
  let state = openSse()
  const push = (text: string): readonly SseFrame[] => {
    const [next, frames] = pushSse(state, text)
    state = next
    return frames
  }
  return { push, end: () => push(endSse(state) ? '\n\n' : '') }
}

function splitLines(): Splitter {
  let state = openLines()
  return {
    push: (text) => {
      const [next, frames] = pushLines(state, text)
      state = next
      return frames
    },
    end: () => endLines(state),
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
    case 'tool-arguments':
      return shown(seen, event.text)
    case 'tool-start':
      return shown(seen, event.name)
  }
}

const shown = (seen: Seen, text: string): Seen => ({
  ...seen,
  firstToken: true,
  shownBytes: seen.shownBytes + Buffer.byteLength(text),
})
