import type { DestinationFacts } from '../domain/destination.ts'
import { parseUsd } from '../domain/money.ts'
import type { Obligations } from '../domain/plan.ts'
import type { Groups } from './conditions.ts'
import {
  type CategoryBits,
  compileRequestCondition,
  type Encoded,
  meets,
  type RequestTest,
} from './request-test.ts'
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
  bits: CategoryBits,
): CompiledObligation {
  const cannot = forbiddenBy(must)
  return {
    id,
    simulated: level === 'simulate',
    applies: compileRequestCondition(when, groups, 'worst', bits),
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
  encoded: Encoded,
  removedBy: (string[] | undefined)[],
  simulated: string[],
): Obligations {
  let joined: Mutable<Obligations> | undefined
  const sources: string[] = []
  for (const one of obligations) {
    if (!meets(one.applies, encoded)) continue
    if (one.simulated) {
      simulated.push(one.id)
      continue
    }
    sources.push(one.id)
    joined ??= { ...NO_OBLIGATIONS, sources }
    tighten(joined, one.demands)
    if (one.onlyLongCache && !encoded.request.handling.longCache) continue
    for (const position of one.forbids) (removedBy[position] ??= []).push(one.id)
  }
  return joined ?? NO_OBLIGATIONS
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] }

function tighten(joined: Mutable<Obligations>, demands: Partial<Obligations>): void {
  const { redact, redactBy, logLevel, maxCostPicoUsd, cache, review, fresh } = demands
  if (redact !== undefined) joined.redact = union(joined.redact, redact)
  if (redactBy === 'mask') joined.redactBy = redactBy
  if (logLevel !== undefined) joined.logLevel = logLevel
  if (maxCostPicoUsd !== undefined)
    joined.maxCostPicoUsd = lower(joined.maxCostPicoUsd, maxCostPicoUsd)
  if (cache !== undefined) joined.cache = cache
  if (review !== undefined) joined.review = review
  if (fresh !== undefined) joined.fresh = fresh
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] =>
  a.length === 0 ? b : [...new Set([...a, ...b])].toSorted()

/** The lower of two limits, either of which may be absent. */
export const lower = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined ? b : b === undefined || a < b ? a : b
