import type { Context } from 'hono'
import type { Refusal } from '../../domain/refusal.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { essentialBits } from '../../router/compile.ts'
import { namesFor, resolveModel } from '../../router/resolve.ts'
import { surfaces } from '../../surfaces/index.ts'
import {
  OLLAMA_VERSION,
  renderShow,
  renderTags,
  type NamedModel,
} from '../../surfaces/ollama-models.ts'
import { modelNamed, modelOf } from '../../surfaces/ollama-read.ts'
import { refusalResponse } from '../answer.ts'
import type { Env } from '../env.ts'
import type { Authenticated } from '../exchange.ts'
import { readBody } from '../read-body.ts'
import { inForceFor, type InForce } from '../world.ts'
import { callerOf } from './caller.ts'

/** What an Ollama client asks before it sends anything: who is there, which models, and what one of them can do. */
const { dialect } = surfaces.ollama

export const ollamaVersionRoute = (c: Context): Response => c.json({ version: OLLAMA_VERSION })

/** `GET /api/tags`: the names that `GET /v1/models` lists. */
export async function ollamaTagsRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const asked = await askedOf(c)
  if (!asked.ok) return asked.error
  const { caller, inForce, decision, startedMs } = asked.value
  const models = namesFor(caller.caller, inForce.compiled).flatMap(
    (name) => modelBehind(name, caller, inForce) ?? [],
  )
  return Response.json(renderTags(models, startedMs), { headers: { 'x-request-id': decision } })
}

/** `GET /api/ps`: nothing is loaded here. */
export async function ollamaLoadedRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const asked = await askedOf(c)
  return asked.ok ? Response.json({ models: [] }) : asked.error
}

/** `POST /api/show`. */
export async function ollamaShowRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const asked = await askedOf(c)
  if (!asked.ok) return asked.error
  const { caller, inForce, decision, startedMs } = asked.value
  const say = (refusal: Refusal): Response => refusalResponse(refusal, decision, undefined, dialect)
  const document = await readBody(c.req.raw)
  if (!document.ok) return say(document.error)
  const name = modelNamed(document.value)
  if (name === undefined) return say(NO_NAME)
  const resolved = resolveModel(modelOf(name), caller.caller, inForce.compiled)
  if (!resolved.ok) return say(resolved.error)
  const model = modelBehind(modelOf(name), caller, inForce)
  if (model === undefined) return say({ code: 'model_unknown' })
  return Response.json(renderShow(model, startedMs), { headers: { 'x-request-id': decision } })
}

const NO_NAME: Refusal = {
  code: 'invalid_request',
  param: 'model',
  message: '`model` is missing: a string.',
}

type Asked = {
  readonly caller: Authenticated
  readonly inForce: InForce
  readonly decision: string
  readonly startedMs: number
}

async function askedOf(c: Context<{ Bindings: Env }>): Promise<Result<Asked, Response>> {
  const { exchange, caller } = await callerOf(c, surfaces.ollama)
  const { decision, env, startedMs } = exchange
  const refuse = (refusal: Refusal): Result<Asked, Response> =>
    err(refusalResponse(refusal, decision, undefined, dialect))
  if (!caller.ok) return refuse(caller.error)
  const inForce = await inForceFor(env, caller.value.caller.tenant)
  return inForce === undefined
    ? refuse({ code: 'policy_unavailable' })
    : ok({ caller: caller.value, inForce, decision, startedMs })
}

/** What a name stands for among what is configured; undefined if nothing. */
function modelBehind(
  name: string,
  { caller }: Authenticated,
  { compiled, reach }: InForce,
): NamedModel | undefined {
  const resolved = resolveModel(name, caller, compiled)
  if (!resolved.ok) return undefined
  const offers = resolved.value.offers.filter(
    ({ destination }) => reach.get(destination)?.connection !== undefined,
  )
  const [first] = offers
  if (first === undefined) return undefined
  const has = (bit: number): boolean => offers.some(({ features }) => (features & bit) !== 0)
  return {
    name,
    operation: first.operation,
    tools: has(TOOLS),
    vision: has(VISION),
    contextTokens: Math.max(...offers.map(({ contextTokens }) => contextTokens)),
  }
}

const TOOLS = essentialBits(['tools'])
const VISION = essentialBits(['vision'])
