import { addSums, NO_SUMS, type Dimension, type Sums } from '../rollup.ts'

/** Sums of a day (UTC) by some of the dimensions. */
export type Slice<D extends Dimension> = Sums &
  Readonly<Record<D, string>> & { readonly day: string }

/** Sums by whatever `key` says, the dearest first. */
export function sumBy<T extends Sums>(
  rows: readonly T[],
  key: (row: T) => string,
): readonly (Sums & { readonly key: string })[] {
  const sums = new Map<string, Sums>()
  for (const row of rows) sums.set(key(row), addSums(sums.get(key(row)) ?? NO_SUMS, row))
  return [...sums]
    .map(([name, sum]) => ({ key: name, ...sum }))
    .toSorted((a, b) => compare(b.costPicoUsd, a.costPicoUsd) || (a.key < b.key ? -1 : 1))
}

export const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

export const tokensOf = (sums: Sums): bigint =>
  BigInt(sums.input_tokens) +
  BigInt(sums.cached_input_tokens) +
  BigInt(sums.cache_write_5m_tokens) +
  BigInt(sums.cache_write_1h_tokens) +
  BigInt(sums.output_tokens)

/** The largest whole number whose square is not above. */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (guess + value / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}
