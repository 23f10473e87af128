import type { Receipt, Removal } from '../domain/plan.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Compiled } from './compile.ts'

/** What became of a request, beside its receipt. */
export type ExplainedOutcome =
  | { readonly type: 'plan' }
  | { readonly type: 'refused'; readonly code: string; readonly rule: string | null }

/**
 * A receipt for people and programs: the answer of `POST /v1/explain` and `GET /v1/decisions/{id}`.
 *
 * `sentences` explains rules of the policy that decided; a receipt of an older policy names its rules without them.
 */
export function explain(
  receipt: Receipt,
  outcome: ExplainedOutcome,
  sentences: Compiled['sentences'],
): JsonObject {
  const { label, evidence, findingCount, unscanned, removed } = receipt
  const rule = (id: string): JsonObject => ({ id, says: sentences.get(id) ?? null })
  return {
    outcome: outcome.type === 'plan' ? 'plan' : 'refused',
    refusal: outcome.type === 'plan' ? null : { code: outcome.code, ...ruleOf(outcome.rule, rule) },
    label: { ...label },
    evidence: evidence.map((one) => ({ ...one })),
    finding_count: findingCount,
    unscanned: unscanned.map((one) => ({ ...one })),
    policy: receipt.policyHash,
    requested_model: receipt.requestedModel,
    guardrails: receipt.guardrails.map((id) => ({ ...rule(id), removed: removedBy(removed, id) })),
    simulated: (receipt.simulated ?? []).map(rule),
    waivers: [...(receipt.waivers ?? [])],
    removed: removed.map((one) => ({ ...one })),
    route: rule(receipt.route),
    obligations: receipt.obligations.map(rule),
    pinned: pinnedOf(receipt),
    attempts: receipt.attempts.map(({ destination, model, form, boundPicoUsd }) => ({
      destination,
      model,
      form,
      bound_pico_usd: boundPicoUsd,
    })),
  }
}

const pinnedOf = ({ pinned }: Receipt): JsonObject | null =>
  pinned === undefined
    ? null
    : {
        destination: pinned.destination,
        model: pinned.model,
        outcome: pinned.outcome,
        cached_tokens: pinned.cachedTokens,
      }

const ruleOf = (id: string | null, rule: (id: string) => JsonObject): JsonObject | undefined =>
  id === null ? undefined : { rule: id, says: rule(id)['says'] ?? null }

const removedBy = (removed: readonly Removal[], id: string): readonly string[] =>
  removed.filter(({ by }) => by === id).map(({ destination }) => destination)
