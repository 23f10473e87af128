import { isWithin, sharesOf, split, type Finance } from '../finance.ts'
import type { RolledRow } from '../rollup.ts'
import { compare, tokensOf } from '../reports/slice.ts'
import { toRow, type Charge, type FocusContext } from './cells.ts'
import type { FocusRow } from './columns.ts'
import { PLAIN } from './rows.ts'
import { monthEnd } from './times.ts'

type Purchase = Finance['purchases'][number]
type Bearer = { readonly row: RolledRow; readonly costCentre: string; tokens: bigint }

/**
 * Charges that no request causes: purchases, their allocation by tokens with what stayed idle, and credits. Fed with the
 * month's groups as they pass; what is kept grows with teams and apps, not with requests.
 */
export class FocusExtras {
  readonly #context: FocusContext
  readonly #period: string
  readonly #bearers = new Map<string, Bearer>()
  readonly #costs = new Map<string, bigint>()

  constructor(context: FocusContext, period: string) {
    this.#context = context
    this.#period = period
  }

  push(row: RolledRow): void {
    const { finance } = this.#context
    if (finance.credits.length > 0) {
      const key = `${row.destination} ${row.day}`
      this.#costs.set(key, (this.#costs.get(key) ?? 0n) + row.costPicoUsd)
    }
    if (!finance.purchases.some(({ destination }) => destination === row.destination)) return
    const shares = sharesOf(finance, row, row.day)
    const parts = split(tokensOf(row), shares)
    for (const [at, { costCentre }] of shares.entries()) {
      const key = JSON.stringify([row.destination, costCentre, row.team, row.app])
      const bearer = this.#bearers.get(key) ?? { row, costCentre, tokens: 0n }
      this.#bearers.set(key, bearer)
      bearer.tokens += parts[at] ?? 0n
    }
  }

  finish(): readonly FocusRow[] {
    const { purchases, credits } = this.#context.finance
    return [
      ...purchases.flatMap((purchase) => this.#purchaseRows(purchase)),
      ...credits.flatMap((credit) => this.#creditRows(credit)),
    ]
  }

  #purchaseRows(purchase: Purchase): readonly FocusRow[] {
    const amountMicroUsd = monthShare(purchase, this.#period)
    if (amountMicroUsd === 0n) return []
    const amount = amountMicroUsd * 1_000_000n
    const bought = this.#charge(purchase, purchase.costCentre, {
      ...PLAIN,
      category: 'Purchase',
      meter: `${purchase.kind} ${purchase.id}`,
      pricingQuantityE6: 1_000_000n,
      pricingUnit: 'Units',
      consumed: null,
      unitPriceMicroUsd: amountMicroUsd,
      listUnitPriceMicroUsd: amountMicroUsd,
      costPicoUsd: amount,
      listPicoUsd: amount,
      effectivePicoUsd: 0n, // it covers what follows
    })
    return purchase.kind === 'cluster' ? [bought, ...this.#allocation(purchase, amount)] : [bought]
  }

  /** By tokens; what the capacity could have served and nobody used stays with the purchase's cost centre. */
  #allocation(purchase: Purchase, amount: bigint): readonly FocusRow[] {
    const bearers = [...this.#bearers.values()]
      .filter(({ row }) => row.destination === purchase.destination)
      .toSorted((a, b) => compare(b.tokens, a.tokens))
    const used = bearers.reduce((sum, { tokens }) => sum + tokens, 0n)
    const capacity = BigInt(purchase.capacityTokens ?? 0)
    const all = capacity > used ? capacity : used
    let left = amount
    const rows = bearers.map(({ row, costCentre, tokens }, at) => {
      const isLast = at === bearers.length - 1 && all === used
      const share = isLast ? left : (amount * tokens) / all
      left -= share
      return toRow(
        row,
        allocated('Allocated Cluster Cost', share),
        costCentre,
        this.#context,
        this.#month(),
      )
    })
    if (left === 0n) return rows
    return [
      ...rows,
      this.#charge(purchase, purchase.costCentre, allocated('Idle Cluster Cost', left)),
    ]
  }

  #creditRows(credit: Finance['credits'][number]): readonly FocusRow[] {
    const cap = BigInt(credit.microUsdPerDay) * 1_000_000n
    return [...this.#costs].flatMap(([key, cost]) => {
      const [destination = '', day = ''] = key.split(' ')
      if (destination !== credit.destination || !isWithin(credit, day) || cost <= 0n) return []
      const amount = -(cost < cap ? cost : cap)
      const charge: Charge = {
        ...PLAIN,
        category: 'Credit',
        meter: credit.description,
        pricingQuantityE6: null,
        pricingUnit: null,
        consumed: null,
        unitPriceMicroUsd: null,
        listUnitPriceMicroUsd: null,
        costPicoUsd: amount,
        listPicoUsd: 0n,
      }
      return [this.#charge({ ...credit, day }, 'unassigned', charge)]
    })
  }

  #month(): readonly [string, string] {
    return [`${this.#period}-01`, monthEnd(this.#period)]
  }

  #charge(
    of: { readonly id: string; readonly destination: string; readonly day?: string },
    costCentre: string,
    charge: Charge,
  ): FocusRow {
    const row = {
      ...this.#blank(of.destination, of.id),
      cost_centre: costCentre,
      day: of.day ?? `${this.#period}-01`,
    }
    return of.day === undefined
      ? toRow(row, charge, costCentre, this.#context, this.#month())
      : toRow(row, charge, costCentre, this.#context)
  }

  /** A group of no request. */
  #blank(destination: string, id: string): RolledRow {
    const known = this.#context.catalog.destinations.get(destination)
    return {
      ...NOBODY,
      destination,
      account: known?.account ?? 'none',
      region: known?.region ?? 'none',
      legal_entity: known?.facts.legalEntity.value ?? destination,
      model: id,
      upstream_model: id,
      period: this.#period,
      day: `${this.#period}-01`,
    }
  }
}

const allocated = (meter: string, share: bigint): Charge => ({
  ...PLAIN,
  meter,
  pricingQuantityE6: 1_000_000n,
  pricingUnit: 'Allocations',
  consumed: null,
  unitPriceMicroUsd: 0n,
  listUnitPriceMicroUsd: 0n,
  costPicoUsd: 0n,
  listPicoUsd: 0n,
  effectivePicoUsd: share,
})

const NOBODY: Omit<RolledRow, 'destination' | 'period' | 'day'> = {
  cost_centre: 'unassigned',
  team: 'unassigned',
  app: 'unassigned',
  key_id: 'unassigned',
  purpose: 'unassigned',
  account: 'unassigned',
  region: 'unassigned',
  legal_entity: 'unassigned',
  model: 'unassigned',
  upstream_model: 'unassigned',
  level: 'unassigned',
  form: 'unassigned',
  kind: 'adjust',
  outcome: 'purchase',
  usage_source: 'counted',
  price_version: 'unassigned',
  policy_hash: 'unassigned',
  attempts: 0,
  requests: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  costPicoUsd: 0n,
  band: 0,
  first_seq: 0,
  last_seq: 0,
}

const DAY_MS = 86_400_000

/** The part of a purchase that falls into a month, by days; the parts of all months are the whole. */
export function monthShare({ from, to, amountMicroUsd }: Purchase, period: string): bigint {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const days = BigInt(Math.max(1, Math.round((end - start) / DAY_MS)))
  const until = (atMs: number): bigint => {
    const passed = BigInt(Math.round((Math.min(Math.max(atMs, start), end) - start) / DAY_MS))
    return (BigInt(amountMicroUsd) * passed) / days
  }
  return until(Date.parse(monthEnd(period))) - until(Date.parse(`${period}-01`))
}
