import { expect, test } from 'vitest'
import type { Proof } from '../../src/journal/authority.ts'
import { contradictions, noteReserved } from '../../src/journal/in-force-check.ts'

const T_MS = Date.UTC(2026, 10, 25, 15)

const since = (number: number, proof: Proof) => ({
  term: { number, version: number, policyHash: 'p', keyEpoch: 1 },
  everywhereMs: T_MS,
  proofs: { acme: proof },
})
const acknowledged = since(2, { acknowledgedAtSeq: 10 })
const expired = since(2, { expiredMs: T_MS })

test.each([
  ['the last entry before the acknowledgement', { seq: 10, term: 1 }, acknowledged, 0],
  ['an entry of the new term', { seq: 11, term: 2 }, acknowledged, 0],
  ['an entry of a newer term', { seq: 12, term: 3 }, acknowledged, 0],
  ['an entry of the old term after it', { seq: 11, term: 1 }, acknowledged, 1],
  ['an entry without a term after it', { seq: 11 }, acknowledged, 1],
  ['an entry within the skew of clocks after T', { atMs: T_MS + 1_000, term: 1 }, expired, 0],
  ['an entry later than that', { atMs: T_MS + 1_001, term: 1 }, expired, 1],
  ['one without a lease', { atMs: T_MS + 60_000, term: 1, lease: 'none' as const }, expired, 0],
  ['an entry of another journal', { seq: 11, term: 1 }, { ...acknowledged, proofs: {} }, 0],
])('%s is told from a contradiction', (_name, entry, recorded, problems) => {
  const under = new Map()
  noteReserved(under, { seq: 1, atMs: T_MS - 60_000, term: 1 })
  noteReserved(under, { seq: 5, atMs: T_MS - 1, ...entry })
  expect(contradictions('acme', [recorded], under)).toHaveLength(problems)
})
