import * as z from 'zod'
import { consistencyProof, inclusionProof } from '../../encoding/merkle.ts'
import { checkpointText, formatNote, toBase64 } from '../../encoding/signed-note.ts'
import { formatProof } from '../../encoding/tlog-proof.ts'
import { auditKeyOf, originOf, type AuditKey } from '../audit-key.ts'
import type { Env } from '../env.ts'
import { growTree, rootAt, withTree } from './audit-tree.ts'
import { watermark } from './ledger.ts'

/** A signed head of a tenant's log. */
export type StoredCheckpoint = { readonly size: number; readonly note: string }

const Row = z.object({ size: z.int().positive(), note: z.string() })

/** The last checkpoint; undefined if there is none. */
export async function lastCheckpoint(
  env: Env,
  tenant: string,
): Promise<StoredCheckpoint | undefined> {
  const row = await env.DB.prepare(
    'SELECT size, note FROM checkpoint WHERE tenant = ?1 ORDER BY size DESC LIMIT 1',
  )
    .bind(tenant)
    .first()
  return row === null ? undefined : Row.parse(row)
}

/** A checkpoint of all that is in D1 now; undefined if there is nothing, or no key to sign it with. */
export async function makeCheckpoint(
  env: Env,
  tenant: string,
  nowMs: number,
): Promise<StoredCheckpoint | undefined> {
  const key = await auditKeyOf(env)
  const size = await watermark(env, tenant)
  if (key === undefined || size === 0) return undefined
  const last = await lastCheckpoint(env, tenant)
  if (last?.size === size) return last
  await growTree(env, tenant, size)
  const root = await rootAt(env, tenant, size)
  const note = await signed(env, tenant, key, size, root)
  await env.DB.prepare(
    `INSERT INTO checkpoint (tenant, size, root, note, created_ms) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING`,
  )
    .bind(tenant, size, toBase64(root), note, nowMs)
    .run()
  return { size, note }
}

async function signed(
  env: Env,
  tenant: string,
  key: AuditKey,
  size: number,
  root: Uint8Array,
): Promise<string> {
  const origin = originOf(env, tenant)
  const text = checkpointText({ origin, size, root })
  return formatNote(text, origin, key.publicKey, await key.sign(text))
}

/** Proofs that entries are in the log of the last checkpoint that covers them, in the order asked for. */
export async function proofsOf(
  env: Env,
  tenant: string,
  seqs: readonly number[],
  nowMs: number,
): Promise<string[] | undefined> {
  const last = await lastCheckpoint(env, tenant)
  const covers = last !== undefined && seqs.every((seq) => seq <= last.size)
  const checkpoint = covers ? last : await makeCheckpoint(env, tenant, nowMs)
  if (checkpoint === undefined || seqs.some((seq) => seq > checkpoint.size)) return undefined
  const { size, note } = checkpoint
  return await Promise.all(
    seqs.map(async (seq) => {
      const hashes = await withTree(env, tenant, (subtrees) =>
        inclusionProof(seq - 1, size, subtrees),
      )
      return formatProof({ index: seq - 1, hashes, checkpoint: note })
    }),
  )
}

/**
 * Hashes, in base64, that show that the log of `to` entries begins with that of `from`.
 *
 * @throws RangeError if that cannot be: see `consistencyProof`.
 */
export async function consistencyOf(
  env: Env,
  tenant: string,
  from: number,
  to: number,
): Promise<string[]> {
  const hashes = await withTree(env, tenant, (subtrees) => consistencyProof(from, to, subtrees))
  return hashes.map(toBase64)
}
