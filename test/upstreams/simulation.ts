/** A request as a simulated provider sees it. Header names are lower-case. */
export type Received = {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Counts all requests of the fleet, from 1: makes ids that differ and still repeat from run to run. */
  readonly order: number
}

/** What a simulated provider answers: one body, or frames that are written one by one. */
export type Reply = ReplyHead &
  ({ readonly body: string } | { readonly frames: readonly (string | Uint8Array)[] })

type ReplyHead = { readonly status: number; readonly headers: Readonly<Record<string, string>> }

export type Trouble = {
  readonly status: number
  readonly message: string
  readonly retryAfterS?: number
}

/** How a provider may be told to differ from its everyday self, below the wire. */
export type Quirks = {
  /** Leave usage figures out of the answer. */
  readonly withoutUsage?: boolean
}

/** A provider that does not exist: its wire format without a model behind it. */
export type Simulation = {
  /** What goes before the paths of the wire, as in the provider's own base URL. */
  readonly basePath: string
  /** The credential of a request, if it is in the header that this provider reads. */
  readonly credential: (headers: Received['headers']) => string | undefined
  /** What a request without a credential gets, or with a wrong one. */
  readonly unauthorized: (isMissing: boolean) => Reply
  /** Paths that need no credential, such as a health check. */
  readonly isPublic: (path: string) => boolean
  readonly answer: (request: Received, quirks: Quirks) => Reply
  /** An error in the provider's own shape. */
  readonly trouble: (trouble: Trouble) => Reply
}

export function bearer(headers: Received['headers']): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1]
}

export const SIMULATION_HEADERS = { server: 'demarc-simulation' } as const

export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { ...SIMULATION_HEADERS, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }
}

export function streamReply(
  frames: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status: 200,
    headers: {
      ...SIMULATION_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...headers,
    },
    frames,
  }
}

export const dataFrame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

export const eventFrame = (event: string, value: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`

export const DONE_FRAME = 'data: [DONE]\n\n'

export const retryAfter = (trouble: Trouble): Record<string, string> =>
  trouble.retryAfterS === undefined ? {} : { 'retry-after': String(trouble.retryAfterS) }

/** 24 letters that look like a provider's id, the same for the same order. */
export function idFor(order: number, prefix: string): string {
  // A linear congruential generator with the constants of the C standard's example.
  let state = Math.imul(order, 2_654_435_761)
  let id = ''
  for (let at = 0; at < 24; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    id += 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'.charAt((state >>> 8) % 57)
  }
  return prefix + id
}
