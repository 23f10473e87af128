import { expect, test } from 'vitest'
import type { CapAction, ReserveRequest } from '../../src/journal/messages.ts'
import { MemoryJournal, refusalOf, report, request, RESETS_AT_MS } from './harness.ts'

const capWith = (action: CapAction): ReserveRequest['caps'] => [
  {
    id: 'all',
    node: 'tenant',
    limitPicoUsd: '1000',
    resetsAtMs: RESETS_AT_MS,
    steps: [{ atPercent: 80, action }],
  },
]

const CLOSED = { isOpenWeights: false, isBasicQuality: false, zone: 'third-party' } as const
const BASIC = { ...CLOSED, isBasicQuality: true }
const OPEN = { ...CLOSED, isOpenWeights: true }
const OWN = { ...OPEN, zone: 'own' } as const

/** A journal in which so much has been spent. */
function spent(costPicoUsd: string): MemoryJournal {
  const journal = new MemoryJournal()
  journal.reserve(request({ boundPicoUsd: costPicoUsd }))
  journal.settle(report({ costPicoUsd }))
  return journal
}

test.each<[CapAction, typeof CLOSED | typeof BASIC | typeof OPEN | typeof OWN, boolean]>([
  ['notify', CLOSED, true],
  ['basic-quality', BASIC, true],
  ['basic-quality', CLOSED, false],
  ['open-weights-only', OPEN, true],
  ['open-weights-only', BASIC, false],
  ['own-zone-only', OWN, true],
  ['own-zone-only', OPEN, false],
  ['refuse', OWN, false],
])('from 80 %% on, %s lets %o pass: %s', (action, offered, passes) => {
  const asked = request({ attempt: 'next', boundPicoUsd: '10', caps: capWith(action), ...offered })
  expect(refusalOf(spent('799').reserve(asked))).toBeUndefined()
  const refusal = refusalOf(spent('800').reserve(asked))
  if (passes) expect(refusal).toBeUndefined()
  else {
    expect(refusal).toEqual({
      status: 'budget_restricted',
      budget: 'all',
      action,
      atPercent: 80,
      resetsAtMs: RESETS_AT_MS,
    })
  }
})

test("what costs nothing is in no step's way", () => {
  const free = request({ attempt: 'free', boundPicoUsd: '0', caps: capWith('refuse') })
  expect(refusalOf(spent('900').reserve(free))).toBeUndefined()
})

test('a node of another period counts by that period, beside the month', () => {
  const journal = new MemoryJournal()
  const day = '2026-11-24 tenant'
  const caps = [{ id: 'day', node: day, limitPicoUsd: '150', resetsAtMs: RESETS_AT_MS }]
  const nodes = ['tenant', day]
  journal.reserve(request({ nodes, caps }))
  journal.settle(report({ costPicoUsd: '100' }))
  expect(journal.state.balances.get(day)?.posted).toBe(100n)
  expect(journal.state.balances.get('2026-11 tenant')?.posted).toBe(100n)
  expect(refusalOf(journal.reserve(request({ attempt: 'b', nodes, caps })))).toMatchObject({
    status: 'budget_exhausted',
    budget: 'day',
    leftPicoUsd: '50',
  })
  const tomorrow = '2026-11-25 tenant'
  const next = request({
    attempt: 'c',
    nodes: ['tenant', tomorrow],
    caps: [{ id: 'day', node: tomorrow, limitPicoUsd: '150', resetsAtMs: RESETS_AT_MS }],
  })
  expect(refusalOf(journal.reserve(next))).toBeUndefined()
})
