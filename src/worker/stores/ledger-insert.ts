import * as z from 'zod'
import { GENESIS_HASH, type StoredEntry } from '../../journal/entry.ts'
import { commonEndOf } from '../../journal/outbox.ts'
import type { EntryHead } from '../../ledger/chain.ts'
import { POSTED_KINDS, POSTING_COLUMNS, POSTING_PATHS } from '../../ledger/postings.ts'
import type { Env } from '../env.ts'

/** The two ways by which entries come into D1: one for entries that continue the ledger, one for all others. */

type Database = Pick<Env, 'DB'>

/** An entry whose hash is right, and its head. */
export type OpenedEntry = { readonly entry: StoredEntry; readonly head: EntryHead }

/** An entry that cannot be what the journal wrote, and why. */
export type BadEntry = { readonly entry: StoredEntry; readonly problem: string }

/** What D1 holds of a tenant after an insert. */
export type Inserted = {
  /** Highest sequence number up to which there is no gap and every entry is linked. */
  readonly throughSeq: number
  /** Sequence numbers in conflict: from the lowest on, nothing is applied. */
  readonly conflicts: readonly number[]
}

/**
 * Appends entries that follow one upon the other, if they also follow upon the tenant's watermark and D1 holds nothing
 * past it. Whatever else is the case, and if another consumer was first, nothing is changed and the answer is undefined.
 */
export async function appendRun(
  env: Database,
  tenant: string,
  run: readonly OpenedEntry[],
): Promise<Inserted | undefined> {
  const first = run[0]?.entry
  const last = run.at(-1)?.entry
  if (first === undefined || last === undefined) return undefined
  const [advanced] = await env.DB.batch([
    env.DB.prepare(SQL.advanceTo).bind(tenant, first.seq, first.prevHash, last.seq, last.hash),
    env.DB.prepare(SQL.insertRun).bind(tenant, ...packed(run), last.seq, last.hash),
    env.DB.prepare(SQL.insertPostings).bind(tenant, closingSeqs(run)),
  ])
  return advanced?.results.length === 1 ? { throughSeq: last.seq, conflicts: [] } : undefined
}

/** Adds entries in any order and as often as they come, and records what contradicts what is there. */
export async function insertAny(
  env: Database,
  tenant: string,
  good: readonly OpenedEntry[],
  bad: readonly BadEntry[],
  nowMs: number,
): Promise<Inserted> {
  const rows = packed(good)
  const seqs = [...good, ...bad].map(({ entry }) => entry.seq)
  const badRows = bad.map(({ entry, problem }) => [entry.seq, problem, entry.hash])
  const results = await env.DB.batch([
    env.DB.prepare(SQL.startWatermark).bind(tenant, GENESIS_HASH),
    env.DB.prepare(SQL.recordBad).bind(tenant, JSON.stringify(badRows), nowMs),
    env.DB.prepare(SQL.recordOther).bind(tenant, ...rows, nowMs),
    env.DB.prepare(SQL.insertNew).bind(tenant, ...rows),
    env.DB.prepare(SQL.recordOther).bind(tenant, ...rows, nowMs), // two for one number came together
    env.DB.prepare(SQL.recordUnlinked).bind(
      tenant,
      Math.min(...seqs),
      Math.max(...seqs) + 1,
      GENESIS_HASH,
      nowMs,
    ),
    env.DB.prepare(SQL.insertPostings).bind(tenant, closingSeqs(good)),
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

/**
 * Rows of the CTE `entry` and the ends of their bodies, as JSON: one bound parameter carries all rows, because D1 binds
 * at most 100, and each end travels only once, because bytes are what an insert costs (18 instead of 27 µs an entry).
 */
function packed(entries: readonly OpenedEntry[]): [rows: string, ends: string] {
  const ends = new Map<string, number>()
  const rows = entries.map(({ entry, head }) => {
    const at = commonEndOf(entry.body)
    const end = entry.body.slice(at)
    const number = ends.get(end) ?? ends.size
    ends.set(end, number)
    return [
      entry.seq,
      head.kind,
      head.decision,
      head.attempt,
      head.atMs,
      entry.body.slice(0, at),
      number,
      entry.prevHash,
      entry.hash,
    ]
  })
  return [JSON.stringify(rows), JSON.stringify([...ends.keys()])]
}

const closingSeqs = (entries: readonly OpenedEntry[]): string =>
  JSON.stringify(entries.flatMap(({ head }) => (closes(head) ? [head.seq] : [])))

const closes = ({ kind }: EntryHead): boolean => kind !== 'reserve' && kind !== 'refuse'

/**
 * What `packed` makes, as a table. MATERIALIZED, or SQLite would write and parse a row's JSON again for each column.
 * CROSS JOIN keeps it from scanning the other table for each row: it fixes the order of the loops.
 */
const ENTRY = `
  "end" (number, text) AS MATERIALIZED (SELECT key, value FROM json_each(?3)),
  parsed (v) AS MATERIALIZED (SELECT jsonb(value) FROM json_each(?2)),
  entry (seq, kind, decision, attempt, at_ms, body, prev_hash, hash) AS (
    SELECT v ->> 0, v ->> 1, v ->> 2, v ->> 3, v ->> 4, v ->> 5 || "end".text, v ->> 7, v ->> 8
    FROM parsed CROSS JOIN "end" ON "end".number = v ->> 6
  )`

const INSERT_ENTRIES = `
  INSERT INTO journal_entry (tenant, seq, kind, decision, attempt, at_ms, body, prev_hash, hash)
  WITH ${ENTRY}
  SELECT ?1, seq, kind, decision, attempt, at_ms, body, prev_hash, hash FROM entry`

const BEFORE_CONFLICT = `(SELECT COALESCE(MIN(seq), ${Number.MAX_SAFE_INTEGER}) FROM conflict WHERE tenant = ?1)`

/** In its one spelling, as `postingOf` writes it. What may not fit into 64 bits stays as it is, for the table to check. */
const COST_PICO = `CASE WHEN length(body ->> 'costPicoUsd') < 19
  THEN CAST(CAST(body ->> 'costPicoUsd' AS INTEGER) AS TEXT) ELSE body ->> 'costPicoUsd' END`

/** Expressions over the CTE `part`: `facts` and `usage` are looked up once for all of their columns. */
const POSTING_VALUES = POSTING_COLUMNS.map((column) => {
  if (column === 'entry_hash') return 'entry_hash'
  if (column === 'cost_pico') return COST_PICO
  const [, part = 'body', name] =
    /^\$(?:\.(facts|usage))?\.(\w+)$/.exec(POSTING_PATHS[column]) ?? []
  return `${part} ->> '${name}'`
})

const SQL = {
  advanceTo: `
    UPDATE watermark SET through_seq = ?4, hash = ?5
    WHERE tenant = ?1 AND through_seq = ?2 - 1 AND hash = ?3
      AND NOT EXISTS (SELECT 1 FROM journal_entry WHERE tenant = ?1 AND seq >= ?2)
      AND NOT EXISTS (SELECT 1 FROM conflict WHERE tenant = ?1)
    RETURNING through_seq`,
  insertRun: `${INSERT_ENTRIES}
    WHERE EXISTS (SELECT 1 FROM watermark WHERE tenant = ?1 AND through_seq = ?4 AND hash = ?5)
    ON CONFLICT DO NOTHING`,
  startWatermark: `INSERT INTO watermark (tenant, through_seq, hash) VALUES (?1, 0, ?2) ON CONFLICT DO NOTHING`,
  recordBad: `
    INSERT INTO conflict (tenant, seq, problem, hash, found_ms)
    SELECT ?1, value ->> 0, value ->> 1, value ->> 2, ?3 FROM json_each(?2) WHERE true
    ON CONFLICT DO NOTHING`,
  recordOther: `
    INSERT INTO conflict (tenant, seq, problem, hash, found_ms)
    WITH ${ENTRY}
    SELECT ?1, entry.seq, 'sequence', entry.hash, ?4
    FROM entry CROSS JOIN journal_entry e ON e.tenant = ?1 AND e.seq = entry.seq
    WHERE e.hash <> entry.hash
    ON CONFLICT DO NOTHING`,
  insertNew: `${INSERT_ENTRIES} WHERE seq < ${BEFORE_CONFLICT} ON CONFLICT DO NOTHING`,
  recordUnlinked: `
    INSERT INTO conflict (tenant, seq, problem, hash, found_ms)
    SELECT ?1, e.seq, 'link', e.hash, ?5
    FROM journal_entry e LEFT JOIN journal_entry p ON p.tenant = ?1 AND p.seq = e.seq - 1
    WHERE e.tenant = ?1 AND e.seq BETWEEN ?2 AND ?3
      AND e.prev_hash <> CASE e.seq WHEN 1 THEN ?4 ELSE COALESCE(p.hash, e.prev_hash) END
    ON CONFLICT DO NOTHING`,
  /** From what is stored: an entry that was not inserted has no posting. */
  insertPostings: `
    INSERT INTO posting (tenant, ${POSTING_COLUMNS.join(', ')})
    WITH
      closing (body, entry_hash) AS MATERIALIZED (
        SELECT jsonb(body), hash FROM journal_entry
        WHERE tenant = ?1 AND seq IN (SELECT value FROM json_each(?2))
          AND kind IN (${POSTED_KINDS.map((kind) => `'${kind}'`).join(', ')})
      ),
      part (body, facts, usage, entry_hash) AS MATERIALIZED (
        SELECT body, jsonb_extract(body, '$.facts'), jsonb_extract(body, '$.usage'), entry_hash FROM closing
      )
    SELECT ?1, ${POSTING_VALUES.join(', ')} FROM part WHERE true
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
