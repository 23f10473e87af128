import type { StoredEntry } from '../../journal/entry.ts'
import {
  balanceKey,
  emptyState,
  type JournalState,
  type Reservation,
  type Transition,
} from '../../journal/state.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY, decision TEXT NOT NULL, body TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_decision ON entry (decision);
  CREATE TABLE IF NOT EXISTS reservation (attempt TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS balance (node TEXT PRIMARY KEY, posted TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/** Bytes of entries in one queue message; Queues take 128 KB each. */
const MESSAGE_BYTES = 96_000

export type Counter = 'drained' | 'acknowledged' | 'tenant'

/** The journal's tables: entries, what is open, and the totals, in the object's own SQLite. */
export class JournalStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
  }

  load(): JournalState {
    const state = emptyState()
    const last = this.#sql
      .exec<{ seq: number; hash: string }>('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1')
      .toArray()[0]
    if (last !== undefined) {
      state.head = last.seq
      state.headHash = last.hash
    }
    for (const row of this.#sql.exec<{ node: string; posted: string }>('SELECT * FROM balance')) {
      if (row.node === TOTAL) state.posted = BigInt(row.posted)
      else state.balances.set(row.node, { posted: BigInt(row.posted), held: 0n })
    }
    for (const { row } of this.#sql.exec<{ row: string }>('SELECT row FROM reservation')) {
      restore(state, parseReservation(row))
    }
    return state
  }

  /** Writes entries and what they changed. Call it inside one transaction with the `append` that made them. */
  write(state: JournalState, written: readonly Written[]): void {
    const posted = new Set<string>()
    for (const { entry, transition } of written) {
      this.#sql.exec(
        'INSERT INTO entry (seq, decision, body, prev_hash, hash) VALUES (?, ?, ?, ?, ?)',
        entry.seq,
        transition.decision,
        entry.body,
        entry.prevHash,
        entry.hash,
      )
      this.#writeReservation(transition, entry)
      if (transition.postedDelta === 0n) continue
      for (const node of transition.nodes) posted.add(balanceKey(transition.period, node))
    }
    if (posted.size === 0) return
    for (const node of posted) this.#writeBalance(node, state.balances.get(node)?.posted ?? 0n)
    this.#writeBalance(TOTAL, state.posted)
  }

  #writeReservation({ opens, closes, kind }: Transition, { seq, hash }: StoredEntry): void {
    if (opens !== undefined) this.#putReservation({ ...opens, seq, hash })
    if (closes === undefined) return
    if (kind === 'expire') this.#putReservation(closes)
    else this.forget(closes.attempt)
  }

  #putReservation(reservation: Reservation): void {
    const row = JSON.stringify({ ...reservation, heldPicoUsd: String(reservation.heldPicoUsd) })
    this.#sql.exec(
      'INSERT INTO reservation (attempt, row) VALUES (?1, ?2) ON CONFLICT (attempt) DO UPDATE SET row = ?2',
      reservation.attempt,
      row,
    )
  }

  forget(attempt: string): void {
    this.#sql.exec('DELETE FROM reservation WHERE attempt = ?', attempt)
  }

  #writeBalance(node: string, posted: bigint): void {
    this.#sql.exec(
      'INSERT INTO balance (node, posted) VALUES (?1, ?2) ON CONFLICT (node) DO UPDATE SET posted = ?2',
      node,
      String(posted),
    )
  }

  counter(name: Counter): string | undefined {
    const rows = this.#sql.exec<{ value: string }>('SELECT value FROM counter WHERE name = ?', name)
    return rows.toArray()[0]?.value
  }

  setCounter(name: Counter, value: string): void {
    this.#sql.exec(
      'INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2',
      name,
      value,
    )
  }

  entriesFrom(seq: number, limit: number): StoredEntry[] {
    return this.#sql
      .exec<EntryRow>('SELECT * FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?', seq, limit)
      .toArray()
      .map(toEntry)
  }

  entriesOf(decision: string): StoredEntry[] {
    return this.#sql
      .exec<EntryRow>('SELECT * FROM entry WHERE decision = ? ORDER BY seq', decision)
      .toArray()
      .map(toEntry)
  }

  /** The next entries for one queue message: as many as fit, at least one. */
  nextMessage(afterSeq: number): StoredEntry[] {
    const entries: StoredEntry[] = []
    let bytes = 0
    for (const entry of this.entriesFrom(afterSeq + 1, 100)) {
      bytes += entry.body.length * 2 + 200 // non-ASCII text may grow in UTF-8
      if (entries.length > 0 && bytes > MESSAGE_BYTES) break
      entries.push(entry)
    }
    return entries
  }
}

export type Written = { readonly entry: StoredEntry; readonly transition: Transition }

const TOTAL = 'total'

type EntryRow = {
  seq: number
  decision: string
  body: string
  prev_hash: string
  hash: string
}

const toEntry = ({ seq, prev_hash: prevHash, hash, body }: EntryRow): StoredEntry => ({
  seq,
  prevHash,
  hash,
  body,
})

type ReservationRow = Omit<Reservation, 'heldPicoUsd'> & { readonly heldPicoUsd: string }

function parseReservation(row: string): Reservation {
  const parsed: ReservationRow = JSON.parse(row)
  return { ...parsed, heldPicoUsd: BigInt(parsed.heldPicoUsd) }
}

/** Holds the money of an open reservation again, as it was before the object was evicted. */
function restore(state: JournalState, reservation: Reservation): void {
  state.reservations.set(reservation.attempt, reservation)
  if (reservation.state !== 'open') return
  const { key } = reservation
  state.concurrency.set(key, (state.concurrency.get(key) ?? 0) + 1)
  for (const node of reservation.nodes) {
    const at = balanceKey(reservation.period, node)
    const { posted, held } = state.balances.get(at) ?? { posted: 0n, held: 0n }
    state.balances.set(at, { posted, held: held + reservation.heldPicoUsd })
  }
}
