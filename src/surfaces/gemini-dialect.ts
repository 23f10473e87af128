import type { JsonObject } from '../domain/json.ts'
import { renderSse } from '../encoding/sse.ts'
import { bearerOf, type Dialect, type SurfaceError } from './surface.ts'

/**
 * Google's errors and keys. Our own code stands in the details.
 * Source: https://cloud.google.com/apis/design/errors (read 2026-11-23).
 */
export const geminiDialect: Dialect = {
  name: 'gemini',
  requestIdHeader: 'x-request-id',
  keyOf: ({ url, headers }) =>
    keyIn(headers.get('x-goog-api-key')) ??
    keyIn(new URL(url).searchParams.get('key')) ??
    bearerOf(headers),
  renderError: (error) => ({ status: error.status, body: errorBody(error) }),
  renderErrorFrame: (error) => renderSse(JSON.stringify(errorBody(error))),
}

const keyIn = (value: string | null): string | undefined =>
  value === null || !/^[^\s]{1,512}$/.test(value) ? undefined : value

const STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION', // what Google says where billing is not set up
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
}

const statusOf = (status: number): string =>
  STATUSES[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')

const errorBody = (error: SurfaceError): JsonObject => ({
  error: {
    code: error.status,
    message: error.message,
    status: statusOf(error.status),
    details: detailsOf(error),
  },
})

function detailsOf({ code, param, retryAfterS }: SurfaceError): JsonObject[] {
  const details: JsonObject[] = []
  if (code !== null) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: code.toUpperCase(),
      domain: 'demarc',
    })
  }
  if (param !== null) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: param }],
    })
  }
  if (retryAfterS !== undefined) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: `${retryAfterS}s`,
    })
  }
  return details
}
