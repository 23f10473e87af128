import { expect, test } from 'vitest'
import { GENESIS_HASH, type StoredEntry } from '../../src/journal/entry.ts'
import { openEntry } from '../../src/ledger/chain.ts'
import { postingOf, type Posting } from '../../src/ledger/postings.ts'
import {
  verifyLedger,
  verifyWalk,
  walk,
  WALK_START,
  type LedgerFacts,
} from '../../src/ledger/verify.ts'
import { chain, refused, reserved, settled } from './entries.ts'

const HASH = 'e'.repeat(64)
const EQUAL: LedgerFacts = {
  min: 1,
  max: 42,
  count: 42,
  lastHash: HASH,
  sumCostPicoUsd: 9_007_199_254_740_993n,
  headSeq: 42,
  headHash: HASH,
  journalPostedPicoUsd: 9_007_199_254_740_993n,
  highest: 42,
  latestHeadSeq: 42,
  conflicts: 0,
}
const EMPTY: LedgerFacts = {
  ...EQUAL,
  min: 0,
  max: 0,
  count: 0,
  lastHash: GENESIS_HASH,
  sumCostPicoUsd: 0n,
  headSeq: 0,
  headHash: GENESIS_HASH,
  journalPostedPicoUsd: 0n,
  highest: 0,
}

test.each([
  ['equal books', EQUAL],
  ['books with nothing in them', EMPTY],
  ['books that grew while they were read', { ...EQUAL, highest: 50, latestHeadSeq: 60 }],
])('%s hold', (_name, facts) => {
  expect(verifyLedger(facts)).toEqual({ holds: true, findings: [] })
})

test.each<[string, Partial<LedgerFacts>, string[]]>([
  ['a first entry that is not 1', { min: 2 }, ['first-entry']],
  ['a gap', { count: 41 }, ['gapless', 'complete']],
  ['an entry that did not arrive', { max: 41, count: 41 }, ['complete']],
  ['an entry that the journal never wrote', { highest: 43 }, ['complete']],
  ['another last hash', { lastHash: 'f'.repeat(64) }, ['head-hash']],
  ['a pico-dollar too many, above 2^53', { sumCostPicoUsd: 9_007_199_254_740_994n }, ['balance']],
  ['a conflict', { conflicts: 1 }, ['conflicts']],
  ['a ledger that lost everything', { min: 0, max: 0, count: 0 }, ['complete']],
])('%s does not hold', (_name, changes, checks) => {
  const { holds, findings } = verifyLedger({ ...EQUAL, ...changes })
  expect(holds).toBe(false)
  expect(findings.map(({ check }) => check)).toEqual(checks)
})

const entries = chain([reserved(), settled('700'), refused(), reserved('dec_2'), settled('-200')])
const [one, two, three, four, five] = entries
if (!one || !two || !three || !four || !five) throw new Error('a chain of five has five entries')

function postingsOf(all: readonly StoredEntry[]): Map<number, Posting> {
  const postings = new Map<number, Posting>()
  for (const entry of all) {
    const opened = openEntry(entry)
    const posting = opened.ok ? postingOf(opened.value, entry) : undefined
    if (posting !== undefined) postings.set(entry.seq, posting)
  }
  return postings
}

const stored = postingsOf(entries)
const changed = (changes: Partial<Posting>): Map<number, Posting> => {
  const posting = stored.get(2)
  if (posting === undefined) throw new Error('entry 2 posts')
  return new Map([...stored, [2, { ...posting, ...changes }]])
}
const forged = { ...three, body: three.body.replace('policy_forbids', 'cannot_serve') }
const [other] = chain([settled('700')], four)
if (other === undefined) throw new Error('a chain of one has one entry')
const [detour] = chain([refused('dec_8')], two)
if (detour === undefined) throw new Error('a chain of one has one entry')
const HEAD = { headSeq: 5, headHash: five.hash, journalPostedPicoUsd: 500n }

test('a whole chain is walked in pages and ends at the head', () => {
  const pages = [entries.slice(0, 2), entries.slice(2)]
  const end = pages.reduce((state, page) => walk(state, page, postingsOf(page)), WALK_START)
  expect(verifyWalk(end, HEAD)).toEqual([])
})

test('a posting without an entry is found', () => {
  const { findings } = walk(WALK_START, entries.slice(0, 2), stored)
  expect(findings).toEqual([{ check: 'posting', problem: '1 postings up to 2 have no entry' }])
})

test.each<[string, readonly StoredEntry[], Map<number, Posting>, string[]]>([
  ['an entry exchanged for another whole one', [one, two, detour, four, five], stored, ['link']],
  ['a missing entry', [one, two, four, five], stored, ['gapless']],
  ['an entry twice', [one, two, two, three, four, five], stored, ['gapless', 'balance']],
  ['a body that was changed', [one, two, forged, four, five], stored, ['entry']],
  [
    'a tail that was exchanged',
    [one, two, three, four, other],
    stored,
    ['posting', 'link', 'balance'],
  ],
  [
    'a posting moved to another cost centre',
    entries,
    changed({ cost_centre: 'cc-1' }),
    ['posting'],
  ],
  ['a posting with another cost', entries, changed({ cost_pico: '701' }), ['posting']],
  ['a posting that is gone', entries, new Map([...stored].slice(1)), ['posting']],
])('%s is found', (_name, page, postings, checks) => {
  const findings = verifyWalk(walk(WALK_START, page, postings), HEAD)
  expect(findings.map(({ check }) => check)).toEqual(checks)
})
