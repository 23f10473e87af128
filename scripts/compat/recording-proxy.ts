import { createServer } from 'node:http'

/** What one request came to, without any of its text. */
export type Exchange = {
  /** Method and path, without the query. */
  readonly request: string
  readonly status: number
  /** What Demarc says that it left out. */
  readonly unsupported: string
  /** What the error names, if it is one. */
  readonly error: string
}

export type RecordingProxy = {
  readonly url: string
  readonly exchanges: readonly Exchange[]
  readonly close: () => Promise<void>
}

/** What belongs to one connection, and encodings, which `fetch` undoes. */
const NOT_PASSED_ON = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'accept-encoding',
  'content-encoding',
])

/** Stands between a client and Demarc and writes down how each request ended. */
export async function openRecordingProxy(target: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = []
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const headers = Object.entries(request.headers).flatMap(([name, value]) =>
        value === undefined || NOT_PASSED_ON.has(name) ? [] : [[name, String(value)] as const],
      )
      const path = request.url ?? '/'
      const reply = await fetch(target + path, {
        method: request.method ?? 'GET',
        headers: [...headers, ['accept-encoding', 'identity']],
        redirect: 'manual',
        ...(body.length > 0 ? { body } : {}),
      })
      const failed = reply.ok ? '' : await reply.clone().text()
      exchanges.push({
        request: `${request.method} ${path.replace(/\?.*/, '')}`,
        status: reply.status,
        unsupported: reply.headers.get('demarc-unsupported') ?? '',
        error: (/"message":\s*"([^"]*)"/.exec(failed)?.[1] ?? '').replace(/ \(decision .*/, ''),
      })
      const kept = [...reply.headers].filter(([name]) => !NOT_PASSED_ON.has(name))
      response.writeHead(reply.status, Object.fromEntries(kept))
      for await (const chunk of reply.body ?? []) response.write(chunk)
      response.end()
    }
    forward().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
