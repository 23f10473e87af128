import { nodeHash, leafHash, type Digest, type Subtrees } from '../encoding/merkle.ts'

/** A journal as a log: the entry with sequence number n is leaf n − 1. */

/** Levels of the subtrees that are kept: of 256, 65,536 and 16,777,216 leaves. */
export const KEPT_LEVELS = [8, 16, 24] as const
/** Between two kept levels, and between the leaves and the first. */
const STEP = 8
/** Leaves of the smallest subtree that is kept, and subtrees of one level in one of the next. */
export const FAN = 2 ** STEP

/** Leaf of an entry: its chained hash, which covers the body and every entry before. */
export const leafOf = (entryHash: string): Digest => leafHash(Buffer.from(entryHash, 'hex'))

/** Consecutive rows that a subtree is computed from. Level 0 is the entries themselves. */
export type RowRange = { readonly level: number; readonly first: number; readonly count: number }

const baseOf = (level: number): number =>
  Math.min(Math.floor(level / STEP) * STEP, KEPT_LEVELS[KEPT_LEVELS.length - 1] ?? 0)

/** Which rows a subtree is made of. */
function rowsOf(level: number, index: number): RowRange {
  const base = baseOf(level)
  const count = 2 ** (level - base)
  return { level: base, first: index * count, count }
}

/** Runs a computation over a tree without having it, to learn which rows it will need. */
export function rowsNeededBy(compute: (subtrees: Subtrees) => unknown): RowRange[] {
  const needed = new Map<string, RowRange>()
  const nothing = new Uint8Array(32)
  compute((level, index) => {
    const range = rowsOf(level, index)
    needed.set(`${range.level} ${range.first} ${range.count}`, range)
    return nothing
  })
  return [...needed.values()]
}

/**
 * Subtrees computed from rows that have been fetched.
 *
 * @throws RangeError if a row is asked for that was not fetched, or does not exist: the log is not whole.
 */
export const subtreesFrom =
  (rowAt: (level: number, place: number) => Digest | undefined): Subtrees =>
  (level, index) => {
    const { level: base, first, count } = rowsOf(level, index)
    return foldRow(
      Array.from({ length: count }, (_, at) => {
        const hash = rowAt(base, first + at)
        if (hash !== undefined) return hash
        throw new RangeError(`the log has no row ${first + at} at level ${base}`)
      }),
    )
  }

/**
 * Root of a complete subtree from one row of its nodes, of which there are a power of two.
 *
 * @throws RangeError if there are none.
 */
export function foldRow(nodes: readonly Digest[]): Digest {
  let row = nodes
  while (row.length > 1) row = pairUp(row)
  const [root] = row
  if (root === undefined) throw new RangeError('a subtree has at least one leaf')
  return root
}

const pairUp = (row: readonly Digest[]): Digest[] =>
  Array.from({ length: row.length / 2 }, (_, at) =>
    nodeHash(row[2 * at] ?? new Uint8Array(), row[2 * at + 1] ?? new Uint8Array()),
  )
