import type { Sums } from '../rollup.ts'
import { tokensOf } from './slice.ts'

export type UnitCost = {
  readonly key: string
  readonly requests: number
  readonly costPicoUsd: bigint
  /** Null without requests, or without tokens. */
  readonly per1000RequestsPicoUsd: bigint | null
  readonly perMillionTokensPicoUsd: bigint | null
  /** 95 of 100 attempts cost at most this: the upper end of a bucket of 5 %. Null without attempts. */
  readonly p95PicoUsd: bigint | null
}

/** Attempts by what they cost: bucket b holds those up to 1.05^b pico-dollars, bucket 0 those that cost nothing. */
export type CostBucket = {
  readonly key: string
  readonly bucket: number
  readonly attempts: number
}

export function unitCosts(
  lines: readonly (Sums & { readonly key: string })[],
  buckets: readonly CostBucket[],
): readonly UnitCost[] {
  return lines.map((line) => ({
    key: line.key,
    requests: line.requests,
    costPicoUsd: line.costPicoUsd,
    per1000RequestsPicoUsd:
      line.requests > 0 ? (line.costPicoUsd * 1000n) / BigInt(line.requests) : null,
    perMillionTokensPicoUsd:
      tokensOf(line) > 0n ? (line.costPicoUsd * 1_000_000n) / tokensOf(line) : null,
    p95PicoUsd: quantile(
      buckets.filter(({ key }) => key === line.key),
      0.95,
    ),
  }))
}

/** The upper end of the bucket in which a share of all attempts is reached. */
export function quantile(buckets: readonly CostBucket[], share: number): bigint | null {
  const ordered = buckets.toSorted((a, b) => a.bucket - b.bucket)
  const all = ordered.reduce((sum, { attempts }) => sum + attempts, 0)
  let reached = 0
  for (const { bucket, attempts } of ordered) {
    reached += attempts
    if (all > 0 && reached >= all * share)
      return bucket === 0 ? 0n : BigInt(Math.ceil(1.05 ** bucket))
  }
  return null
}
