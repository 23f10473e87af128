import { Hono } from 'hono'
import type { Refusal } from '../domain/refusal.ts'
import { dialectAt, surfaceAt, surfaces } from '../surfaces/index.ts'
import type { Dialect, Surface } from '../surfaces/surface.ts'
import { refusalResponse } from './answer.ts'
import type { Env } from './env.ts'
import { newDecisionId } from './exchange.ts'
import { alarm } from './observability/log.ts'
import { admin } from './routes/admin.ts'
import { loginRoutes } from './routes/admin/login.ts'
import { decisionRoute } from './routes/decisions.ts'
import { EXPLAIN, explainRoute } from './routes/explain.ts'
import { modelsRoute } from './routes/models.ts'
import {
  ollamaLoad,
  ollamaLoadedRoute,
  ollamaShowRoute,
  ollamaTagsRoute,
  ollamaVersionRoute,
} from './routes/ollama.ts'
import { serve } from './serve.ts'

const REQUEST_ID = 'x-request-id'

/** Every path of the Worker. */
export const app = new Hono<{ Bindings: Env }>()

app.use(async (c, next) => {
  await next()
  const { headers } = c.res
  if (!headers.has(REQUEST_ID) && !headers.has('request-id')) {
    c.header(REQUEST_ID, newDecisionId(Date.now()))
  }
})

app.post(EXPLAIN, explainRoute)
app.post(`${EXPLAIN}/*`, explainRoute)
app.get('/v1/models', modelsRoute)
app.get('/v1/decisions/:id', decisionRoute)
// What Ollama's own client asks first, by HEAD.
app.get('/', (c) => c.text('Demarc is running'))
app.get('/api/tags', ollamaTagsRoute)
app.get('/api/version', ollamaVersionRoute)
app.get('/api/ps', ollamaLoadedRoute)
app.post('/api/show', ollamaShowRoute)
app.get('/healthz', (c) => c.json({ status: 'ok' }))
app.route('/admin/api', admin)
app.route('/admin/login', loginRoutes)

app.notFound((c) => {
  const decision = newDecisionId(Date.now())
  const refusal: Refusal = STORED.test(c.req.path)
    ? { code: 'invalid_request', param: null, message: NOTHING_STORED }
    : { code: 'not_found', message: `There is no ${c.req.method} on this path. ${PATHS}` }
  return refusalResponse(refusal, decision, undefined, dialectAt(c.req.path))
})

const PATHS =
  'Send POST /v1/chat/completions, /v1/responses, /v1/messages, /v1/embeddings, /v1/models/{model}:generateContent, /api/chat or /v1/explain, GET /v1/models or /v1/decisions/{id}.'

/** What OpenAI keeps of responses and conversations. */
const STORED = /^\/v1\/(?:responses|conversations)(?:\/|$)/
const NOTHING_STORED =
  'Demarc keeps no responses and no conversations: they can be neither fetched nor continued, counted, compacted or cancelled. Send the whole input to POST /v1/responses.'

app.onError((error, c) => bug(error, dialectAt(c.req.path)))

/** Bugs only: expected failures are refusals. The error's text may hold anything, so only its name is logged. */
function bug(error: unknown, dialect: Dialect): Response {
  const id = newDecisionId(Date.now())
  alarm('unexpected error', { id, error: error instanceof Error ? error.name : 'not an error' })
  const { status, body } = dialect.renderError(
    {
      status: 500,
      type: 'server_error',
      code: null,
      param: null,
      message: `Internal error (${id}).`,
      retryAfterS: undefined,
    },
    id,
  )
  return Response.json(body, { status, headers: { [dialect.requestIdHeader]: id } })
}

const CHAT = '/v1/chat/completions'

/** Everything that comes in. Nearly all of it is one path, which is spared the router. */
export async function handle(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  if (request.method !== 'POST') return app.fetch(request, env, ctx)
  const { url } = request
  const surface =
    url.endsWith(CHAT) && !url.endsWith(EXPLAIN + CHAT)
      ? surfaces['openai-chat']
      : servedAt(new URL(url).pathname)
  if (surface === undefined) return app.fetch(request, env, ctx)
  try {
    const loaded =
      surface.dialect.name === 'ollama' ? await ollamaLoad(request, env, ctx, surface) : undefined
    return loaded ?? (await serve(request, env, ctx, surface))
  } catch (error) {
    return bug(error, surface.dialect)
  }
}

/** What is only to be explained ends like the path of what is served. */
const servedAt = (pathname: string): Surface | undefined =>
  pathname.startsWith(`${EXPLAIN}/`) ? undefined : surfaceAt(pathname)
