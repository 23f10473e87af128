import { setTimeout } from 'node:timers/promises'
import { cpuUs } from './cpu.ts'
import { load, type Target } from './load.ts'
import { median } from './median.ts'

/** What a chunk of a stream costs over a bare pass-through, told from what a request costs by streams of two lengths. */

/** As scripts/bench/upstream.ts has them. */
const CHUNKS_MORE = 200
const SHORT_TOKENS = 200
const LONG_TOKENS = 2_000
const REQUESTS = 60
const WARM_UP = 400
const ROUNDS = 9
const CATCH_UP_MS = 3_000

export type Way = {
  readonly name: string
  readonly pid: number
  readonly target: Target
  /** A streamed request that allows so many tokens. */
  readonly body: (tokensMax: number) => string
}

export type ChunkFigures = {
  readonly name: string
  readonly chunkUs: number
  /** Until the first byte, one request at a time. */
  readonly firstMs: number
}

/** The first way is the one that the others are compared with. */
export async function measureChunks(ways: readonly Way[]): Promise<ChunkFigures[]> {
  const chunkUs = new Map<string, number[]>()
  const firstMs = new Map<string, number[]>()
  for (const { target, body } of ways) {
    await load(target, body(SHORT_TOKENS), WARM_UP, 8)
    await load(target, body(LONG_TOKENS), WARM_UP, 8)
  }
  await setTimeout(CATCH_UP_MS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) {
      const short = await cpuOf(way, SHORT_TOKENS)
      const long = await cpuOf(way, LONG_TOKENS)
      chunkUs.set(way.name, [...(chunkUs.get(way.name) ?? []), (long - short) / CHUNKS_MORE])
      const { firstMs: first } = await load(way.target, way.body(SHORT_TOKENS), REQUESTS / 2, 1)
      firstMs.set(way.name, [...(firstMs.get(way.name) ?? []), median(first)])
    }
  }
  return ways.map(({ name }) => ({
    name,
    chunkUs: median(chunkUs.get(name) ?? []),
    firstMs: median(firstMs.get(name) ?? []),
  }))
}

async function cpuOf({ pid, target, body }: Way, tokensMax: number): Promise<number> {
  const before = cpuUs(pid)
  await load(target, body(tokensMax), REQUESTS, 8)
  return (cpuUs(pid) - before) / REQUESTS
}
