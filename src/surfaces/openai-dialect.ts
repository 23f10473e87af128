import { renderSse } from '../encoding/sse.ts'
import { bearerOf, type Dialect, type SurfaceError } from './surface.ts'

/** OpenAI's errors and keys. Source: openapi.json 2.3.0, ErrorResponse. */
export const openaiDialect: Dialect = {
  name: 'openai',
  requestIdHeader: 'x-request-id',
  keyOf: ({ headers }) => bearerOf(headers),
  renderError: (error) => ({ status: error.status, body: errorBody(error) }),
  renderErrorFrame: (error) => renderSse(JSON.stringify(errorBody(error))),
}

const errorBody = ({ message, type, param, code }: SurfaceError) => ({
  error: { message, type, param, code },
})

/** The limits of our account there, as OpenAI tells them. */
export const RATE_LIMIT_HEADERS: readonly string[] = [
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
]
