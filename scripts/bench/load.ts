import { Agent, request } from 'node:http'

export type Target = { readonly url: string; readonly headers: Readonly<Record<string, string>> }

/** What a run of requests took, in milliseconds. */
export type Timings = {
  readonly elapsedMs: number
  /** Until the last byte of each answer, sorted. */
  readonly wholeMs: readonly number[]
  /** Until the first byte of each body, sorted. */
  readonly firstMs: readonly number[]
}

/** Sends `count` equal requests over `connections` kept-alive connections, each one after the other. */
export async function load(
  target: Target,
  body: string,
  count: number,
  connections: number,
): Promise<Timings> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const wholeMs: number[] = []
  const firstMs: number[] = []
  let left = count
  const started = performance.now()
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { first, whole } = await once(target, body, agent)
      firstMs.push(first)
      wholeMs.push(whole)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const elapsedMs = performance.now() - started
  agent.destroy()
  return { elapsedMs, wholeMs: wholeMs.toSorted(ascending), firstMs: firstMs.toSorted(ascending) }
}

const ascending = (a: number, b: number): number => a - b

function once(
  { url, headers }: Target,
  body: string,
  agent: Agent,
): Promise<{ first: number; whole: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    let first = 0
    const options = {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      },
    }
    const sent = request(url, options, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${url} answered ${response.statusCode}`))
        response.resume()
        return
      }
      response.on('data', () => {
        if (first === 0) first = performance.now() - started
      })
      response.on('end', () => resolve({ first, whole: performance.now() - started }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
