import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  nodeHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  type Digest,
  type Subtrees,
} from '../../src/encoding/merkle.ts'

/** The leaves and roots that implementations of RFC 6962 have tested with from the first one on (certificate-transparency-go, merkletree). */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Subtrees of a log that is kept whole. */
function logOf(leaves: readonly Digest[]): Subtrees {
  const subtrees = (level: number, index: number): Digest => {
    if (level > 0)
      return nodeHash(subtrees(level - 1, index * 2), subtrees(level - 1, index * 2 + 1))
    const leaf = leaves[index]
    if (leaf === undefined) throw new RangeError(`leaf ${index} was asked for`)
    return leaf
  }
  return subtrees
}

const VECTORS = LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex')))

test.each(ROOTS.map((root, size) => [size, root] as const))(
  'the tree of the first %d known leaves has the known root',
  (size, root) => {
    expect(hex(treeRoot(size, logOf(VECTORS)))).toBe(root)
  },
)

test('the proofs of RFC 6962, section 2.1.3', () => {
  const log = logOf(VECTORS.slice(0, 7))
  const [a, b, c, d, , f] = VECTORS
  if (a === undefined || b === undefined || c === undefined || d === undefined || f === undefined)
    throw new Error()
  const g = nodeHash(a, b)
  const h = nodeHash(c, d)
  const i = log(1, 2)
  const j = log(0, 6)
  const k = nodeHash(g, h)
  const l = nodeHash(i, j)
  expect(inclusionProof(0, 7, log)).toEqual([b, h, l])
  expect(inclusionProof(3, 7, log)).toEqual([c, g, l])
  expect(inclusionProof(4, 7, log)).toEqual([f, j, k])
  expect(inclusionProof(6, 7, log)).toEqual([i, k])
  expect(consistencyProof(3, 7, log)).toEqual([c, d, g, l])
  expect(consistencyProof(4, 7, log)).toEqual([l])
  expect(consistencyProof(6, 7, log)).toEqual([i, j, k])
})

const leavesOf = (size: number): Digest[] =>
  Array.from({ length: size }, (_, at) => leafHash(Buffer.from(String(at))))

test('every leaf of every tree up to 40 has a proof, and no other leaf or place has it', () => {
  for (let size = 1; size <= 40; size++) {
    const leaves = leavesOf(size)
    const root = treeRoot(size, logOf(leaves))
    for (const [index, leaf] of leaves.entries()) {
      const proof = inclusionProof(index, size, logOf(leaves))
      expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true)
      expect(verifyInclusion(leafHash(Buffer.from('x')), index, size, proof, root)).toBe(false)
      expect(verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toBe(size === 1)
      expect(verifyInclusion(leaf, index, size, [...proof, leaf], root)).toBe(false)
      if (proof.length > 0)
        expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(false)
    }
    expect(() => inclusionProof(size, size, logOf(leaves))).toThrow(RangeError)
  }
})

test('every tree up to 40 is consistent with all before it, and with nothing that was changed, removed or forked', () => {
  for (let to = 1; to <= 40; to++) {
    const leaves = leavesOf(to)
    const newRoot = treeRoot(to, logOf(leaves))
    for (let from = 1; from <= to; from++) {
      const proof = consistencyProof(from, to, logOf(leaves))
      const oldRoot = treeRoot(from, logOf(leaves))
      expect(verifyConsistency(from, to, oldRoot, newRoot, proof)).toBe(true)
      const forked = leaves.with(from - 1, leafHash(Buffer.from('forked')))
      expect(verifyConsistency(from, to, treeRoot(from, logOf(forked)), newRoot, proof)).toBe(false)
      const removed = leaves.toSpliced(0, 1)
      if (from < to)
        expect(verifyConsistency(from, to, treeRoot(from, logOf(removed)), newRoot, proof)).toBe(
          false,
        )
    }
  }
})

test('a proof with one bit changed proves nothing', () => {
  const leaves = leavesOf(100)
  const log = logOf(leaves)
  const root = treeRoot(100, log)
  fc.assert(
    fc.property(fc.nat({ max: 99 }), fc.nat(), fc.nat({ max: 255 }), (index, where, bit) => {
      const proof = inclusionProof(index, 100, log)
      const at = where % proof.length
      const hash = proof[at]
      const leaf = leaves[index]
      if (hash === undefined || leaf === undefined) throw new Error()
      const broken = hash.with(bit >> 3, (hash[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
      expect(verifyInclusion(leaf, index, 100, proof.with(at, broken), root)).toBe(false)
    }),
  )
})

test('an empty tree has the hash of nothing', () => {
  expect(hex(treeRoot(0, logOf([])))).toBe(createHash('sha256').digest('hex'))
})
