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

/** Every path of the Worker. */
export const app = new Hono<{ Bindings: Env }>()

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

/** Bugs only: expected failures are refusals. The error's text may hold anything, so only its name is logged. */
app.onError((error) => {
  const id = newDecisionId(Date.now())
  alarm('unexpected error', { id, error: error.name })
  const body = { message: `Internal error (${id}).`, type: 'server_error', param: null, code: null }
  return Response.json({ error: body }, { status: 500, headers: { 'x-request-id': id } })
})
