import { GENESIS, link, type Link, type WrittenEntry } from '../../journal/chain.ts'
import type { StoredEntry } from '../../journal/entry.ts'
import { commonEndOf } from '../../journal/outbox.ts'

/** `seal` is the hash of the chain at some entries, from which the hashes after it are computed when they are asked for. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS segment (first_seq INTEGER PRIMARY KEY, bodies TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS seal (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL) STRICT;
`

/** Bytes of entries in one queue message; Queues take 128 KB each. */
const MESSAGE_BYTES = 120_000

/** Characters of entries in one row, which may have 2 MB; a character takes at most 3 bytes. */
const SEGMENT_CHARACTERS = 600_000

/** Of what stands before the entries, and of an entry's hash and number there. */
const HEAD_BYTES = 512
const HASH_BYTES = 72

/** Rows that one pruning takes away at most, so that no request waits long for it. */
const PRUNED_MAX = 1_000

type SegmentRow = { first_seq: number; bodies: string }

/** The entries of a journal, one row a transaction, and the hashes that link them. */
export class Segments {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
  }

  /** Stores entries that follow upon those that are there, in as few rows as hold them. */
  write(written: readonly WrittenEntry[]): void {
    let first = 0
    let length = 0
    for (const [at, { body }] of written.entries()) {
      if (length > 0 && length + body.length > SEGMENT_CHARACTERS) {
        this.#insert(written.slice(first, at))
        first = at
        length = 0
      }
      length += body.length
    }
    this.#insert(written.slice(first))
  }

  #insert(written: readonly WrittenEntry[]): void {
    const [start] = written
    if (start === undefined) return
    this.#sql.exec(
      'INSERT INTO segment (first_seq, bodies) VALUES (?, ?)',
      start.seq,
      written.map(({ body }) => body).join('\n'), // JSON text holds no line feed
    )
  }

  /** Entries from a sequence number on, a segment at a time; the first that are left if those have been pruned. */
  *written(fromSeq: number): Generator<WrittenEntry> {
    const rows = this.#sql.exec<SegmentRow>(
      `SELECT first_seq, bodies FROM segment
       WHERE first_seq >= COALESCE((SELECT MAX(first_seq) FROM segment WHERE first_seq <= ?), 1)
       ORDER BY first_seq`,
      fromSeq,
    )
    for (const { first_seq: first, bodies } of rows) {
      for (const [at, body] of bodies.split('\n').entries()) {
        if (first + at >= fromSeq) yield { seq: first + at, body }
      }
    }
  }

  /** Entries from a sequence number on, with their hashes. */
  *read(fromSeq: number): Generator<StoredEntry> {
    const from = this.#sealBefore(fromSeq)
    for (const entry of link(from, this.written(from.seq + 1))) {
      if (entry.seq >= fromSeq) yield entry
    }
  }

  /** The next entries for one queue message: as many as fit, at least one. `from` is the last one sent, if it is known. */
  nextMessage(afterSeq: number, from?: Link): StoredEntry[] {
    const entries: StoredEntry[] = []
    const ends = new Set<string>() // packed once each
    let bytes = HEAD_BYTES
    const known = from?.seq === afterSeq ? from : this.#sealBefore(afterSeq + 1)
    for (const entry of link(known, this.written(known.seq + 1))) {
      if (entry.seq <= afterSeq) continue
      const { body } = entry
      const at = commonEndOf(body)
      const end = body.slice(at)
      bytes += Buffer.byteLength(body.slice(0, at)) + HASH_BYTES
      if (!ends.has(end)) bytes += Buffer.byteLength(JSON.stringify(end))
      ends.add(end)
      if (entries.length > 0 && bytes > MESSAGE_BYTES) break
      entries.push(entry)
    }
    return entries
  }

  /** Remembers a computed hash, so that what comes after it can be read without starting from the first entry. */
  seal({ seq, hash }: Link): void {
    this.#sql.exec('INSERT INTO seal (seq, hash) VALUES (?, ?) ON CONFLICT DO NOTHING', seq, hash)
  }

  /** The hash of the last entry. */
  headHash(): string {
    const from = this.#sealBefore(Number.MAX_SAFE_INTEGER)
    let { hash } = from
    for (const entry of link(from, this.written(from.seq + 1))) hash = entry.hash
    return hash
  }

  #sealBefore(seq: number): Link {
    const [before] = this.#sql
      .exec<Link>('SELECT seq, hash FROM seal WHERE seq < ? ORDER BY seq DESC LIMIT 1', seq)
      .toArray()
    if (before !== undefined) return before
    if (this.#isWhole()) return GENESIS
    const [first] = this.#sql
      .exec<Link>('SELECT seq, hash FROM seal ORDER BY seq LIMIT 1')
      .toArray()
    return first ?? GENESIS
  }

  #isWhole(): boolean {
    const rows = this.#sql.exec<{ first: number | null }>(
      'SELECT MIN(first_seq) AS first FROM segment',
    )
    return (rows.toArray()[0]?.first ?? 1) === 1
  }

  /**
   * Takes away rows whose entries are all numbered up to `throughSeq` and written before a time, the oldest first, and
   * leaves a seal at their end, from which the chain goes on. A call takes away a bounded number of them; it answers how many.
   */
  prune(throughSeq: number, beforeMs: number): number {
    const rows = this.#sql
      .exec<{ first: number; at_ms: number | null }>(
        `SELECT first_seq AS first, CAST(substr(bodies, instr(bodies, '"atMs":') + 7, 13) AS INTEGER) AS at_ms
         FROM segment WHERE first_seq <= ? ORDER BY first_seq LIMIT ?`,
        throughSeq + 1,
        PRUNED_MAX + 1,
      )
      .toArray()
    let cut = 0
    let count = 0
    for (const [at, row] of rows.entries()) {
      const next = rows[at + 1]?.first
      if (next === undefined || next - 1 > throughSeq || (row.at_ms ?? beforeMs) >= beforeMs) break
      cut = next - 1
      count++
    }
    if (count === 0) return 0
    const [last] = this.read(cut)
    if (last === undefined) return 0
    this.seal(last)
    this.#sql.exec('DELETE FROM segment WHERE first_seq <= ?', cut)
    this.#sql.exec('DELETE FROM seal WHERE seq < ?', cut)
    return count
  }
}
