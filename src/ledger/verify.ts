import { GENESIS_HASH, type StoredEntry } from '../journal/entry.ts'
import { noteReserved, type ReservedUnder } from '../journal/in-force-check.ts'
import { openEntry } from './chain.ts'
import { POSTING_COLUMNS, postingOf, type Posting } from './postings.ts'

/** Both sides of the books: what D1 holds of a tenant, and what the tenant's journal says of itself. */
export type LedgerFacts = {
  /** Lowest and highest sequence number and number of entries; 0 where there are none. */
  readonly min: number
  readonly max: number
  readonly count: number
  /** Hash of the highest entry. */
  readonly lastHash: string
  /** Σ of the postings, in pico-dollars. */
  readonly sumCostPicoUsd: bigint
  /** The journal's side. */
  readonly headSeq: number
  readonly headHash: string
  readonly journalPostedPicoUsd: bigint
  /** Highest number in D1 of all, and the journal's head as asked after that. */
  readonly highest: number
  readonly latestHeadSeq: number
  /** Rows of the alarm table. */
  readonly conflicts: number
}

export type Verdict = { readonly holds: boolean; readonly findings: readonly Discrepancy[] }

/** One thing that should be equal and is not. */
export type Discrepancy = {
  readonly check:
    | 'first-entry'
    | 'gapless'
    | 'complete'
    | 'head-hash'
    | 'balance'
    | 'conflicts'
    | 'entry'
    | 'link'
    | 'posting'
    | 'in-force'
  /** A sentence with both figures. */
  readonly problem: string
}

/** "No request without an entry, none counted twice" as equations: MIN = 1, MAX = COUNT = head, last hash = head hash, Σ = balance. */
export function verifyLedger(facts: LedgerFacts): Verdict {
  const { min, max, count, headSeq } = facts
  const findings: Discrepancy[] = []
  const expect = (holds: boolean, check: Discrepancy['check'], problem: string): void => {
    if (!holds) findings.push({ check, problem })
  }
  expect(min === (count === 0 ? 0 : 1), 'first-entry', `the first entry is number ${min}, not 1`)
  expect(max === count, 'gapless', `the highest entry is number ${max}, but there are ${count}`)
  expect(
    count === headSeq,
    'complete',
    `the ledger holds ${count} entries, the journal wrote ${headSeq}`,
  )
  expect(
    facts.highest <= facts.latestHeadSeq,
    'complete',
    `the ledger holds entry ${facts.highest}, the journal wrote only up to ${facts.latestHeadSeq}`,
  )
  expect(
    facts.lastHash === facts.headHash,
    'head-hash',
    `entry ${max} has hash ${facts.lastHash}, the journal's head has ${facts.headHash}`,
  )
  expect(
    facts.sumCostPicoUsd === facts.journalPostedPicoUsd,
    'balance',
    `the postings sum to ${facts.sumCostPicoUsd} pico-dollars, the journal posted ${facts.journalPostedPicoUsd}`,
  )
  expect(
    facts.conflicts === 0,
    'conflicts',
    `${facts.conflicts} entries contradict what is stored: see the table conflict`,
  )
  return { holds: findings.length === 0, findings }
}

/** How far a walk along the chain has come. */
export type Walk = {
  readonly seq: number
  readonly hash: string
  readonly sumCostPicoUsd: bigint
  readonly reservedUnder: ReservedUnder
  readonly findings: readonly Discrepancy[]
}

export const WALK_START: Walk = {
  seq: 0,
  hash: GENESIS_HASH,
  sumCostPicoUsd: 0n,
  reservedUnder: new Map(),
  findings: [],
}

/** More findings than this say nothing new. */
const FINDINGS_MAX = 20

/**
 * Follows one page of entries, and rebuilds each posting to compare it with the stored one. `postings` are those of
 * the page's sequence numbers.
 */
export function walk(
  state: Walk,
  entries: readonly StoredEntry[],
  postings: ReadonlyMap<number, Posting>,
): Walk {
  const findings = [...state.findings]
  const reservedUnder = new Map(state.reservedUnder)
  let { seq, hash, sumCostPicoUsd } = state
  let matched = 0
  for (const entry of entries) {
    if (entry.seq !== seq + 1) {
      findings.push({ check: 'gapless', problem: `entry ${entry.seq} follows entry ${seq}` })
    } else if (entry.prevHash !== hash) {
      findings.push({ check: 'link', problem: `entry ${entry.seq} is not linked to entry ${seq}` })
    }
    const opened = openEntry(entry)
    if (opened.ok) {
      if (opened.value.kind === 'reserve') noteReserved(reservedUnder, opened.value)
      const expected = postingOf(opened.value, entry)
      const posting = postings.get(entry.seq)
      if (posting !== undefined) matched++
      const problem = difference(entry.seq, expected, posting)
      if (problem !== undefined) findings.push({ check: 'posting', problem })
      sumCostPicoUsd += BigInt(expected?.cost_pico ?? '0')
    } else {
      const what = opened.error === 'hash' ? 'hash of its body' : 'shape of an entry'
      findings.push({ check: 'entry', problem: `entry ${entry.seq} has not the ${what}` })
      if (postings.has(entry.seq)) matched++
    }
    seq = entry.seq
    hash = entry.hash
  }
  if (matched < postings.size) {
    const stray = postings.size - matched
    findings.push({ check: 'posting', problem: `${stray} postings up to ${seq} have no entry` })
  }
  return { seq, hash, sumCostPicoUsd, reservedUnder, findings: findings.slice(0, FINDINGS_MAX) }
}

/** What a walk to the journal's head must have arrived at. */
export function verifyWalk(
  { seq, hash, sumCostPicoUsd, findings }: Walk,
  facts: Pick<LedgerFacts, 'headSeq' | 'headHash' | 'journalPostedPicoUsd'>,
): readonly Discrepancy[] {
  const found = [...findings]
  if (seq !== facts.headSeq || hash !== facts.headHash) {
    found.push({ check: 'link', problem: `the chain ends at entry ${seq} with hash ${hash}` })
  }
  if (sumCostPicoUsd !== facts.journalPostedPicoUsd) {
    const problem = `the entries' own costs sum to ${sumCostPicoUsd} pico-dollars, the journal posted ${facts.journalPostedPicoUsd}`
    found.push({ check: 'balance', problem })
  }
  return found
}

function difference(
  seq: number,
  expected: Posting | undefined,
  stored: Posting | undefined,
): string | undefined {
  if (expected === undefined) {
    return stored && `posting ${seq} belongs to an entry that posts nothing`
  }
  if (stored === undefined) return `entry ${seq} has no posting`
  const columns = POSTING_COLUMNS.filter((column) => expected[column] !== stored[column])
  return columns.length === 0
    ? undefined
    : `posting ${seq} differs from its entry in ${columns.join(', ')}`
}
