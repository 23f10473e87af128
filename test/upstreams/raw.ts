import { createServer, type ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** What a raw server does with the next requests: `frames` at once, then what follows, until the other side leaves. */
export type RawBehaviour = {
  /** Sends no head at all. */
  readonly head?: false
  readonly frames: number
  /** One more frame each so many milliseconds; undefined: silence. */
  readonly dripMs?: number
}

/** A server that speaks OpenAI's chat format in streams that never end. */
export type RawServer = {
  readonly url: string
  readonly script: (behaviour: RawBehaviour) => void
  /** When the other side left the last request. */
  readonly left: () => Promise<void>
  readonly close: () => Promise<void>
}

const frame = (content: string): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-raw',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'raw',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  })}\n\n`

async function answer(
  response: ServerResponse,
  { head, frames, dripMs }: RawBehaviour,
): Promise<void> {
  if (head === false) return
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  for (let sent = 0; sent < frames; sent++) response.write(frame('word '))
  if (dripMs === undefined) return
  while (!response.destroyed) {
    await setTimeout(dripMs)
    response.write(frame('more '))
  }
}

export async function startRawServer(): Promise<RawServer> {
  let behaviour: RawBehaviour = { frames: 1 }
  let left = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    const { resolve } = (left = Promise.withResolvers<void>())
    response.once('close', resolve)
    request.resume().once('end', () => void answer(response, behaviour))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    script: (next) => {
      behaviour = next
    },
    left: () => left.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
