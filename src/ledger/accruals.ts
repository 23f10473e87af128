import type { Correction } from './corrections.ts'
import type { Sums } from './rollup.ts'

type Group = Sums & {
  readonly cost_centre: string
  readonly team: string
  readonly app: string
  readonly destination: string
  readonly legal_entity: string
  readonly model: string
  readonly kind: string
  readonly usage_source: string
}

/**
 * What soft-closing a month accrues: attempts that nobody reported on stand at the bound that was reserved, which is far
 * above what they cost. The best estimate is what answered attempts at the same place and model cost on average. The
 * difference is booked apart from the bound, and taken back in the next month when the invoice is due.
 */
export function bestEstimates(rows: readonly Group[], period: string): readonly Correction[] {
  const answered = new Map<string, { cost: bigint; requests: bigint }>()
  for (const row of rows) {
    if (row.kind !== 'settle' || row.usage_source === 'bound') continue
    const sum = answered.get(placeOf(row)) ?? { cost: 0n, requests: 0n }
    answered.set(placeOf(row), {
      cost: sum.cost + row.costPicoUsd,
      requests: sum.requests + BigInt(row.attempts),
    })
  }
  return boundGroups(rows).flatMap((group) => {
    const usual = answered.get(placeOf(group))
    if (group.requests <= 0 || usual === undefined || usual.requests === 0n) return []
    const estimate = (usual.cost * BigInt(group.requests)) / usual.requests
    const difference = estimate - group.costPicoUsd
    if (difference >= 0n) return [] // the bound is a bound
    return [
      {
        type: 'accrual' as const,
        period,
        costPicoUsd: String(difference),
        destination: group.destination,
        legalEntity: group.legal_entity,
        model: group.model,
        costCentre: group.cost_centre,
        team: group.team,
        app: group.app,
      },
    ]
  })
}

const placeOf = ({ destination, model }: Group): string => `${destination}\n${model}`

/** What stands at its bound, reversals taken off, by who bears it and where. */
function boundGroups(rows: readonly Group[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    if (row.usage_source !== 'bound' || row.kind === 'void') continue
    const key = [row.cost_centre, row.team, row.app, row.legal_entity, placeOf(row)].join('\n')
    const known = groups.get(key)
    groups.set(key, {
      ...row,
      requests: (known?.requests ?? 0) + row.requests,
      costPicoUsd: (known?.costPicoUsd ?? 0n) + row.costPicoUsd,
    })
  }
  return [...groups.values()]
}
