import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryHash } from '../../src/journal/chain.ts'
import { GENESIS_HASH } from '../../src/journal/entry.ts'
import { MemoryJournal } from './harness.ts'
import { run, steps } from './histories.ts'

const CAP = 1000n

test('spend never exceeds the cap by more than actual costs exceeded their bounds', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const journal = new MemoryJournal()
      const excess = run(journal, history)
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
    fc.property(steps, (history) => {
      const journal = new MemoryJournal()
      run(journal, history)
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
    fc.property(steps, (history) => {
      const journal = new MemoryJournal()
      run(journal, history)
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
