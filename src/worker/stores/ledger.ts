import * as z from 'zod'
import { GENESIS_HASH, type EntryBody, type StoredEntry } from '../../journal/entry.ts'
import { openEntry } from '../../ledger/chain.ts'
import { POSTING_COLUMNS, postingOf, type Posting } from '../../ledger/postings.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** What D1 holds of a tenant after an insert. */
export type Inserted = {
  /** Highest sequence number up to which there is no gap and every entry is linked. */
  readonly throughSeq: number
  /** Sequence numbers in conflict: from the lowest on, nothing is applied. */
  readonly conflicts: readonly number[]
}

/** D1 takes parameters of at most 2 MB; half of it leaves room for the postings' own batch. */
const CHUNK_CHARACTERS_MAX = 500_000

/**
 * Adds entries to the ledger, in any order and as often as they come: what is there already stays as it is.
 *
 * One bound JSON parameter carries all rows, because D1 binds at most 100 parameters.
 */
export async function insertEntries(
  env: Database,
  tenant: string,
  entries: readonly StoredEntry[],
  nowMs: number,
): Promise<Inserted> {
  let inserted: Inserted = { throughSeq: 0, conflicts: [] }
  for (const chunk of chunks(entries)) inserted = await insertChunk(env, tenant, chunk, nowMs)
  return inserted
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
): Promise<Inserted> {
  const good: { entry: StoredEntry; body: EntryBody }[] = []
  const bad: unknown[][] = []
  for (const entry of entries) {
    const opened = openEntry(entry)
    if (opened.ok) good.push({ entry, body: opened.value })
    else bad.push([entry.seq, opened.error, entry.hash])
  }
  const rows = JSON.stringify(good.map(({ entry, body }) => entryRow(entry, body)))
  const postings = good.flatMap(({ entry, body }) => postingOf(body, entry) ?? [])
  const postingRows = JSON.stringify(
    postings.map((posting) => POSTING_COLUMNS.map((column) => posting[column])),
  )
  const seqs = entries.map(({ seq }) => seq)
  const results = await env.DB.batch([
    env.DB.prepare(SQL.startWatermark).bind(tenant, GENESIS_HASH),
    env.DB.prepare(SQL.recordBad).bind(tenant, JSON.stringify(bad), nowMs),
    env.DB.prepare(SQL.recordOther).bind(tenant, rows, nowMs),
    env.DB.prepare(SQL.insertEntries).bind(tenant, rows),
    env.DB.prepare(SQL.recordUnlinked).bind(
      tenant,
      Math.min(...seqs),
      Math.max(...seqs) + 1,
      GENESIS_HASH,
      nowMs,
    ),
    env.DB.prepare(SQL.insertPostings).bind(tenant, postingRows),
    env.DB.prepare(SQL.advance).bind(tenant),
    env.DB.prepare('SELECT through_seq FROM watermark WHERE tenant = ?1').bind(tenant),
    env.DB.prepare('SELECT seq FROM conflict WHERE tenant = ?1 ORDER BY seq').bind(tenant),
  ])
  const [mark] = results.at(-2)?.results ?? []
  return {
    throughSeq: WatermarkRow.parse(mark).through_seq,
    conflicts: (results.at(-1)?.results ?? []).map((row) => ConflictRow.parse(row).seq),
  }
}

const WatermarkRow = z.object({ through_seq: z.int() })
const ConflictRow = z.object({ seq: z.int() })

const entryRow = (entry: StoredEntry, body: EntryBody): unknown[] => [
  entry.seq,
  body.kind,
  body.decision,
  'attempt' in body ? body.attempt : null,
  body.atMs,
  entry.body,
  entry.prevHash,
  entry.hash,
]

const BEFORE_CONFLICT = `(SELECT COALESCE(MIN(seq), ${Number.MAX_SAFE_INTEGER}) FROM conflict WHERE tenant = ?1)`

/** CROSS JOIN keeps SQLite from scanning a tenant's whole ledger for each new row: it fixes the order of the loops. */
const SQL = {
  startWatermark: `INSERT INTO watermark (tenant, through_seq, hash) VALUES (?1, 0, ?2) ON CONFLICT DO NOTHING`,
  recordBad: `
    INSERT INTO conflict (tenant, seq, problem, hash, found_ms)
    SELECT ?1, value ->> 0, value ->> 1, value ->> 2, ?3 FROM json_each(?2) WHERE true
    ON CONFLICT DO NOTHING`,
  recordOther: `
    INSERT INTO conflict (tenant, seq, problem, hash, found_ms)
    SELECT ?1, n.value ->> 0, 'sequence', n.value ->> 7, ?3
    FROM json_each(?2) n CROSS JOIN journal_entry e ON e.tenant = ?1 AND e.seq = n.value ->> 0
    WHERE e.hash <> n.value ->> 7
    ON CONFLICT DO NOTHING`,
  insertEntries: `
    INSERT INTO journal_entry (tenant, seq, kind, decision, attempt, at_ms, body, prev_hash, hash)
    SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
    FROM json_each(?2) WHERE value ->> 0 < ${BEFORE_CONFLICT}
    ON CONFLICT DO NOTHING`,
  recordUnlinked: `
    INSERT INTO conflict (tenant, seq, problem, hash, found_ms)
    SELECT ?1, e.seq, 'link', e.hash, ?5
    FROM journal_entry e LEFT JOIN journal_entry p ON p.tenant = ?1 AND p.seq = e.seq - 1
    WHERE e.tenant = ?1 AND e.seq BETWEEN ?2 AND ?3
      AND e.prev_hash <> CASE e.seq WHEN 1 THEN ?4 ELSE COALESCE(p.hash, e.prev_hash) END
    ON CONFLICT DO NOTHING`,
  insertPostings: `
    INSERT INTO posting (tenant, ${POSTING_COLUMNS.join(', ')})
    SELECT ?1, ${POSTING_COLUMNS.map((_column, index) => `n.value ->> ${index}`).join(', ')}
    FROM json_each(?2) n CROSS JOIN journal_entry e
      ON e.tenant = ?1 AND e.seq = n.value ->> 0 AND e.hash = n.value ->> 1
    WHERE true
    ON CONFLICT DO NOTHING`,
  advance: `
    WITH RECURSIVE run (seq, hash) AS (
      SELECT through_seq, hash FROM watermark WHERE tenant = ?1
      UNION ALL
      SELECT e.seq, e.hash FROM run CROSS JOIN journal_entry e
        ON e.tenant = ?1 AND e.seq = run.seq + 1 AND e.prev_hash = run.hash
      WHERE e.seq < ${BEFORE_CONFLICT}
    )
    UPDATE watermark SET (through_seq, hash) = (SELECT seq, hash FROM run ORDER BY seq DESC LIMIT 1)
    WHERE tenant = ?1`,
}

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
