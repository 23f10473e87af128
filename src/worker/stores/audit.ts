import {
  verifyLedger,
  verifyWalk,
  walk,
  WALK_START,
  type Discrepancy,
  type Walk,
} from '../../ledger/verify.ts'
import { contradictions } from '../../journal/in-force-check.ts'
import { journalOf, type Env } from '../env.ts'
import type { JournalStatus } from '../../journal/messages.ts'
import { settledTerms } from './activations.ts'
import { entriesAfter, ledgerFacts, postingsAfter, watermark } from './ledger.ts'

/** Entries of one step along the chain: two queries, about 1 MB. */
const PAGE_ENTRIES = 500
const POLL_MS = 100
/** More findings of one kind than this say nothing new. */
const FINDINGS_MAX = 20

/** How far the ledger and the journal are; equal unless the queue is behind. */
export type CaughtUp = { readonly status: JournalStatus; readonly throughSeq: number }

export type Audit = {
  readonly holds: boolean
  readonly findings: readonly Discrepancy[]
  readonly entries: number
  readonly headHash: string
  readonly postedPicoUsd: bigint
}

/** Lets what has just happened arrive: drains the journal and waits until D1 has it, or the time is over. */
export async function catchUp(env: Env, tenant: string, waitMs = 10_000): Promise<CaughtUp> {
  const journal = journalOf(env, tenant)
  await journal.drain()
  const first = await journal.status()
  let { drained } = first
  const untilMs = Date.now() + waitMs
  for (;;) {
    const throughSeq = await watermark(env, tenant)
    if (throughSeq >= first.head || Date.now() >= untilMs) return { status: first, throughSeq }
    await scheduler.wait(POLL_MS)
    if (drained >= first.head) continue
    await journal.drain()
    drained = (await journal.status()).drained
  }
}

/** Compares D1 with the journal, then walks the whole chain and rebuilds every posting. */
export async function auditLedger(env: Env, tenant: string): Promise<Audit> {
  const { status } = await catchUp(env, tenant)
  const { head, headHash } = status
  const journalPostedPicoUsd = BigInt(status.postedPicoUsd)
  const stored = await ledgerFacts(env, tenant, head)
  const latest = await journalOf(env, tenant).status()
  const facts = {
    ...stored,
    headSeq: head,
    headHash,
    journalPostedPicoUsd,
    latestHeadSeq: latest.head,
  }
  const walked = await walkChain(env, tenant, head)
  const recorded = await settledTerms(env, tenant)
  const findings = [
    ...verifyLedger(facts).findings,
    ...verifyWalk(walked, facts),
    ...contradictions(tenant, recorded, walked.reservedUnder)
      .slice(0, FINDINGS_MAX)
      .map((problem) => ({ check: 'in-force' as const, problem })),
  ]
  return {
    holds: findings.length === 0,
    findings,
    entries: stored.count,
    headHash,
    postedPicoUsd: journalPostedPicoUsd,
  }
}

async function walkChain(env: Env, tenant: string, head: number): Promise<Walk> {
  let state = WALK_START
  while (state.seq < head) {
    const entries = await entriesAfter(env, tenant, state.seq, PAGE_ENTRIES)
    const page = entries.filter(({ seq }) => seq <= head)
    const last = page.at(-1)
    if (last === undefined) break
    const range = { after: state.seq, through: last.seq }
    const postings = await postingsAfter(env, tenant, range, PAGE_ENTRIES * 2)
    state = walk(state, page, new Map(postings.map((posting) => [posting.seq, posting])))
  }
  return state
}
