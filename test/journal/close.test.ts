import { expect, test } from 'vitest'
import { MemoryJournal, NOW_MS, report, request } from './harness.ts'

const kinds = (journal: MemoryJournal): string[] => journal.bodies().map(({ kind }) => kind)

test('settling posts the cost and frees the rest', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.settle(report({ costPicoUsd: '40' }))
  expect(kinds(journal)).toEqual(['reserve', 'settle'])
  expect(journal.state.balances.get('2026-11 tenant')).toEqual({ posted: 40n, held: 0n })
  expect(journal.state.posted).toBe(40n)
})

test('without a cost the whole bound accrues', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.settle(report({ costPicoUsd: null, outcome: 'cut-off', usage: null }))
  expect(journal.state.posted).toBe(100n)
})

test('what was never sent is voided and costs nothing', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.settle(report({ outcome: 'never-sent', costPicoUsd: null }))
  expect(kinds(journal)).toEqual(['reserve', 'void'])
  expect(journal.state.posted).toBe(0n)
  expect(journal.state.balances.get('2026-11 tenant')).toEqual({ posted: 0n, held: 0n })
})

test('a repeated report changes nothing', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.settle(report())
  journal.settle(report({ costPicoUsd: '99' }))
  expect(kinds(journal)).toEqual(['reserve', 'settle'])
  expect(journal.state.posted).toBe(40n)
})

test('a report about nothing that is known changes nothing', () => {
  const journal = new MemoryJournal()
  journal.settle(report())
  expect(journal.entries).toEqual([])
})

test('a reservation that nobody settles accrues at its bound when it expires, not before', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.expire(NOW_MS + 59_999)
  expect(kinds(journal)).toEqual(['reserve'])
  journal.expire(NOW_MS + 60_000)
  journal.expire(NOW_MS + 60_001)
  expect(kinds(journal)).toEqual(['reserve', 'expire'])
  expect(journal.state.posted).toBe(100n)
})

test('a late report reverses the accrual and posts what it really cost', () => {
  const journal = new MemoryJournal()
  journal.reserve(request())
  journal.expire(NOW_MS + 60_000)
  journal.settle(report({ costPicoUsd: '40' }))
  expect(kinds(journal)).toEqual(['reserve', 'expire', 'reverse', 'settle'])
  expect(journal.state.posted).toBe(40n)
  expect(journal.state.balances.get('2026-11 team:search')).toEqual({ posted: 40n, held: 0n })
})
