import { bearerOf, type Dialect, type SurfaceError } from './surface.ts'

/**
 * Ollama's errors, which are a sentence, and its keys. Our own code and the field that is meant stand beside.
 * Source: https://docs.ollama.com/api/errors (read 2026-11-25).
 */
export const ollamaDialect: Dialect = {
  name: 'ollama',
  requestIdHeader: 'x-request-id',
  keyOf: ({ headers }) => bearerOf(headers),
  renderError: (error) => ({ status: error.status, body: errorBody(error) }),
  renderErrorFrame: (error) => `${JSON.stringify(errorBody(error))}\n`,
}

const errorBody = ({ message, code, param }: SurfaceError) => ({
  error: message,
  ...(code === null ? {} : { code }),
  ...(param === null ? {} : { param }),
})
