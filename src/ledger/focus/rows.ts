import type { Price } from '../../domain/catalog.ts'
import { rateIn } from '../catalog.ts'
import { sharesOf, split, type Share } from '../finance.ts'
import { TOKEN_METERS, type RolledRow, type TokenMeter } from '../rollup.ts'
import { counterfactualOf } from '../savings.ts'
import { toRow, type Charge, type FocusContext } from './cells.ts'
import type { FocusRow } from './columns.ts'

/** Names of our meters in FOCUS, with what the 1.5 drafts say of tokens. */
const METERS: Readonly<
  Record<TokenMeter, readonly [meter: string, direction: string, cache: string | null]>
> = {
  input_tokens: ['Input Tokens', 'Input', null],
  cached_input_tokens: ['Cache Read Input Tokens', 'Input', 'Read'],
  cache_write_5m_tokens: ['Cache Write Input Tokens', 'Input', 'Write'],
  cache_write_1h_tokens: ['Cache Write 1h Input Tokens', 'Input', 'Write'],
  output_tokens: ['Output Tokens', 'Output', null],
}

/**
 * The charges of one day's group: a row for each meter that was used and each cost centre that bears it.
 *
 * Price times quantity is the cost to the last digit, because both are whole numbers of millionths. What the meters do
 * not explain (a bound that was accrued, a correction, a meter that the price does not have) is a charge of its own.
 */
export function focusRows(row: RolledRow, context: FocusContext): readonly FocusRow[] {
  const shares = sharesOf(context.finance, row, row.day)
  return chargesOf(row, context).flatMap((charge) =>
    splitCharge(charge, shares).map(({ charge: part, costCentre }) =>
      toRow(row, part, costCentre, context),
    ),
  )
}

function chargesOf(row: RolledRow, context: FocusContext): readonly Charge[] {
  if (row.kind === 'adjust') return [adjustment(row)]
  const price = context.catalog.prices.get(row.price_version)
  const cf = counterfactualOf(row, context.finance, context.catalog)
  const metered = price === undefined ? [] : meteredCharges(row, price)
  const rest = row.costPicoUsd - metered.reduce((sum, { costPicoUsd }) => sum + costPicoUsd, 0n)
  const charges = rest === 0n ? metered : [...metered, unmetered(row, rest)]
  // Counted once for the group: on its first row, so that sums over rows are right.
  return charges.map((charge, at) =>
    at === 0 ? { ...charge, counterfactualPicoUsd: cf, requests: row.requests } : charge,
  )
}

function meteredCharges(row: RolledRow, price: Price): readonly Charge[] {
  return TOKEN_METERS.flatMap((name) => {
    const [tokens, rate] = [BigInt(row[name]), rateIn(price, row.band, name)]
    if (tokens === 0n || rate === undefined) return []
    const [meter, direction, cache] = METERS[name]
    return [
      {
        ...PLAIN,
        meter,
        direction,
        cache,
        pricingQuantityE6: tokens,
        pricingUnit: '1000000 Tokens',
        consumed: [tokens, 'Tokens'] as const,
        unitPriceMicroUsd: rate,
        listUnitPriceMicroUsd: rate,
        costPicoUsd: tokens * rate,
        listPicoUsd: tokens * rate,
      },
    ]
  })
}

/** What most charges have in common. */
export const PLAIN = {
  category: 'Usage',
  isCorrection: false,
  direction: null,
  cache: null,
  counterfactualPicoUsd: null,
  requests: 0,
} as const

/** Priced by the dollar: FOCUS wants quantity and price of every usage, and a bound has no tokens. */
const unmetered = (row: RolledRow, costPicoUsd: bigint): Charge => {
  const cents = costPicoUsd % 1_000_000n === 0n
  return {
    ...PLAIN,
    meter: row.usage_source === 'bound' ? 'Accrued Bound' : 'Other Charges',
    pricingQuantityE6: cents ? costPicoUsd / 1_000_000n : costPicoUsd,
    pricingUnit: cents ? 'Dollars' : '1000000 Picodollars',
    consumed: [BigInt(row.requests), 'Requests'],
    unitPriceMicroUsd: cents ? 1_000_000n : 1n,
    listUnitPriceMicroUsd: cents ? 1_000_000n : 1n,
    costPicoUsd,
    listPicoUsd: costPicoUsd,
  }
}

/** A correction of a closed month is usage of class Correction: the rules want a consumed quantity there, even if it is 0. */
function adjustment(row: RolledRow): Charge {
  const isLate = row.outcome === 'late-correction'
  return {
    ...PLAIN,
    category: isLate ? 'Usage' : 'Adjustment',
    isCorrection: isLate,
    meter: isLate ? 'Correction' : row.outcome,
    pricingQuantityE6: null,
    pricingUnit: null,
    consumed: isLate ? [0n, 'Requests'] : null,
    unitPriceMicroUsd: null,
    listUnitPriceMicroUsd: null,
    costPicoUsd: row.costPicoUsd,
    listPicoUsd: row.costPicoUsd,
  }
}

type Part = { readonly charge: Charge; readonly costCentre: string }

/** Splits the quantity and lets the cost follow from it, so that each part is exact and the parts add up. */
function splitCharge(charge: Charge, shares: readonly Share[]): readonly Part[] {
  if (shares.length === 1) return [{ charge, costCentre: shares[0]?.costCentre ?? '' }]
  const quantities = split(charge.pricingQuantityE6 ?? 0n, shares)
  const consumed = split(charge.consumed?.[0] ?? 0n, shares)
  const costs = split(charge.costPicoUsd, shares)
  const compared = split(charge.counterfactualPicoUsd ?? 0n, shares)
  return shares.map(({ costCentre }, at) => {
    const quantity = charge.pricingQuantityE6 === null ? null : (quantities[at] ?? 0n)
    const rate = charge.unitPriceMicroUsd
    const cost = quantity === null || rate === null ? (costs[at] ?? 0n) : quantity * rate
    const list = quantity === null ? cost : quantity * (charge.listUnitPriceMicroUsd ?? 0n)
    return {
      costCentre,
      charge: {
        ...charge,
        pricingQuantityE6: quantity,
        consumed: charge.consumed && [consumed[at] ?? 0n, charge.consumed[1]],
        costPicoUsd: cost,
        listPicoUsd: list,
        counterfactualPicoUsd: charge.counterfactualPicoUsd === null ? null : (compared[at] ?? 0n),
        requests: at === 0 ? charge.requests : 0,
      },
    }
  })
}
