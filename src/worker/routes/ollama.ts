import type { Context } from 'hono'
import type { Refusal } from '../../domain/refusal.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { essentialBits } from '../../router/compile.ts'
import { namesFor, resolveModel } from '../../router/resolve.ts'
import { surfaces } from '../../surfaces/index.ts'
import type { Surface } from '../../surfaces/surface.ts'
import {
  OLLAMA_VERSION,
  renderLoaded,
  renderShow,
  renderTags,
  type NamedModel,
} from '../../surfaces/ollama-models.ts'
import { loadWish, modelNamed, modelOf } from '../../surfaces/ollama-read.ts'
import { refusalResponse } from '../answer.ts'
import { authenticate } from '../authenticate.ts'
import type { Env } from '../env.ts'
import { newDecisionId, type Authenticated, type Exchange, type Lifetime } from '../exchange.ts'
import { readBody } from '../read-body.ts'
import { inForceFor, type InForce } from '../world.ts'
import { exchangeOf } from './caller.ts'

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

/** Larger requests say something. */
const LOAD_BYTES_MAX = 4096

/**
 * Answers a request that only wants a model to be loaded, as Ollama's own client sends before the first prompt; undefined
 * for any other. Nothing is sent anywhere, so there is nothing to decide or to record.
 */
export async function ollamaLoad(
  request: Request,
  env: Env,
  ctx: Lifetime,
  surface: Surface,
): Promise<Response | undefined> {
  const length = Number(request.headers.get('content-length') ?? Infinity)
  if (length > LOAD_BYTES_MAX) return undefined
  const document = await readBody(request.clone())
  const wish = document.ok ? loadWish(document.value, surface.name) : undefined
  if (!document.ok || wish === undefined) return undefined
  const startedMs = Date.now()
  const decision = newDecisionId(startedMs)
  const asked = await askedBy({ request, env, ctx, surface, decision, startedMs })
  if (!asked.ok) return asked.error
  const name = modelNamed(document.value) ?? ''
  const known = resolveModel(modelOf(name), asked.value.caller.caller, asked.value.inForce.compiled)
  if (!known.ok) return refusalResponse(known.error, decision, undefined, dialect)
  const headers = { 'x-request-id': decision }
  return Response.json(renderLoaded(name, wish, startedMs), { headers })
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

const askedOf = (c: Context<{ Bindings: Env }>): Promise<Result<Asked, Response>> =>
  askedBy(exchangeOf(c, surfaces.ollama))

async function askedBy(exchange: Exchange): Promise<Result<Asked, Response>> {
  const { decision, env, startedMs } = exchange
  const refuse = (refusal: Refusal): Result<Asked, Response> =>
    err(refusalResponse(refusal, decision, undefined, dialect))
  const caller = await authenticate(exchange)
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
