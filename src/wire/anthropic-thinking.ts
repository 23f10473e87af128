import type { ChatRequest } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { Json, JsonObject } from '../domain/json.ts'

/** The part of a request that depends on the generation of Claude. */
export type Tuning = {
  readonly thinking: JsonObject | undefined
  readonly effort: string | undefined
  readonly temperature: number | undefined
  readonly topP: number | undefined
  readonly topK: number | undefined
  readonly unsupported: readonly Feature[]
}

/**
 * How a reasoning effort and sampling are said to a model.
 *
 * Up to 4.5 thinking has a budget; from 4.6 it is adaptive with an effort; from 4.7 sampling cannot be set; from 5 it
 * thinks unless told not to. A forced tool excludes thinking. Before 4.6 so does an answer to tool results without the
 * signed thinking that led to the calls, which other dialects have no place for.
 * Source: https://platform.claude.com/docs/en/about-claude/models/migration-guide (read 2026-11-23).
 */
export function tune(chat: ChatRequest, upstreamModel: string, maxTokens: number): Tuning {
  const version = versionOf(upstreamModel)
  const unsupported: Feature[] = []
  const forced = chat.toolChoice.type === 'required' || chat.toolChoice.type === 'tool'
  const effort = chat.reasoningEffort
  let thinking: JsonObject | undefined
  let spokenEffort: string | undefined
  if (version >= 4.6) {
    const silent = effort === 'none' || (forced && version >= 5)
    if (silent) thinking = version >= 5 ? { type: 'disabled' } : undefined
    else if (effort !== undefined && !forced) thinking = { type: 'adaptive' }
    spokenEffort = effortOf(effort, version, silent)
  } else if (effort !== undefined && effort !== 'none') {
    const budget = Math.min(BUDGETS[effort] ?? BUDGET_MAX, Math.floor(maxTokens / 2))
    if (forced || lacksThought(chat) || budget < BUDGET_MIN) unsupported.push('reasoning-effort')
    else thinking = { type: 'enabled', budget_tokens: budget }
  }
  const { temperature, topP, topK } = chat.sampling
  const thinks = thinking !== undefined && thinking['type'] !== 'disabled'
  const takesSampling = version < 4.7 && !thinks
  // Outside 0 to 1 there is no such temperature; the two together are refused.
  const canHeat = takesSampling && temperature !== undefined && temperature <= 1
  const canCut = takesSampling && topP !== undefined && !canHeat
  if (temperature !== undefined && !canHeat) unsupported.push('temperature')
  if (topP !== undefined && !canCut) unsupported.push('top-p')
  if (topK !== undefined && !takesSampling) unsupported.push('top-k')
  return {
    thinking,
    effort: spokenEffort,
    temperature: canHeat ? temperature : undefined,
    topP: canCut ? topP : undefined,
    topK: takesSampling ? topK : undefined,
    unsupported,
  }
}

/** Results of tools are to be answered, and the thinking before the calls is not there. */
function lacksThought({ messages }: ChatRequest): boolean {
  if (messages.at(-1)?.role !== 'tool') return false
  const asked = messages.findLast((message) => message.role === 'assistant')
  return asked?.thoughts?.some(({ signature }) => signature.maker === 'anthropic') !== true
}

/** Least that the API accepts, in tokens. */
const BUDGET_MIN = 1024
const BUDGET_MAX = 32_000
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: BUDGET_MIN,
  low: 2048,
  medium: 8192,
  high: 24_576,
}

/** As a number, so that 4.5 < 4.6 < 5; ids of the older order (`claude-3-5-sonnet`) count as 3. */
function versionOf(model: string): number {
  if (/claude-\d/.test(model)) return 3
  const match = /claude-[a-z]+-(\d+)(?:-(\d{1,2}))?(?!\d)/.exec(model)
  // Unknown names are taken for newer ones: those are added, older ones go.
  return match === null ? 5 : Number(`${match[1]}.${match[2] ?? 0}`)
}

function effortOf(
  effort: string | undefined,
  version: number,
  silent: boolean,
): string | undefined {
  if (effort === undefined || effort === 'none') return undefined
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && (silent || version < 4.7) ? 'high' : effort
}

/** `output_config`, if anything is in it. */
export function outputConfig(chat: ChatRequest, tuning: Tuning): JsonObject | undefined {
  const config: Record<string, Json> = {}
  if (tuning.effort !== undefined) config['effort'] = tuning.effort
  if (chat.responseFormat.type === 'json-schema') {
    config['format'] = { type: 'json_schema', schema: chat.responseFormat.schema }
  }
  return Object.keys(config).length === 0 ? undefined : config
}
