import type { Context } from 'hono'
import type { Refusal } from '../../domain/refusal.ts'
import { keyOf, children } from '../../encoding/json-document.ts'
import type { JsonDocument } from '../../encoding/json-scan.ts'
import { explain } from '../../router/explain.ts'
import { surfaceAt, surfaces } from '../../surfaces/index.ts'
import type { Surface } from '../../surfaces/surface.ts'
import { conversationToExplain } from '../affinity.ts'
import { decisionHeaders, refusalResponse } from '../answer.ts'
import type { Env } from '../env.ts'
import { callerOf } from './caller.ts'
import { readBody } from '../read-body.ts'
import { assessFor } from '../serve.ts'
import { readWishes } from '../wishes.ts'

/** What stands before the path of a request that is only to be explained. */
export const EXPLAIN = '/v1/explain'

/**
 * `POST /v1/explain` takes what `/v1/chat/completions` takes, `POST /v1/explain/v1/messages` what `/v1/messages` takes, and
 * so on for every path, and answers the decision. Nothing is sent or recorded.
 */
export async function explainRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const path = c.req.path.slice(EXPLAIN.length)
  const surface = path === '' ? surfaces['openai-chat'] : surfaceAt(path)
  const { exchange, caller } = await callerOf(c, surface)
  const { decision, request } = exchange
  const say = (refusal: Refusal): Response =>
    refusalResponse(refusal, decision, undefined, surface?.dialect)
  if (surface === undefined) return say({ code: 'not_found', message: NOTHING_THERE })
  if (!caller.ok) return say(caller.error)
  const wishes = readWishes(request.headers)
  if (!wishes.ok) return say(wishes.error)
  const document = await readBody(request)
  if (!document.ok) return say(document.error)
  const read = readAs(surface, document.value, request, path)
  if (!read.ok) return say(read.error)
  const asked = { document: document.value, read: read.value, wishes: wishes.value }
  const assessed = await assessFor(caller.value, { ...asked, ownZoneOnly: false }, (input) =>
    conversationToExplain(c.env, input),
  )
  if (!assessed.ok) return say(assessed.error)
  const { assessment, inForce } = assessed.value
  const { decision: decided } = assessment
  const refusal = decided.ok ? undefined : decided.error
  const receipt = decided.ok
    ? decided.value.receipt
    : 'receipt' in decided.error
      ? decided.error.receipt
      : undefined
  if (receipt === undefined) return say(refusal ?? { code: 'policy_unavailable' })
  const rule = refusal?.code === 'policy_forbids' ? refusal.rule : null
  const outcome =
    refusal === undefined
      ? ({ type: 'plan' } as const)
      : ({ type: 'refused', code: refusal.code, rule } as const)
  const headers = decisionHeaders({
    decision,
    receipt,
    attempt: undefined,
    unsupported: [],
    outputTokens: undefined,
  })
  return Response.json(explain(receipt, outcome, inForce.compiled.sentences), { headers })
}

const NOTHING_THERE =
  'Nothing can be explained under this path: put /v1/explain before the path of the request, as in /v1/explain/v1/messages.'

/** A body as its surface reads it; of a body of another surface, where it belongs. */
function readAs(
  surface: Surface,
  document: JsonDocument,
  { url, headers }: Request,
  path: string,
): ReturnType<Surface['read']> {
  const read = surface.read(document, { url: url.replace(EXPLAIN + path, path), headers })
  const belongs = path === '' ? pathFor(document, read.ok) : undefined
  if (belongs === undefined) return read
  const message = `This is no body of a chat completion. Send it to POST ${EXPLAIN}${belongs}, or whichever path it is meant for after ${EXPLAIN}.`
  return { ok: false, error: { code: 'invalid_request', param: null, message } }
}

/** Fields that chat completions do not have, and a path whose bodies do. */
const TELLING: readonly (readonly [string, string])[] = [
  ['contents', '/v1beta/models/{model}:generateContent'],
  ['requests', '/v1beta/models/{model}:batchEmbedContents'],
  ['content', '/v1beta/models/{model}:embedContent'],
  ['input', '/v1/responses'],
  ['prompt', '/api/generate'],
]

/** In Anthropic's dialect, what is `system` stands beside the messages: both read the rest alike. */
function pathFor(document: JsonDocument, isRead: boolean): string | undefined {
  const names = new Set(children(document, 0).map((node) => keyOf(document, node) ?? ''))
  if (names.has('messages') && names.has('system')) return '/v1/messages'
  return isRead ? undefined : TELLING.find(([name]) => names.has(name))?.[1]
}
