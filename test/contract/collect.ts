import type { ChatEvent, Finish } from '../../src/domain/chat.ts'
import type { Usage } from '../../src/domain/usage.ts'
import { endSse, openSse, pushSse } from '../../src/encoding/sse.ts'
import type { Wire } from '../../src/wire/wire.ts'

/** What a stream amounts to. */
export type Collected = {
  readonly events: readonly ChatEvent[]
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly arguments: string
  }[]
  readonly finish: Finish | undefined
  readonly rawFinish: string | undefined
  readonly usage: Usage | undefined
  readonly errors: readonly string[]
  readonly leftover: boolean
}

/** Reads a stream as the worker does: bytes, text, frames, events. */
export function readStream(wire: Wire, bytes: Uint8Array, chunkBytes = bytes.length): Collected {
  const decoder = new TextDecoder()
  let sse = openSse()
  let stream = wire.openStream()
  const events: ChatEvent[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const text = decoder.decode(bytes.subarray(at, at + chunkBytes), { stream: true })
    const [nextSse, frames] = pushSse(sse, text)
    sse = nextSse
    for (const frame of frames) {
      const [next, found] = stream.push(frame)
      stream = next
      events.push(...found)
    }
  }
  return collect(events, endSse(sse))
}

export function collect(events: readonly ChatEvent[], leftover: boolean): Collected {
  const calls: { id: string; name: string; arguments: string }[] = []
  let [text, reasoning] = ['', '']
  let finish: Finish | undefined
  let rawFinish: string | undefined
  let usage: Usage | undefined
  const errors: string[] = []
  for (const event of events) {
    if (event.type === 'text') text += event.text
    else if (event.type === 'reasoning') reasoning += event.text
    else if (event.type === 'tool-start')
      calls[event.index] = { id: event.id, name: event.name, arguments: '' }
    else if (event.type === 'tool-arguments') {
      const call = calls[event.index]
      if (call === undefined) throw new Error('arguments before their call')
      call.arguments += event.text
    } else if (event.type === 'finish') [finish, rawFinish] = [event.finish, event.rawFinish]
    else if (event.type === 'usage') usage = event.usage
    else if (event.type === 'error') errors.push(event.message)
  }
  return { events, text, reasoning, calls, finish, rawFinish, usage, errors, leftover }
}
