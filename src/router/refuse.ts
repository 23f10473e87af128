import type { Receipt } from '../domain/plan.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { RequestFacts } from '../domain/request.ts'
import { BUDGET_REASON, OUTPUT_LIMIT, type Stage, UNKNOWN_FIELD } from './candidates.ts'
import type { Restriction } from './world.ts'

/** The reasons for which one offer was removed. */
export type Failure = readonly string[]

/** When a circuit breaker is open, asking again sooner is pointless. */
const RETRY_AFTER_COOLING_S = 10
/** Configuring a destination takes people; this only keeps clients from hammering. */
const RETRY_AFTER_UNCONFIGURED_S = 60

/** The refusal that helps most: about the offers that came farthest, and the reason that most of them share. */
export function refusalOf(
  farthest: Stage,
  failures: readonly Failure[],
  receipt: Receipt,
  request: RequestFacts,
  costLimit: string,
  restrictions: readonly Restriction[] = [],
): Refusal {
  const reason = commonest(failures)
  switch (farthest) {
    case 'configured':
      return { code: 'no_destination', retryAfterS: RETRY_AFTER_UNCONFIGURED_S, receipt }
    case 'able':
      return {
        code: 'cannot_serve',
        ...explainInability(reason, request, outputTokensMaxOf(failures)),
        receipt,
      }
    case 'permitted':
      // Safe mode is the last reason to be given, so whatever it removed would have been permitted.
      return failures.some((by) => by.includes('safe-mode'))
        ? { code: 'policy_unavailable', receipt }
        : { code: 'policy_forbids', rule: reason, receipt }
    case 'priced':
      return { code: 'price_unknown', receipt }
    case 'affordable': {
      const restriction = restrictions.find(({ budget }) => reason === BUDGET_REASON + budget)
      if (restriction !== undefined) return { code: 'budget_restricted', ...restriction, receipt }
      return { code: 'cost_over_limit', limit: costLimit, receipt }
    }
    case 'healthy':
      break
  }
  return { code: 'no_destination', retryAfterS: RETRY_AFTER_COOLING_S, receipt }
}

/** The reason that removed most offers; of equals the one that came first, and rules come with the weightiest first. */
function commonest(failures: readonly Failure[]): string {
  const counts = new Map<string, number>()
  for (const by of failures.flat()) {
    const reason = by.startsWith(OUTPUT_LIMIT) ? 'output-limit' : by
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  const [first] = [...counts].toSorted(([, a], [, b]) => b - a)
  return first?.[0] ?? 'no-route'
}

type Inability = { readonly param: string | null; readonly reason: string }

/** The most that one of the models writes that write too little. */
const outputTokensMaxOf = (failures: readonly Failure[]): number =>
  Math.max(
    0,
    ...failures.flat().map((by) => (by.startsWith(OUTPUT_LIMIT) ? Number(by.split(':')[1]) : 0)),
  )

function explainInability(
  reason: string,
  { unknownFields, askedBy }: RequestFacts,
  outputTokensMax: number,
): Inability {
  const [code = '', detail = ''] = reason.split(':', 2)
  switch (code) {
    case 'capability':
      return { param: paramOf(detail, askedBy), reason: `no model takes ${detail} here` }
    case 'operation':
      return { param: 'model', reason: 'the model does not do what is asked on this path' }
    case 'context':
      return { param: 'messages', reason: 'the prompt and the output do not fit in any context' }
    case 'output-limit':
      return {
        param: 'max_completion_tokens',
        reason: `no model writes more than ${outputTokensMax} tokens`,
      }
    case 'quality':
      return { param: 'demarc-quality', reason: 'no model has the quality asked for' }
    case 'strict':
      return {
        param: detail === UNKNOWN_FIELD ? (unknownFields[0] ?? null) : paramOf(detail, askedBy),
        reason: 'demarc-strict is set and this would be left out',
      }
    default:
      return { param: 'model', reason: 'the destination would pass this model on to somebody else' }
  }
}

const paramOf = (feature: string, askedBy: RequestFacts['askedBy']): string =>
  Object.entries(askedBy ?? {}).find(([asked]) => asked === feature)?.[1] ??
  PARAMS[feature] ??
  feature

/** The field of a request that asks for a feature, where it is called otherwise. */
const PARAMS: Readonly<Record<string, string>> = {
  vision: 'messages',
  'audio-input': 'messages',
  'file-input': 'messages',
  'image-url': 'messages',
  'message-name': 'messages',
  'audio-output': 'modalities',
  'custom-tools': 'tools',
  'json-schema': 'response_format',
  'json-object': 'response_format',
  'parallel-tool-calls': 'parallel_tool_calls',
  'tool-choice': 'tool_choice',
  'logit-bias': 'logit_bias',
  penalties: 'frequency_penalty',
  'reasoning-effort': 'reasoning_effort',
  'service-tier': 'service_tier',
  'web-search': 'web_search_options',
  'prompt-cache': 'prompt_cache_key',
  'top-p': 'top_p',
  'safety-identifier': 'safety_identifier',
}
