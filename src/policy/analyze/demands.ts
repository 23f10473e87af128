import { parseUsd } from '../../domain/money.ts'
import { QUALITIES } from '../../domain/request.ts'
import type { Obligation, Route } from '../schema.ts'
import { type Node, NOTHING } from './diagram.ts'
import { isEnforced, type Model } from './model.ts'

/** Requests of which something is demanded, by what: the stricter a policy, the larger each set. */
export type DemandSets = ReadonlyMap<string, Node>

/** All demands of the policies that are compared, each with the requests for which one of them makes it. */
export function demandSets(model: Model, names: readonly string[]): DemandSets {
  const { diagram, obligations } = model
  return new Map(
    names.map((name) => [
      name,
      diagram.any(
        obligations
          .filter((one) => isEnforced(one) && namesOf(one.rule.must, names).includes(name))
          .map(({ applies }) => applies),
      ),
    ]),
  )
}

/** What the obligations of some policies demand, each thing once. A lower cost limit includes the higher ones. */
export const demandNames = (models: readonly Model[]): readonly string[] => [
  ...new Set(
    models.flatMap(({ obligations }) =>
      obligations.filter(isEnforced).flatMap(({ rule }) => namesOf(rule.must, [])),
    ),
  ),
]

const COST = 'a cost of at most '

function namesOf(must: Obligation['must'], known: readonly string[]): readonly string[] {
  if ('redact' in must)
    return [
      ...must.redact.map((kind) => `redaction of ${kind}`),
      ...(must.by === 'mask' ? ['masking'] : []),
    ]
  if ('maxCostUsd' in must) {
    const limit = parseUsd(must.maxCostUsd) ?? 0n
    const higher = known.filter(
      (name) => name.startsWith(COST) && (parseUsd(usdIn(name)) ?? 0n) >= limit,
    )
    return [`${COST}${must.maxCostUsd} USD`, ...higher]
  }
  if ('log' in must) return ['a minimal record']
  if ('cache' in must) return ['no cache']
  if ('retention' in must) return ['zero retention']
  if ('review' in must) return ['human review']
  return ['a fresh policy']
}

const usdIn = (name: string): string => name.slice(COST.length, -' USD'.length)

/** Requests for which `auto` means a model of at least some quality, and those that may be sent to more than one at a time. */
export function wishSets(model: Model): DemandSets {
  const { diagram, routes } = model
  const reachedBy = (matches: (rule: Route) => boolean): Node =>
    routes
      .filter(({ rule }) => matches(rule))
      .reduce<Node>((set, { reached }) => diagram.or(set, reached), NOTHING)
  const hedges = new Set(routes.flatMap(({ rule }) => hedgeName(rule) ?? []))
  return new Map([
    ...QUALITIES.slice(1).map(
      (quality) =>
        [
          `${quality} quality`,
          reachedBy(
            (rule) => QUALITIES.indexOf(rule.quality ?? 'basic') >= QUALITIES.indexOf(quality),
          ),
        ] as const,
    ),
    ...[...hedges].map((name) => [name, reachedBy((rule) => hedgeName(rule) === name)] as const),
  ])
}

const hedgeName = ({ hedge }: Route): string | undefined =>
  hedge && `up to ${hedge.maxAttempts} attempts at a time, after ${hedge.afterMs} ms`
