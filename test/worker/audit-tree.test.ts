import { beforeAll, expect, test } from 'vitest'
import {
  nodeHash,
  treeRoot,
  verifyConsistency,
  type Digest,
  type Subtrees,
} from '../../src/encoding/merkle.ts'
import { fromBase64, openCheckpoint, parseVerifierKey } from '../../src/encoding/signed-note.ts'
import { parseProof, verifyProof } from '../../src/encoding/tlog-proof.ts'
import { leafOf } from '../../src/ledger/audit-tree.ts'
import { auditKeyOf, verifierKeyOf } from '../../src/worker/audit-key.ts'
import type { Env } from '../../src/worker/env.ts'
import { growTree, rootAt } from '../../src/worker/stores/audit-tree.ts'
import { consistencyOf, makeCheckpoint, proofsOf } from '../../src/worker/stores/checkpoints.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { chain, refused } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const TENANT = 'audit'
const entries = chain(Array.from({ length: 700 }, () => refused()))
const leaves = entries.map(({ hash }) => leafOf(hash))
/** PKCS #8 of an Ed25519 key that was made for this test. */
const AUDIT_KEY = 'MC4CAQAwBQYDK2VwBCIEIBERERERERERERERERERERERERERERERERERERERERER'

let env: Env
beforeAll(async () => {
  env = { ...(await migratedEnv()), AUDIT_KEY, AUDIT_ORIGIN: 'test' }
})

const whole: Subtrees = (level, index) => {
  if (level > 0) return nodeHash(whole(level - 1, 2 * index), whole(level - 1, 2 * index + 1))
  const leaf = leaves[index]
  if (leaf === undefined) throw new RangeError('no such leaf')
  return leaf
}

async function keys() {
  const key = await auditKeyOf(env)
  const parsed = key === undefined ? undefined : parseVerifierKey(verifierKeyOf(env, TENANT, key))
  if (parsed === undefined) throw new Error('no key')
  return [parsed]
}

const rootOf = (note: string): Digest => fromBase64(note.split('\n')[2] ?? '')

test('the tree in D1 is the tree over all entries, at every size, and grows in any steps', async () => {
  await insertEntries(env, TENANT, entries.slice(0, 300), 1)
  expect(await rootAt(env, TENANT, 255)).toEqual(treeRoot(255, whole))
  for (const size of [256, 300]) {
    await growTree(env, TENANT, size)
    expect(await rootAt(env, TENANT, size)).toEqual(treeRoot(size, whole))
  }
  const first = await makeCheckpoint(env, TENANT, 1)
  await insertEntries(env, TENANT, entries.slice(300), 2)
  const second = await makeCheckpoint(env, TENANT, 2)
  expect([first?.size, second?.size]).toEqual([300, 700])
  expect(rootOf(second?.note ?? '')).toEqual(treeRoot(700, whole))
  const hashes = (await consistencyOf(env, TENANT, 300, 700)).map(fromBase64)
  expect(
    verifyConsistency(300, 700, rootOf(first?.note ?? ''), rootOf(second?.note ?? ''), hashes),
  ).toBe(true)
  const { results } = await env.DB.prepare(
    "SELECT level, place FROM audit_node WHERE tenant = 'audit'",
  ).all()
  expect(results).toEqual([
    { level: 8, place: 0 },
    { level: 8, place: 1 },
  ])
})

test('any entry has a proof that leads to the signed checkpoint', async () => {
  const seqs = [1, 2, 255, 256, 257, 512, 513, 699, 700]
  const proofs = await proofsOf(env, TENANT, seqs, 3)
  for (const [at, seq] of seqs.entries()) {
    const proof = parseProof(proofs?.[at] ?? '')
    const leaf = leaves[seq - 1]
    if (proof === undefined || leaf === undefined) throw new Error('no proof')
    expect(verifyProof(leaf, proof, await keys())).toMatchObject({
      ok: true,
      value: { size: 700, origin: 'test/journal/audit' },
    })
    expect(verifyProof(leafOf('00'.repeat(32)), proof, await keys()).ok).toBe(false)
  }
})

test('a checkpoint opens with the key of its tenant only', async () => {
  const checkpoint = await makeCheckpoint(env, TENANT, 4)
  const key = await auditKeyOf(env)
  if (key === undefined) throw new Error('no key')
  const other = parseVerifierKey(verifierKeyOf(env, 'other', key))
  expect(openCheckpoint(checkpoint?.note ?? '', await keys()).ok).toBe(true)
  expect(openCheckpoint(checkpoint?.note ?? '', other === undefined ? [] : [other]).ok).toBe(false)
})

test.each([
  'UPDATE audit_node SET hash = hash',
  'DELETE FROM audit_node',
  'DELETE FROM checkpoint',
  "UPDATE checkpoint SET note = 'other'",
  "UPDATE checkpoint SET root = 'other'",
])('%s is refused', async (statement) => {
  await makeCheckpoint(env, TENANT, 5)
  await growTree(env, TENANT, 700)
  await expect(env.DB.prepare(statement).run()).rejects.toThrow(/append-only|gains signatures/)
})

test('without a key nothing is signed, and no proof is made up', async () => {
  const { AUDIT_KEY: _unset, ...bare } = { AUDIT_KEY: '', ...env }
  await insertEntries(bare, 'unsigned', entries.slice(0, 3), 1)
  expect(await makeCheckpoint(bare, 'unsigned', 1)).toBeUndefined()
  expect(await proofsOf(bare, 'unsigned', [1], 1)).toBeUndefined()
})
