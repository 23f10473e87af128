import type { Context } from 'hono'
import { namesFor } from '../../router/resolve.ts'
import { surfaces } from '../../surfaces/index.ts'
import { refusalResponse } from '../answer.ts'
import { authenticate } from '../authenticate.ts'
import type { Env } from '../env.ts'
import { newDecisionId } from '../exchange.ts'
import { inForceFor } from '../world.ts'

/** `GET /v1/models`: the names that this key may use and that some configured destination can answer. */
export async function modelsRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const startedMs = Date.now()
  const decision = newDecisionId(startedMs)
  const { env, executionCtx: ctx } = c
  const surface = surfaces['openai-chat']
  const request = c.req.raw
  const caller = await authenticate({ request, env, ctx, surface, decision, startedMs })
  if (!caller.ok) return refusalResponse(caller.error, decision)
  const inForce = await inForceFor(env, caller.value.caller.tenant)
  if (inForce === undefined) return refusalResponse({ code: 'policy_unavailable' }, decision)
  const { compiled, reach } = inForce
  const data = namesFor(caller.value.caller, compiled)
    .filter((name) =>
      compiled.names
        .get(name)
        ?.offers.some(({ destination }) => reach.get(destination)?.connection !== undefined),
    )
    .map((id) => ({ id, object: 'model', created: 0, owned_by: 'demarc' }))
  return Response.json({ object: 'list', data }, { headers: { 'x-request-id': decision } })
}
