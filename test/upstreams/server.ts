import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Behaviour } from './behaviour.ts'
import { jsonReply, type Received, type Reply, type Simulation } from './simulation.ts'

/** One request that arrived, as it was on the wire. */
export type Recorded = Received & {
  readonly destination: string
  /** Settles when the exchange is over: `answered`, or `gone` if the other side left before the end. */
  readonly ended: Promise<'answered' | 'gone'>
}

export type ServerOptions = {
  readonly destination: string
  readonly simulation: Simulation
  readonly port: number
  /** The only credential it accepts; undefined asks for none. */
  readonly key: string | undefined
  readonly access: { readonly id: string; readonly secret: string } | undefined
  readonly record: (recorded: Recorded) => void
  readonly nextOrder: () => number
}

export type SimulatedServer = {
  readonly origin: string
  readonly connections: () => number
  readonly script: (behaviour: Behaviour | readonly Behaviour[]) => void
  readonly close: () => Promise<void>
}

/** Opens one simulated provider on 127.0.0.1. */
export async function openServer(options: ServerOptions): Promise<SimulatedServer> {
  let once: Behaviour[] = []
  let always: Behaviour = { kind: 'usual' }
  let connections = 0
  const server = createServer((request, response) => {
    void serve(options, request, response, () => once.shift() ?? always)
  })
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    connections: () => connections,
    script: (behaviour) => {
      once = 'kind' in behaviour ? [] : [...behaviour]
      always = 'kind' in behaviour ? behaviour : { kind: 'usual' }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  nextBehaviour: () => Behaviour,
): Promise<void> {
  if (request.headers.upgrade !== undefined) {
    // Miniflare's binding client opens a socket for remote calls beside its requests; nothing is ever sent on it.
    response.writeHead(426).end()
    return
  }
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
  } catch {
    return // The other side left while it was sending: there is nobody to answer.
  }
  const received = receive(request, Buffer.concat(chunks).toString(), options.nextOrder())
  const ended = new Promise<'answered' | 'gone'>((resolve) => {
    response.once('close', () => resolve(response.writableFinished ? 'answered' : 'gone'))
  })
  options.record({ ...received, destination: options.destination, ended })
  const denied = deny(options, received)
  if (denied !== undefined) return send(response, denied)
  if (request.method === 'GET') return send(response, options.simulation.answer(received, {}))
  return perform(nextBehaviour(), options.simulation, received, response)
}

function receive(request: IncomingMessage, body: string, order: number): Received {
  const url = new URL(request.url ?? '/', 'http://simulation')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value)
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    order,
  }
}

function deny({ simulation, key, access }: ServerOptions, request: Received): Reply | undefined {
  if (access !== undefined) {
    const isKnown =
      request.headers['cf-access-client-id'] === access.id &&
      request.headers['cf-access-client-secret'] === access.secret
    if (!isKnown) return jsonReply(403, { message: 'Forbidden by Cloudflare Access (simulated)' })
  }
  if (key === undefined || simulation.isPublic(request.path)) return undefined
  const given = simulation.credential(request.headers)
  return given === key ? undefined : simulation.unauthorized(given === undefined)
}

type Pace = {
  /** Called before the frame of this number is written; false stops the stream. */
  readonly before?: (frame: number) => Promise<boolean>
}

async function perform(
  behaviour: Behaviour,
  simulation: Simulation,
  request: Received,
  response: ServerResponse,
): Promise<void> {
  const usual = (): Reply => simulation.answer(request, {})
  const trouble = (status: number, message: string, retryAfterS?: number): Reply =>
    simulation.trouble({ status, message, ...(retryAfterS === undefined ? {} : { retryAfterS }) })
  switch (behaviour.kind) {
    case 'usual':
      return send(response, usual())
    case 'reply':
      return send(response, { headers: {}, ...behaviour })
    case 'error':
      return send(response, trouble(behaviour.status, behaviour.message ?? 'A simulated error.'))
    case 'rate-limit':
      return send(response, trouble(429, 'A simulated rate limit.', behaviour.retryAfterS))
    case 'echo':
      return send(response, trouble(behaviour.status, `Cannot process: ${request.body}`))
    case 'redirect': {
      const headers = { location: behaviour.location }
      return send(response, { status: behaviour.status ?? 307, headers, body: '' })
    }
    case 'hang':
      return
    case 'drop':
      response.destroy()
      return
    case 'garbage': {
      const headers = { 'content-type': 'application/json' }
      return send(response, { status: 200, headers, body: '<html>{"choices":[{' })
    }
    case 'half-body':
      return sendHalf(response, usual())
    case 'no-usage':
      return send(response, simulation.answer(request, { withoutUsage: true }))
    case 'no-end': {
      const reply = usual()
      return send(
        response,
        'frames' in reply ? { ...reply, frames: reply.frames.slice(0, -1) } : reply,
      )
    }
    case 'hold':
      await behaviour.until
      return send(response, usual())
    case 'delay':
      await setTimeout(behaviour.delayMs)
      return send(response, usual())
    case 'cut':
    case 'pause':
    case 'slow':
      return send(response, usual(), paceOf(behaviour, response))
  }
}

function paceOf(
  behaviour: Extract<Behaviour, { kind: 'cut' | 'pause' | 'slow' }>,
  response: ServerResponse,
): Pace {
  return {
    before: async (frame) => {
      if (behaviour.kind === 'slow') await setTimeout(behaviour.frameDelayMs)
      if (behaviour.kind === 'pause' && frame === behaviour.afterFrames) await behaviour.until
      if (behaviour.kind !== 'cut' || frame < behaviour.afterFrames) return true
      if (behaviour.how === 'reset') response.destroy()
      else response.end()
      return false
    },
  }
}

/** Writes a reply; each frame leaves in a packet of its own, as a model's words would. */
async function send(response: ServerResponse, reply: Reply, pace: Pace = {}): Promise<void> {
  if (!('frames' in reply)) {
    response.writeHead(reply.status, { ...reply.headers }).end(reply.body)
    return
  }
  response.writeHead(reply.status, { ...reply.headers })
  response.flushHeaders()
  for (const [at, frame] of reply.frames.entries()) {
    const mayGoOn = pace.before === undefined || (await pace.before(at))
    if (!mayGoOn || response.destroyed) return
    response.write(frame)
    await setImmediate()
  }
  response.end()
}

async function sendHalf(response: ServerResponse, reply: Reply): Promise<void> {
  const body = Buffer.concat(
    ('frames' in reply ? reply.frames : [reply.body]).map((part) => Buffer.from(part)),
  )
  const { length } = body
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(length) })
  await new Promise((resolve) => response.write(body.subarray(0, Math.floor(length / 2)), resolve))
  await setImmediate()
  response.destroy()
}
