import type { WrittenEntry } from '../../journal/chain.ts'
import type { StoredEntry } from '../../journal/entry.ts'
import { replay } from '../../journal/replay.ts'
import {
  balanceKey,
  emptyState,
  JOURNAL_VERSION,
  type JournalState,
  type Reservation,
  type Transition,
} from '../../journal/state.ts'
import { Segments } from './segments.ts'

/**
 * A snapshot of what follows from the entries up to the counter `snapshot`, so that a start needs to replay only the last
 * second. The entries themselves are in `segments`.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS reservation (attempt TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS balance (node TEXT PRIMARY KEY, posted TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/** `closed`: the last month that finance has closed. */
export type Counter =
  | 'schema'
  | 'drained'
  | 'acknowledged'
  | 'tenant'
  | 'snapshot'
  | 'posted'
  | 'closed'
  | 'term'
  | 'policy-step'

/** The journal's tables, in the object's own SQLite. */
export class JournalStore {
  readonly segments: Segments
  readonly #sql: SqlStorage
  readonly #changedReservations = new Set<string>()
  readonly #changedBalances = new Set<string>()
  readonly #storedReservations = new Set<string>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.segments = new Segments(sql)
    sql.exec(SCHEMA)
    const version = this.counter('schema')
    if (version === undefined) this.setCounter('schema', JOURNAL_VERSION)
    else if (version !== JOURNAL_VERSION) {
      throw new Error(
        `the journal's tables are of version ${version}, this code's of ${JOURNAL_VERSION}`,
      )
    }
    this.#forgetUnacknowledged()
  }

  /** Whoever starts again does not know what became of messages that D1 has not acknowledged: they are sent once more. */
  #forgetUnacknowledged(): void {
    const acknowledged = this.counter('acknowledged') ?? '0'
    if (Number(this.counter('drained') ?? 0) > Number(acknowledged)) {
      this.setCounter('drained', acknowledged)
    }
  }

  /** The state as of the last entry: the snapshot, and the entries after it. */
  load(): JournalState {
    const state = emptyState()
    state.head = Number(this.counter('snapshot') ?? 0)
    state.posted = BigInt(this.counter('posted') ?? 0)
    for (const row of this.#sql.exec<{ node: string; posted: string }>('SELECT * FROM balance')) {
      state.balances.set(row.node, { posted: BigInt(row.posted), held: 0n })
    }
    for (const { row } of this.#sql.exec<{ row: string }>('SELECT row FROM reservation')) {
      const reservation = parseReservation(row)
      this.#storedReservations.add(reservation.attempt)
      restore(state, reservation)
    }
    for (const entry of this.segments.written(state.head + 1)) {
      replay(state, entry)
      this.#noteAll(state)
    }
    return state
  }

  /** Everything may have changed by a replay: the next snapshot writes it all. */
  #noteAll(state: JournalState): void {
    for (const node of state.balances.keys()) this.#changedBalances.add(node)
    for (const attempt of state.reservations.keys()) this.#changedReservations.add(attempt)
    for (const attempt of this.#storedReservations) this.#changedReservations.add(attempt)
  }

  /** Stores the entries of one transaction, which `append` has just made. */
  write(written: readonly Written[]): void {
    this.segments.write(written.map(({ entry }) => entry))
    for (const { transition } of written) this.#note(transition)
  }

  #note({ period, nodes, postedDelta, opens, closes }: Transition): void {
    if (postedDelta !== 0n) {
      for (const node of nodes) this.#changedBalances.add(balanceKey(period, node))
    }
    const attempt = opens?.attempt ?? closes?.attempt
    if (attempt !== undefined) this.#changedReservations.add(attempt)
  }

  /** Writes what has changed since the last snapshot. Most reservations have opened and closed in between. */
  snapshot(state: JournalState): void {
    for (const attempt of this.#changedReservations) {
      const reservation = state.reservations.get(attempt)
      if (reservation !== undefined) this.#putReservation(reservation)
      else if (this.#storedReservations.delete(attempt)) {
        this.#sql.exec('DELETE FROM reservation WHERE attempt = ?', attempt)
      }
    }
    for (const node of this.#changedBalances) {
      this.#sql.exec(
        'INSERT INTO balance (node, posted) VALUES (?1, ?2) ON CONFLICT (node) DO UPDATE SET posted = ?2',
        node,
        String(state.balances.get(node)?.posted ?? 0n),
      )
    }
    this.#changedReservations.clear()
    this.#changedBalances.clear()
    this.setCounter('snapshot', String(state.head))
    this.setCounter('posted', String(state.posted))
  }

  #putReservation(reservation: Reservation): void {
    const row = JSON.stringify({ ...reservation, heldPicoUsd: String(reservation.heldPicoUsd) })
    this.#sql.exec(
      'INSERT INTO reservation (attempt, row) VALUES (?1, ?2) ON CONFLICT (attempt) DO UPDATE SET row = ?2',
      reservation.attempt,
      row,
    )
    this.#storedReservations.add(reservation.attempt)
  }

  /** A reservation that has left the state without an entry: its time for corrections is over. */
  forget(attempt: string): void {
    this.#changedReservations.add(attempt)
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

  /** At most `limit` entries from a sequence number on. */
  entriesFrom(seq: number, limit: number): StoredEntry[] {
    const entries: StoredEntry[] = []
    for (const entry of this.segments.read(seq)) {
      entries.push(entry)
      if (entries.length === limit) break
    }
    return entries
  }

  /** Entries of a decision that D1 may not hold yet. */
  entriesOf(decision: string, afterSeq: number): StoredEntry[] {
    const needle = `"decision":${JSON.stringify(decision)}`
    return [...this.segments.read(afterSeq + 1)].filter(({ body }) => body.includes(needle))
  }
}

/** Appends one entry within the transaction that is open. */
export type Write = (transition: Transition) => WrittenEntry

export type Written = { readonly entry: WrittenEntry; readonly transition: Transition }

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
