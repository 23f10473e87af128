import * as z from 'zod'
import { GENESIS_HASH, type StoredEntry } from '../../journal/entry.ts'
import { headOf, openEntry } from '../../ledger/chain.ts'
import { POSTING_COLUMNS, type Posting } from '../../ledger/postings.ts'
import type { Env } from '../env.ts'
import {
  appendRun,
  insertAny,
  type BadEntry,
  type Inserted,
  type OpenedEntry,
} from './ledger-insert.ts'

type Database = Pick<Env, 'DB'>

/** D1 takes parameters of at most 2 MB; a character takes at most 3 bytes. */
const CHUNK_CHARACTERS_MAX = 600_000

/** Whether the entries are known to be, to the last byte, what their journal wrote; else each one's hash is computed. */
export type Origin = 'intact' | 'unknown'

/** Adds entries to the ledger, in any order and as often as they come: what is there already stays as it is. */
export async function insertEntries(
  env: Database,
  tenant: string,
  entries: readonly StoredEntry[],
  nowMs: number,
  origin: Origin = 'unknown',
): Promise<Inserted> {
  let inserted: Inserted = { throughSeq: 0, conflicts: [] }
  for (const chunk of chunks(distinct(entries))) {
    inserted = await insertChunk(env, tenant, chunk, nowMs, origin)
  }
  return inserted
}

/** In order, and each entry once: the queue may deliver a message twice in one batch. */
function distinct(entries: readonly StoredEntry[]): StoredEntry[] {
  const ordered = entries.toSorted((a, b) => a.seq - b.seq)
  return ordered.filter((entry, at) => {
    const before = ordered[at - 1]
    return before?.seq !== entry.seq || before.hash !== entry.hash || before.body !== entry.body
  })
}

function chunks(entries: readonly StoredEntry[]): StoredEntry[][] {
  const all: StoredEntry[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    size += entry.body.length
    if (size > CHUNK_CHARACTERS_MAX) {
      all.push([])
      size = entry.body.length
    }
    all.at(-1)?.push(entry)
  }
  return all
}

async function insertChunk(
  env: Database,
  tenant: string,
  entries: readonly StoredEntry[],
  nowMs: number,
  origin: Origin,
): Promise<Inserted> {
  const good: OpenedEntry[] = []
  const bad: BadEntry[] = []
  for (const entry of entries) {
    const head = origin === 'intact' ? headOf(entry) : undefined
    if (head !== undefined) {
      good.push({ entry, head })
      continue
    }
    const opened = openEntry(entry)
    if (opened.ok) good.push({ entry, head: { attempt: null, ...opened.value } })
    else bad.push({ entry, problem: opened.error })
  }
  const appended = bad.length === 0 && isRun(entries) && (await appendRun(env, tenant, good))
  return appended || (await insertAny(env, tenant, good, bad, nowMs))
}

/** Whether each entry follows upon the one before, in number and in hash. */
const isRun = (entries: readonly StoredEntry[]): boolean =>
  entries.every(({ seq, prevHash }, at) => {
    const before = entries[at - 1]
    return before === undefined || (seq === before.seq + 1 && prevHash === before.hash)
  })

/** Up to where the ledger is complete; 0 if nothing has come. */
export async function watermark(env: Database, tenant: string): Promise<number> {
  const seq = await env.DB.prepare('SELECT through_seq FROM watermark WHERE tenant = ?1')
    .bind(tenant)
    .first('through_seq')
  return z.int().nullable().parse(seq) ?? 0
}

const EntryRow = z.object({
  seq: z.int(),
  prev_hash: z.string(),
  hash: z.string(),
  body: z.string(),
})

const toEntry = (row: unknown): StoredEntry => {
  const { prev_hash: prevHash, ...rest } = EntryRow.parse(row)
  return { ...rest, prevHash }
}

/** Entries after a sequence number, in order. */
export async function entriesAfter(
  env: Database,
  tenant: string,
  seq: number,
  limit: number,
): Promise<StoredEntry[]> {
  const { results } = await env.DB.prepare(
    'SELECT seq, prev_hash, hash, body FROM journal_entry WHERE tenant = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3',
  )
    .bind(tenant, seq, limit)
    .all()
  return results.map(toEntry)
}

/** All entries of one decision, in order: what remains of it when the journal has forgotten its rows. */
export async function entriesOfDecision(
  env: Database,
  tenant: string,
  decision: string,
): Promise<StoredEntry[]> {
  const { results } = await env.DB.prepare(
    'SELECT seq, prev_hash, hash, body FROM journal_entry WHERE tenant = ?1 AND decision = ?2 ORDER BY seq',
  )
    .bind(tenant, decision)
    .all()
  return results.map(toEntry)
}

/** Postings after a sequence number, in order; of one calendar month (`2026-11`), or of all. */
export async function postingsAfter(
  env: Database,
  tenant: string,
  range: { readonly after: number; readonly through?: number; readonly period?: string },
  limit: number,
): Promise<Posting[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${POSTING_COLUMNS.join(', ')} FROM posting
     WHERE tenant = ?1 AND seq > ?2 AND seq <= ?3 ${range.period === undefined ? '' : 'AND period = ?5'}
     ORDER BY seq LIMIT ?4`,
  )
    .bind(
      tenant,
      range.after,
      range.through ?? Number.MAX_SAFE_INTEGER,
      limit,
      ...(range.period === undefined ? [] : [range.period]),
    )
    .all<Posting>()
  return results
}

const Counts = z.object({
  min: z.int().nullable(),
  max: z.int().nullable(),
  count: z.int(),
  last_hash: z.string().nullable(),
  beyond: z.int(),
  conflicts: z.int(),
  micro: z.string(),
  rest: z.string(),
})

/** D1's side of the books up to a sequence number, for `verifyLedger`. */
export async function ledgerFacts(
  env: Database,
  tenant: string,
  throughSeq: number,
): Promise<{
  min: number
  max: number
  count: number
  lastHash: string
  sumCostPicoUsd: bigint
  conflicts: number
  /** Highest sequence number there is, also past `throughSeq`. */
  highest: number
}> {
  const row = await env.DB.prepare(
    `SELECT e.min, e.max, e.count, p.micro, p.rest,
       (SELECT hash FROM journal_entry WHERE tenant = ?1 AND seq = e.max) AS last_hash,
       (SELECT COALESCE(MAX(seq), 0) FROM journal_entry WHERE tenant = ?1) AS beyond,
       (SELECT COUNT(*) FROM conflict WHERE tenant = ?1) AS conflicts
     FROM
       (SELECT MIN(seq) AS min, MAX(seq) AS max, COUNT(*) AS count
        FROM journal_entry WHERE tenant = ?1 AND seq <= ?2) e,
       (SELECT CAST(COALESCE(SUM(CAST(cost_pico AS INTEGER) / 1000000), 0) AS TEXT) AS micro,
               CAST(COALESCE(SUM(CAST(cost_pico AS INTEGER) % 1000000), 0) AS TEXT) AS rest
        FROM posting WHERE tenant = ?1 AND seq <= ?2) p`,
  )
    .bind(tenant, throughSeq)
    .first()
  const counts = Counts.parse(row)
  return {
    min: counts.min ?? 0,
    max: counts.max ?? 0,
    count: counts.count,
    lastHash: counts.last_hash ?? GENESIS_HASH,
    sumCostPicoUsd: BigInt(counts.micro) * 1_000_000n + BigInt(counts.rest),
    conflicts: counts.conflicts,
    highest: counts.beyond,
  }
}
