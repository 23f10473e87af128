import type { Context } from 'hono'
import { explain } from '../../router/explain.ts'
import { decisionHeaders, refusalResponse } from '../answer.ts'
import type { Env } from '../env.ts'
import { callerOf } from './caller.ts'
import { readBody } from '../read-body.ts'
import { assessFor } from '../serve.ts'
import { readWishes } from '../wishes.ts'

/** `POST /v1/explain`: takes what `/v1/chat/completions` takes and answers the decision. Nothing is sent or recorded. */
export async function explainRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const { exchange, caller } = await callerOf(c)
  const { decision, request, surface } = exchange
  if (!caller.ok) return refusalResponse(caller.error, decision)
  const wishes = readWishes(request.headers)
  if (!wishes.ok) return refusalResponse(wishes.error, decision)
  const document = await readBody(request)
  if (!document.ok) return refusalResponse(document.error, decision)
  const read = surface.read(document.value, request)
  if (!read.ok) return refusalResponse(read.error, decision)
  const assessed = await assessFor(caller.value, read.value, wishes.value, false)
  if (!assessed.ok) return refusalResponse(assessed.error, decision)
  const { assessment, inForce } = assessed.value
  const { decision: decided } = assessment
  const refusal = decided.ok ? undefined : decided.error
  const receipt = decided.ok
    ? decided.value.receipt
    : 'receipt' in decided.error
      ? decided.error.receipt
      : undefined
  if (receipt === undefined) {
    return refusalResponse(refusal ?? { code: 'policy_unavailable' }, decision)
  }
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
