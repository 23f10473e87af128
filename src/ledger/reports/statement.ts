import { sharesOf, split, type Finance } from '../finance.ts'
import { NO_SUMS, addSums, type Sums } from '../rollup.ts'
import { compare, sumBy, type Slice } from './slice.ts'

/** By what a statement can be broken down. `class` is that of the destination. */
export const STATEMENT_KEYS = [
  'cost_centre',
  'team',
  'app',
  'key_id',
  'model',
  'destination',
  'class',
  'level',
] as const

export type StatementLine = Sums & { readonly key: string }

/** Spend by cost centre, after the dated splits of finance.yaml. Counts stay with the first of several bearers. */
export function byCostCentre(
  rows: readonly Slice<'cost_centre' | 'team' | 'app'>[],
  finance: Finance,
): readonly StatementLine[] {
  const sums = new Map<string, Sums>()
  const add = (key: string, sum: Sums): void => {
    sums.set(key, addSums(sums.get(key) ?? NO_SUMS, sum))
  }
  for (const row of rows) {
    const shares = sharesOf(finance, row, row.day)
    const costs = split(row.costPicoUsd, shares)
    for (const [at, { costCentre }] of shares.entries()) {
      add(costCentre, { ...(at === 0 ? row : NO_SUMS), costPicoUsd: costs[at] ?? 0n })
    }
  }
  return [...sums]
    .map(([key, sum]) => ({ key, ...pickSums(sum) }))
    .toSorted((a, b) => compare(b.costPicoUsd, a.costPicoUsd) || (a.key < b.key ? -1 : 1))
}

const pickSums = (sums: Sums): Sums => addSums(NO_SUMS, sums)

/** Spend by destination class. */
export const byClass = (
  rows: readonly Slice<'destination'>[],
  classOf: (destination: string) => string | undefined,
): readonly StatementLine[] => sumBy(rows, ({ destination }) => classOf(destination) ?? 'unknown')
