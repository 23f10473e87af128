import { createHash } from 'node:crypto'

/** 32 bytes of SHA-256. */
export type Digest = Uint8Array

const LEAF = new Uint8Array([0])
const NODE = new Uint8Array([1])

const sha256 = (...parts: readonly Uint8Array[]): Digest => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** RFC 6962, section 2.1: a leaf and an inner node can never have the same hash. */
export const leafHash = (data: Uint8Array): Digest => sha256(LEAF, data)
export const nodeHash = (left: Digest, right: Digest): Digest => sha256(NODE, left, right)

/**
 * The hash of a complete subtree of a log: of its leaves from `index` × 2^`level` on, 2^`level` of them. A tree of any size is
 * made of complete ones, so a log needs to keep nothing else.
 */
export type Subtrees = (level: number, index: number) => Digest

/** Root of the first `size` leaves. */
export const treeRoot = (size: number, subtrees: Subtrees): Digest =>
  size === 0 ? sha256() : rangeRoot(0, size, subtrees)

/**
 * Hashes that lead from a leaf to the root of the first `size` leaves, nearest first.
 *
 * @throws RangeError if there is no such leaf.
 */
export function inclusionProof(index: number, size: number, subtrees: Subtrees): Digest[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  }
  const proof: Digest[] = []
  let begin = 0
  let end = size
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin)
    if (index < middle) {
      proof.push(rangeRoot(middle, end, subtrees))
      end = middle
    } else {
      proof.push(rangeRoot(begin, middle, subtrees))
      begin = middle
    }
  }
  return proof.toReversed()
}

/**
 * Hashes that show that the first `from` leaves of a tree of `to` are the whole tree of that size (RFC 6962, section 2.1.2).
 *
 * @throws RangeError unless 1 ≤ from ≤ to.
 */
export function consistencyProof(from: number, to: number, subtrees: Subtrees): Digest[] {
  if (from < 1 || from > to) throw new RangeError(`a tree of ${to} leaves never had ${from}`)
  const proof: Digest[] = []
  let begin = 0
  let end = to
  let left = from
  let isWhole = true
  while (left !== end - begin) {
    const middle = begin + splitOf(end - begin)
    if (left <= middle - begin) {
      proof.push(rangeRoot(middle, end, subtrees))
      end = middle
    } else {
      proof.push(rangeRoot(begin, middle, subtrees))
      left -= middle - begin
      begin = middle
      isWhole = false
    }
  }
  if (!isWhole) proof.push(rangeRoot(begin, end, subtrees))
  return proof.toReversed()
}

/** Whether a leaf's hash stands at `index` in the tree of `size` leaves that has this root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leaf: Digest,
  index: number,
  size: number,
  proof: readonly Digest[],
  root: Digest,
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else hash = nodeHash(hash, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 && isEqual(hash, root)
}

/** Whether the tree of `to` leaves begins with the tree of `from` leaves (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  from: number,
  to: number,
  oldRoot: Digest,
  newRoot: Digest,
  proof: readonly Digest[],
): boolean {
  if (from < 1 || from > to) return false
  if (from === to) return proof.length === 0 && isEqual(oldRoot, newRoot)
  const path = isPowerOfTwo(from) ? [oldRoot, ...proof] : [...proof]
  const [first, ...others] = path
  if (first === undefined) return false
  let node = from - 1
  let last = to - 1
  while (node % 2 === 1) {
    node = half(node)
    last = half(last)
  }
  let old = first
  let now = first
  for (const sibling of others) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      old = nodeHash(sibling, old)
      now = nodeHash(sibling, now)
      while (node % 2 === 0 && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else now = nodeHash(now, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 && isEqual(old, oldRoot) && isEqual(now, newRoot)
}

/** Root of the leaves from `begin` to `end`, where `begin` is a multiple of the largest complete subtree in it. */
function rangeRoot(begin: number, end: number, subtrees: Subtrees): Digest {
  const size = end - begin
  if (isPowerOfTwo(size)) {
    const level = Math.round(Math.log2(size))
    return subtrees(level, begin / size)
  }
  const middle = begin + splitOf(size)
  return nodeHash(rangeRoot(begin, middle, subtrees), rangeRoot(middle, end, subtrees))
}

/** The largest power of two that is smaller than `size`. */
function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

/** Trees may outgrow 32 bits, so no shifts. */
const half = (number: number): number => Math.floor(number / 2)

const isPowerOfTwo = (size: number): boolean => size === 1 || splitOf(size) * 2 === size

const isEqual = (a: Digest, b: Digest): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])
