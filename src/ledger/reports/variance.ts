import type { Sums } from '../rollup.ts'
import { tokensOf } from './slice.ts'

export type Variance = {
  readonly fromPicoUsd: bigint
  readonly toPicoUsd: bigint
  /** More or fewer tokens at the old average price. */
  readonly volumePicoUsd: bigint
  /** Tokens that moved to dearer or cheaper models, at their old prices. New ones count at their new price. */
  readonly mixPicoUsd: bigint
  /** The same tokens at other prices. The three add up to the difference. */
  readonly pricePicoUsd: bigint
}

type Item = Pick<Sums, 'costPicoUsd'> & Sums & { readonly key: string }

/** Why spend changed between two spans: price × volume × mix, by whatever the items are (model at destination). */
export function varianceOf(before: readonly Item[], after: readonly Item[]): Variance {
  const total = (items: readonly Item[]) => items.reduce((sum, item) => sum + item.costPicoUsd, 0n)
  const volume = (items: readonly Item[]) => items.reduce((sum, item) => sum + tokensOf(item), 0n)
  const [fromPicoUsd, toPicoUsd] = [total(before), total(after)]
  const [tokensBefore, tokensAfter] = [volume(before), volume(after)]
  // Without tokens before there is no old price: all of it is volume.
  const volumePicoUsd =
    tokensBefore === 0n
      ? toPicoUsd - fromPicoUsd
      : ((tokensAfter - tokensBefore) * fromPicoUsd) / tokensBefore
  if (tokensBefore === 0n) {
    return { fromPicoUsd, toPicoUsd, volumePicoUsd, mixPicoUsd: 0n, pricePicoUsd: 0n }
  }
  const old = new Map(before.map((item) => [item.key, item]))
  // What the new tokens would have cost at old prices.
  const atOldPrices = after.reduce((sum, item) => {
    const was = old.get(item.key)
    const wasTokens = was === undefined ? 0n : tokensOf(was)
    if (was === undefined || wasTokens === 0n) return sum + item.costPicoUsd
    return sum + (tokensOf(item) * was.costPicoUsd) / wasTokens
  }, 0n)
  const mixPicoUsd = atOldPrices - fromPicoUsd - volumePicoUsd
  return {
    fromPicoUsd,
    toPicoUsd,
    volumePicoUsd,
    mixPicoUsd,
    pricePicoUsd: toPicoUsd - atOldPrices,
  }
}
