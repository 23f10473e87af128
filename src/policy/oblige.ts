import type { DestinationFacts } from '../domain/destination.ts'
import { parseUsd } from '../domain/money.ts'
import type { Obligations } from '../domain/plan.ts'
import {
  compileRequestCondition,
  type Groups,
  type RequestAttributes,
  type RequestTest,
} from './conditions.ts'
import type { Obligation } from './schema.ts'

export type CompiledObligation = {
  readonly id: string
  readonly simulated: boolean
  readonly applies: RequestTest
  readonly demands: Partial<Obligations>
  /** Positions of the destinations that cannot meet it. */
  readonly forbids: readonly number[]
  /** They can meet it unless the request asks for a cache that outlives it. */
  readonly onlyLongCache: boolean
}

export function compileObligation(
  { id, level, when, must }: Obligation,
  facts: readonly DestinationFacts[],
  groups: Groups,
): CompiledObligation {
  const cannot = forbiddenBy(must)
  return {
    id,
    simulated: level === 'simulate',
    applies: compileRequestCondition(when, groups, 'worst'),
    demands: demandsOf(must),
    forbids: facts.flatMap((one, position) => (cannot(one) ? [position] : [])),
    onlyLongCache: 'cache' in must,
  }
}

/** Which destinations a demand leaves out: those that it is too much for. */
export function forbiddenBy(must: Obligation['must']): (facts: DestinationFacts) => boolean {
  if ('retention' in must) return (facts) => !keepsNothing(facts)
  if ('cache' in must) return ({ zone }) => zone !== 'own'
  return () => false
}

const keepsNothing = ({ retentionDays, agreements }: DestinationFacts): boolean =>
  retentionDays === 0 || agreements.includes('zdr')

function demandsOf(must: Obligation['must']): Partial<Obligations> {
  if ('redact' in must)
    return { redact: must.redact.toSorted(), redactBy: must.by ?? 'pseudonymise' }
  if ('maxCostUsd' in must) return { maxCostPicoUsd: parseUsd(must.maxCostUsd) }
  if ('log' in must) return { logLevel: must.log }
  if ('cache' in must) return { cache: must.cache }
  if ('review' in must) return { review: must.review }
  if ('fresh' in must) return { fresh: must.fresh }
  return {}
}

const NO_OBLIGATIONS: Obligations = {
  redact: [],
  redactBy: 'pseudonymise',
  logLevel: 'full',
  maxCostPicoUsd: undefined,
  cache: 'allowed',
  review: 'none',
  fresh: 'lease',
  sources: [],
}

/** All that match, joined to the strictest. Notes in `removedBy` and `simulated` what that does to destinations. */
export function oblige(
  obligations: readonly CompiledObligation[],
  request: RequestAttributes,
  removedBy: (string[] | undefined)[],
  simulated: string[],
): Obligations {
  let joined = NO_OBLIGATIONS
  let sources: string[] | undefined
  for (const {
    id,
    simulated: isSimulated,
    applies,
    demands,
    forbids,
    onlyLongCache,
  } of obligations) {
    if (!applies(request)) continue
    if (isSimulated) {
      simulated.push(id)
      continue
    }
    ;(sources ??= []).push(id)
    joined = joinObligations(joined, demands)
    if (onlyLongCache && !request.handling.longCache) continue
    for (const position of forbids) (removedBy[position] ??= []).push(id)
  }
  return sources === undefined ? joined : { ...joined, sources }
}

function joinObligations(a: Obligations, b: Partial<Obligations>): Obligations {
  return {
    redact: union(a.redact, b.redact ?? []),
    redactBy: b.redactBy === 'mask' ? 'mask' : a.redactBy,
    logLevel: b.logLevel ?? a.logLevel,
    maxCostPicoUsd: lower(a.maxCostPicoUsd, b.maxCostPicoUsd),
    cache: b.cache ?? a.cache,
    review: b.review ?? a.review,
    fresh: b.fresh ?? a.fresh,
    sources: a.sources,
  }
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] =>
  b.length === 0 ? a : a.length === 0 ? b : [...new Set([...a, ...b])].toSorted()

/** The lower of two limits, either of which may be absent. */
export const lower = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined ? b : b === undefined || a < b ? a : b
