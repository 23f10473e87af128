import * as z from 'zod'
import { costByPrice, priceOn, type LedgerCatalog } from '../catalog.ts'
import type { TokenMeter } from '../rollup.ts'
import { compare } from './slice.ts'
import { QUALITIES } from '../../domain/request.ts'

/** Answered requests with the same choice: a row of `rollup_choice`. */
export type Choice = Readonly<Record<TokenMeter, number>> & {
  readonly day: string
  readonly app: string
  /** JSON: the receipt's removals. */
  readonly removed: string
  readonly requested: string
  readonly destination: string
  readonly model: string
  readonly requests: number
  readonly costPicoUsd: bigint
}

const Removals = z.array(
  z.object({ destination: z.string(), model: z.string().optional(), by: z.string() }),
)

export type GuardrailCost = {
  readonly guardrail: string
  /** Answered requests for which it removed a destination. */
  readonly requests: number
  /** What those cost. */
  readonly costPicoUsd: bigint
  /** Extra cost against the cheapest place that this rule alone had removed: what lifting it would have saved. */
  readonly alonePicoUsd: bigint
  /** Extra cost against the cheapest place that it removed, alone or with others. Shares of one saving: do not add up. */
  readonly atMostPicoUsd: bigint
}

/**
 * What each guardrail cost: the difference to the cheapest model of at least the chosen one's quality at a place that it
 * removed, for the same tokens. 0 where the choice was the cheapest anyway; rules never save money in this count.
 */
export function priceOfPrivacy(
  choices: readonly Choice[],
  guardrails: ReadonlySet<string>,
  catalog: LedgerCatalog,
): readonly GuardrailCost[] {
  const costs = new Map<string, { requests: number; cost: bigint; alone: bigint; atMost: bigint }>()
  for (const choice of choices) {
    const removals = Removals.parse(JSON.parse(choice.removed)).filter(({ by }) =>
      guardrails.has(by),
    )
    for (const guardrail of new Set(removals.map(({ by }) => by))) {
      const places = new Set(
        removals.filter(({ by }) => by === guardrail).map(({ destination }) => destination),
      )
      const shared = new Set(
        removals.filter(({ by }) => by !== guardrail).map(({ destination }) => destination),
      )
      const only = new Set([...places].filter((place) => !shared.has(place)))
      const sum = costs.get(guardrail) ?? { requests: 0, cost: 0n, alone: 0n, atMost: 0n }
      costs.set(guardrail, {
        requests: sum.requests + choice.requests,
        cost: sum.cost + choice.costPicoUsd,
        alone: sum.alone + extra(choice, cheapest(choice, only, catalog)),
        atMost: sum.atMost + extra(choice, cheapest(choice, places, catalog)),
      })
    }
  }
  return [...costs]
    .map(([guardrail, { requests, cost, alone, atMost }]) => ({
      guardrail,
      requests,
      costPicoUsd: cost,
      alonePicoUsd: alone,
      atMostPicoUsd: atMost,
    }))
    .toSorted((a, b) => compare(b.atMostPicoUsd, a.atMostPicoUsd))
}

const extra = ({ costPicoUsd }: Choice, other: bigint | undefined): bigint =>
  other === undefined || other >= costPicoUsd ? 0n : costPicoUsd - other

/** The least that the same tokens would have cost at one of the places, by a model that may stand in for the chosen one. */
function cheapest(
  choice: Choice,
  places: ReadonlySet<string>,
  catalog: LedgerCatalog,
): bigint | undefined {
  const chosen = catalog.models.get(choice.model)
  const isConcrete = catalog.models.has(choice.requested)
  let least: bigint | undefined
  for (const model of catalog.models.values()) {
    const isFit = isConcrete
      ? model.id === choice.requested
      : chosen !== undefined &&
        QUALITIES.indexOf(model.quality) >= QUALITIES.indexOf(chosen.quality)
    if (!isFit) continue
    for (const { destination } of model.offers) {
      if (!places.has(destination)) continue
      const price = priceOn(catalog, destination, model.id, choice.day)
      if (price === undefined) continue
      const cost = costByPrice(choice, price)
      if (least === undefined || cost < least) least = cost
    }
  }
  return least
}
