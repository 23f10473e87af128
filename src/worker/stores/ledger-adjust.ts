import * as z from 'zod'
import { CloseEntry } from '../../journal/entry.ts'
import { openEntry } from '../../ledger/chain.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** Numbers of the entries that D1 holds of a batch. */
export async function bookedBefore(
  env: Database,
  tenant: string,
  batch: string,
): Promise<readonly number[]> {
  const { results } = await env.DB.prepare(
    'SELECT seq FROM journal_entry WHERE tenant = ?1 AND decision = ?2 ORDER BY seq',
  )
    .bind(tenant, batch)
    .all()
  return results.map((row) => z.object({ seq: z.int() }).parse(row).seq)
}

/** The closing entries with these numbers, as the journal wrote them. */
export async function closingEntries(
  env: Database,
  tenant: string,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, CloseEntry>> {
  const { results } = await env.DB.prepare(
    `SELECT seq, prev_hash AS prevHash, hash, body FROM journal_entry
     WHERE tenant = ?1 AND seq IN (SELECT value FROM json_each(?2))`,
  )
    .bind(tenant, JSON.stringify(seqs))
    .all<{ seq: number; prevHash: string; hash: string; body: string }>()
  const entries = results.flatMap((row) => {
    const opened = openEntry(row)
    const closing = CloseEntry.safeParse(opened.ok ? opened.value : undefined)
    return closing.success ? [[row.seq, closing.data] as const] : []
  })
  return new Map(entries)
}
