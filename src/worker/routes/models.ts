import type { Context } from 'hono'
import { namesFor } from '../../router/resolve.ts'
import { refusalResponse } from '../answer.ts'
import type { Env } from '../env.ts'
import { callerOf } from './caller.ts'
import { inForceFor } from '../world.ts'

/** `GET /v1/models`: the names that this key may use and that some configured destination can answer. */
export async function modelsRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const { exchange, caller } = await callerOf(c)
  const { decision, env } = exchange
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
