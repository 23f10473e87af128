import type { JsonObject } from '../domain/json.ts'

/** How an effort is said to a model; `exact` is false where only the nearest can be said, or nothing. */
export type Thinking = { readonly config: JsonObject | undefined; readonly exact: boolean }

const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
}

/**
 * Gemini 2.5 has a budget of tokens, later ones a level; earlier ones and Gemma do not think. Only the Flash models of
 * 2.5 can be told not to. The budgets are those that Google's own compatible endpoint takes for these words.
 * Source: https://ai.google.dev/gemini-api/docs/openai#thinking (read 2026-11-23).
 */
export function thinkingOf(effort: string | undefined, upstreamModel: string): Thinking {
  if (effort === undefined) return { config: undefined, exact: true }
  const { config, exact } = amountOf(effort, upstreamModel)
  // Who asks for an effort can be shown what came of it.
  const isShown = config !== undefined && effort !== 'none'
  return { config: isShown ? { ...config, includeThoughts: true } : config, exact }
}

function amountOf(effort: string, upstreamModel: string): Thinking {
  const isPro = upstreamModel.includes('pro')
  const generation = generationOf(upstreamModel)
  if (generation < 2.5) return { config: undefined, exact: effort === 'none' }
  if (generation < 3) {
    if (effort === 'none') {
      return isPro
        ? { config: { thinkingBudget: 128 }, exact: false }
        : { config: { thinkingBudget: 0 }, exact: true }
    }
    const budget = BUDGETS[effort]
    return {
      config: { thinkingBudget: budget ?? BUDGETS['high'] ?? 0 },
      exact: budget !== undefined,
    }
  }
  const least = isPro ? 'low' : 'minimal'
  if (effort === 'none') return { config: { thinkingLevel: least }, exact: false }
  if (effort === 'minimal') return { config: { thinkingLevel: least }, exact: !isPro }
  const isKnown = effort in BUDGETS
  return { config: { thinkingLevel: isKnown ? effort : 'high' }, exact: isKnown }
}

/** 0 for what is no Gemini. Names without a number, such as `gemini-flash-latest`, are of the newest. */
export function generationOf(model: string): number {
  if (!model.startsWith('gemini-')) return 0
  return Number(/^gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? 3)
}
