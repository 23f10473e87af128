import * as z from 'zod'
import { AdminEvent, type AdminEventFacts } from '../../access/admin-event.ts'
import { canonicalJson } from '../../encoding/canonical-json.ts'
import { entryHash } from '../../journal/chain.ts'
import { GENESIS_HASH } from '../../journal/entry.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>
type Head = { readonly seq: number; readonly hash: string }

const EMPTY: Head = { seq: 0, hash: GENESIS_HASH }
/** Others may write at the same time, and each that does makes us start again. */
const TRIES_MAX = 100

/** The last event that this isolate has seen of a database: most of the time it still is the last. */
const heads = new WeakMap<D1Database, Head>()

/**
 * Appends an event to the chain.
 *
 * @throws Error if it cannot be written: then nothing may be done and nothing answered.
 */
export async function appendAdminEvent(
  env: Database,
  facts: AdminEventFacts,
  nowMs: number,
): Promise<void> {
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    if (await appendAfter(env, heads.get(env.DB) ?? EMPTY, facts, nowMs)) return
  }
  throw new Error('the log of the admin API is too busy')
}

/** One round trip: it inserts if the head is still what we think it is, and says what the head is now. */
async function appendAfter(
  env: Database,
  head: Head,
  facts: AdminEventFacts,
  atMs: number,
): Promise<boolean> {
  const seq = head.seq + 1
  const event: AdminEvent = { v: 1, seq, atMs, ...facts }
  const body = canonicalJson(event)
  const hash = entryHash(head.hash, body)
  const [inserted, last] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO admin_event (seq, at_ms, actor, body, hash)
       SELECT ?1, ?2, ?3, ?4, ?5
       WHERE COALESCE((SELECT MAX(seq) FROM admin_event), 0) = ?6
         AND COALESCE((SELECT hash FROM admin_event WHERE seq = ?6), ?8) = ?7`,
    ).bind(seq, atMs, facts.actor, body, hash, head.seq, head.hash, GENESIS_HASH),
    env.DB.prepare('SELECT seq, hash FROM admin_event ORDER BY seq DESC LIMIT 1'),
  ])
  const [row] = last?.results ?? []
  if (row !== undefined) heads.set(env.DB, HeadRow.parse(row))
  return inserted?.meta.changes === 1
}

const HeadRow = z.object({ seq: z.int(), hash: z.string() })

export type CallFilter = {
  readonly actor?: string | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  /** Only events before this number. */
  readonly before?: number | undefined
  readonly limit: number
}

const Row = z.object({ body: z.string(), hash: z.string() })

/** Events, the newest first. */
export async function listAdminEvents(
  env: Database,
  { actor, fromMs, toMs, before, limit }: CallFilter,
): Promise<(AdminEvent & { readonly hash: string })[]> {
  const { results } = await env.DB.prepare(
    `SELECT body, hash FROM admin_event
     WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR at_ms < ?3)
       AND seq < ?4
     ORDER BY seq DESC LIMIT ?5`,
  )
    .bind(actor ?? null, fromMs ?? null, toMs ?? null, before ?? Number.MAX_SAFE_INTEGER, limit)
    .all()
  return results.map((result) => {
    const row = Row.parse(result)
    return { ...AdminEvent.parse(JSON.parse(row.body)), hash: row.hash }
  })
}

/** What walking the chain found: `brokenAt` is the first event that is missing, changed, or not linked to the one before. */
export type ChainState = {
  readonly events: number
  readonly headHash: string
  readonly brokenAt: number | null
}

const ChainRow = z.object({ seq: z.int(), body: z.string(), hash: z.string() })
const PAGE_ROWS = 1000

/** Walks the whole chain and computes every hash. */
export async function verifyAdminEvents(env: Database): Promise<ChainState> {
  let head = EMPTY
  for (;;) {
    const { results } = await env.DB.prepare(
      'SELECT seq, body, hash FROM admin_event WHERE seq > ?1 ORDER BY seq LIMIT ?2',
    )
      .bind(head.seq, PAGE_ROWS)
      .all()
    for (const result of results) {
      const { seq, body, hash } = ChainRow.parse(result)
      if (seq !== head.seq + 1 || entryHash(head.hash, body) !== hash) {
        return { events: head.seq, headHash: head.hash, brokenAt: head.seq + 1 }
      }
      head = { seq, hash }
    }
    if (results.length < PAGE_ROWS) {
      return { events: head.seq, headHash: head.hash, brokenAt: null }
    }
  }
}
