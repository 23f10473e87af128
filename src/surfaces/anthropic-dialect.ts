import { bearerOf, type Dialect, type SurfaceError } from './surface.ts'

/**
 * Anthropic's errors and keys. Our own code and the field that is meant stand beside its words.
 * Source: https://platform.claude.com/docs/en/api/errors (read 2026-11-23).
 */
export const anthropicDialect: Dialect = {
  name: 'anthropic',
  requestIdHeader: 'request-id',
  keyOf: ({ headers }) => keyIn(headers.get('x-api-key')) ?? bearerOf(headers),
  renderError: (error, requestId) => ({
    status: error.status === 503 ? OVERLOADED : error.status,
    body: { ...errorBody(error), request_id: requestId },
  }),
  renderErrorFrame: (error) => `event: error\ndata: ${JSON.stringify(errorBody(error))}\n\n`,
}

const keyIn = (value: string | null): string | undefined =>
  value === null || !/^[^\s]{1,512}$/.test(value) ? undefined : value

/** What Anthropic answers where others say 503. */
const OVERLOADED = 529

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

const typeOf = (status: number): string =>
  TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')

const errorBody = ({ status, message, code, param }: SurfaceError) => ({
  type: 'error',
  error: {
    type: typeOf(status),
    message,
    ...(code === null ? {} : { code }),
    ...(param === null ? {} : { param }),
  },
})
