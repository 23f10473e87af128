import { Hono } from 'hono'
import { surfaces } from '../surfaces/index.ts'
import { refusalResponse } from './answer.ts'
import type { Env } from './env.ts'
import { newDecisionId } from './exchange.ts'
import { alarm } from './observability/log.ts'
import { admin } from './routes/admin.ts'
import { decisionRoute } from './routes/decisions.ts'
import { explainRoute } from './routes/explain.ts'
import { modelsRoute } from './routes/models.ts'
import { serve } from './serve.ts'

const REQUEST_ID = 'x-request-id'

/** Every path of the Worker. */
const app = new Hono<{ Bindings: Env }>()

app.use(async (c, next) => {
  await next()
  if (!c.res.headers.has(REQUEST_ID)) c.header(REQUEST_ID, newDecisionId(Date.now()))
})

app.post('/v1/chat/completions', (c) =>
  serve(c.req.raw, c.env, c.executionCtx, surfaces['openai-chat']),
)
app.post('/v1/explain', explainRoute)
app.get('/v1/models', modelsRoute)
app.get('/v1/decisions/:id', decisionRoute)
app.get('/healthz', (c) => c.json({ status: 'ok' }))
app.route('/admin/api', admin)

app.notFound((c) => {
  const message = `There is no ${c.req.method} on this path. Send POST /v1/chat/completions, POST /v1/explain, GET /v1/models or GET /v1/decisions/{id}.`
  return refusalResponse({ code: 'not_found', message }, newDecisionId(Date.now()))
})

app.onError(bug)

/** Bugs only: expected failures are refusals. The error's text may hold anything, so only its name is logged. */
function bug(error: Error): Response {
  const id = newDecisionId(Date.now())
  alarm('unexpected error', { id, error: error.name })
  const body = { message: `Internal error (${id}).`, type: 'server_error', param: null, code: null }
  return Response.json({ error: body }, { status: 500, headers: { 'x-request-id': id } })
}

const CHAT = '/v1/chat/completions'

/** Everything that comes in. Nearly all of it is one path, which is spared the router. */
export async function handle(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  if (request.method !== 'POST' || !request.url.endsWith(CHAT)) return app.fetch(request, env, ctx)
  try {
    return await serve(request, env, ctx, surfaces['openai-chat'])
  } catch (error) {
    return bug(error instanceof Error ? error : new Error('not an error'))
  }
}
