import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryHash } from '../../src/journal/append.ts'
import { GENESIS_HASH } from '../../src/journal/entry.ts'
import { MemoryJournal, NOW_MS, report, request } from './harness.ts'

const CAP = 1000n

type Step =
  | { readonly do: 'reserve'; readonly id: number; readonly bound: number }
  | { readonly do: 'settle'; readonly id: number; readonly cost: number | null }
  | { readonly do: 'void'; readonly id: number }
  | { readonly do: 'expire'; readonly afterMs: number }

const id = fc.nat({ max: 12 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('reserve' as const), id, bound: fc.nat({ max: 400 }) }),
  fc.record({
    do: fc.constant('settle' as const),
    id,
    cost: fc.option(fc.nat({ max: 600 }), { nil: null }),
  }),
  fc.record({ do: fc.constant('void' as const), id }),
  fc.record({ do: fc.constant('expire' as const), afterMs: fc.nat({ max: 120_000 }) }),
)

/** Runs steps in any order, with repeats and late reports, and answers how far actual costs exceeded their bounds. */
function run(journal: MemoryJournal, steps: readonly Step[]): bigint {
  const bounds = new Map<number, bigint>()
  let excess = 0n
  for (const at of steps) {
    if (at.do === 'expire') journal.expire(NOW_MS + at.afterMs)
    else if (at.do === 'reserve') {
      const outcome = journal.reserve(
        request({ attempt: String(at.id), boundPicoUsd: String(at.bound) }),
      )
      if (outcome.do === 'append') bounds.set(at.id, BigInt(at.bound))
    } else {
      const isKnown = journal.state.reservations.has(String(at.id))
      const cost = at.do === 'void' ? null : at.cost
      const outcome = at.do === 'void' ? 'never-sent' : 'ok'
      const costPicoUsd = cost === null ? null : String(cost)
      journal.settle(report({ attempt: String(at.id), costPicoUsd, outcome }))
      const over = cost === null ? 0n : BigInt(cost) - (bounds.get(at.id) ?? 0n)
      if (isKnown && over > 0n) excess += over
    }
  }
  return excess
}

test('spend never exceeds the cap by more than actual costs exceeded their bounds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const journal = new MemoryJournal()
      const excess = run(journal, steps)
      const { posted, held } = journal.state.balances.get('2026-11 tenant') ?? {
        posted: 0n,
        held: 0n,
      }
      expect(posted <= CAP + excess).toBe(true)
      expect(posted + held <= CAP + excess).toBe(true)
      expect(held >= 0n).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('entries are gapless and linked, and their costs add up to the balances', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const journal = new MemoryJournal()
      run(journal, steps)
      let previous = GENESIS_HASH
      for (const [at, { seq, prevHash, hash, body }] of journal.entries.entries()) {
        expect([seq, prevHash, hash]).toEqual([at + 1, previous, entryHash(previous, body)])
        previous = hash
      }
      const costs = journal.bodies().map((body) => ('costPicoUsd' in body ? body.costPicoUsd : '0'))
      const sum = costs.reduce((total, cost) => total + BigInt(cost), 0n)
      expect(sum).toBe(journal.state.posted)
      expect(sum).toBe(journal.state.balances.get('2026-11 tenant')?.posted ?? 0n)
    }),
    { numRuns: 200 },
  )
})

test('every reservation is closed at most once, but for the reversal of an expiry', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const journal = new MemoryJournal()
      run(journal, steps)
      const byReservation = new Map<number, string[]>()
      for (const body of journal.bodies()) {
        if (!('reserveSeq' in body)) continue
        const kinds = byReservation.get(body.reserveSeq) ?? []
        byReservation.set(body.reserveSeq, [...kinds, body.kind])
      }
      for (const kinds of byReservation.values()) {
        expect([
          'settle',
          'void',
          'expire',
          'expire,reverse,settle',
          'expire,reverse,void',
        ]).toContain(kinds.join(','))
      }
    }),
  )
})
