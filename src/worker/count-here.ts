import { spokenFor } from '../destinations/spoken.ts'
import { decisionHeaders } from './answer.ts'
import type { Planned } from './attempt.ts'
import type { Attempted } from './attempts.ts'

/** A text has about one token in four bytes. Source: OpenAI's and Anthropic's own rules of thumb for English. */
const BYTES_PER_TOKEN = 4

/**
 * An estimate for a request to count tokens, if whoever would serve the conversation cannot count: nothing is sent then.
 * Undefined for everything else.
 */
export function countedHere(planned: Planned): Attempted | undefined {
  const { surface, plan, inForce, read, decision, startedMs, strict, document } = planned
  if (surface.operation !== 'count-tokens') return undefined
  const [attempt] = plan.attempts
  const reach = inForce.reach.get(attempt.destination)
  if (reach === undefined) throw new TypeError(`${attempt.destination} is not in the policy`)
  if (spokenFor(reach.destination, surface.name, surface.operation) !== undefined) return undefined
  if (strict) {
    const reason = `\`${attempt.destination}\` does not count tokens, and demarc-strict is set`
    const { receipt } = plan
    return { kind: 'refused', refusal: { code: 'cannot_serve', param: 'model', reason, receipt } }
  }
  const tokens = Math.ceil(read.facts.promptBytes / BYTES_PER_TOKEN)
  const body = surface.renderReply(tokens, {
    id: surface.idPrefix + decision,
    model: attempt.model,
    createdS: Math.floor(startedMs / 1000),
    wantsUsage: false,
    request: document.text,
  })
  const headers = {
    'content-type': 'application/json',
    ...decisionHeaders({
      decision,
      receipt: plan.receipt,
      attempt,
      unsupported: [...attempt.unsupported, 'exact-count'],
      outputTokens: undefined,
      dialect: surface.dialect,
    }),
  }
  return { kind: 'response', response: new Response(body, { headers }) }
}
