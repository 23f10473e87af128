import { expect, test } from 'vitest'
import { adjust, attemptsIn, type AdjustLine } from '../../src/journal/adjust.ts'
import { append } from '../../src/journal/append.ts'
import { EntryBody } from '../../src/journal/entry.ts'
import { replay } from '../../src/journal/replay.ts'
import { emptyState, type Reservation } from '../../src/journal/state.ts'
import { linesOf, type Correction } from '../../src/ledger/corrections.ts'
import { postingOf } from '../../src/ledger/postings.ts'
import { settled } from './entries.ts'

const NOW_MS = Date.UTC(2026, 11, 2)
const OPEN = { closedThrough: '2026-10', nowMs: NOW_MS }
const CLOSED = { closedThrough: '2026-11', nowMs: NOW_MS }
const POSTINGS = new Map([[4, settled('700', { seq: 4, reserveSeq: 3 })]])

const lines = (corrections: readonly Correction[], months = OPEN): readonly AdjustLine[] => {
  const made = linesOf(corrections, POSTINGS, months)
  if (!made.ok) throw new Error(made.error)
  return made.value
}

const short = ({ period, outcome, costPicoUsd, atMs }: AdjustLine) => [
  period,
  outcome,
  costPicoUsd,
  new Date(atMs).toISOString().slice(0, 10),
]

const owed = {
  costPicoUsd: '500',
  destination: 'openai',
  legalEntity: 'OpenAI',
  model: 'gpt-5.1',
  costCentre: 'cc-1',
  team: 'search',
  app: 'bot',
}

test.each<[string, Correction, typeof OPEN, unknown[][]]>([
  [
    'a posting of an open month is rebooked on its own day',
    { type: 'rebook', seq: 4, costPicoUsd: '9' },
    OPEN,
    [
      ['2026-11', 'correction', '-700', '2026-11-24'],
      ['2026-11', 'correction', '9', '2026-11-24'],
    ],
  ],
  [
    'a posting of a closed month is rebooked today, as late',
    { type: 'rebook', seq: 4, costPicoUsd: '9' },
    CLOSED,
    [
      ['2026-12', 'late-correction', '-700', '2026-12-02'],
      ['2026-12', 'late-correction', '9', '2026-12-02'],
    ],
  ],
  [
    'an accrual is taken back on the first of the next month',
    { type: 'accrual', period: '2026-11', ...owed },
    OPEN,
    [
      ['2026-11', 'accrual', '500', '2026-11-30'],
      ['2026-12', 'accrual-reversal', '-500', '2026-12-01'],
    ],
  ],
  [
    'a difference stands on its day',
    { type: 'difference', period: '2026-11', day: '2026-11-07', ...owed },
    OPEN,
    [['2026-11', 'correction', '500', '2026-11-07']],
  ],
  [
    'a difference to a closed month stands today, as late',
    { type: 'difference', period: '2026-11', day: '2026-11-07', ...owed },
    CLOSED,
    [['2026-12', 'late-correction', '500', '2026-12-02']],
  ],
])('%s', (_name, correction, months, expected) => {
  expect(lines([correction], months).map(short)).toEqual(expected)
})

test('what is not named stays as it was, and budgets follow the new team', () => {
  const [back, anew] = lines([{ type: 'rebook', seq: 4, team: 'claims' }])
  expect(back?.facts).toMatchObject({ team: 'search', costCentre: 'cc-4711' })
  expect(anew?.facts).toMatchObject({ team: 'claims', costCentre: 'cc-4711' })
  expect([back?.nodes, anew?.nodes]).toEqual([
    ['tenant', 'team:search'],
    ['tenant', 'team:claims'],
  ])
})

test('a posting that is not there is refused by its number', () => {
  expect(linesOf([{ type: 'rebook', seq: 9 }], POSTINGS, OPEN)).toEqual({
    ok: false,
    error: 'there is no posting 9',
  })
})

const request = {
  batch: 'fix-1',
  reason: 'wrong team',
  lines: lines([{ type: 'rebook', seq: 4, costPicoUsd: '9' }]),
}

test('no line may be booked in a month up to the last closed one', () => {
  expect(adjust(request, '2026-10').ok).toBe(true)
  expect(adjust(request, '2026-11')).toEqual({
    ok: false,
    error: { status: 'closed', closedThrough: '2026-11' },
  })
})

test('the entries are entries, move what was posted and hold nothing; a replay arrives at the same', () => {
  const open: Reservation = {
    attempt: 'fix-1.1', // as if an attempt had that name
    decision: 'dec_1',
    seq: 0,
    heldPicoUsd: 5n,
    expiresAtMs: NOW_MS,
    nodes: ['tenant'],
    period: '2026-11',
    key: 'k',
    factsJson: '{}',
    state: 'open',
  }
  const [state, again] = [emptyState(), emptyState()]
  for (const each of [state, again]) {
    each.reservations.set(open.attempt, open)
    each.balances.set('2026-11 tenant', { posted: 700n, held: 5n })
  }
  const made = adjust(request, '')
  if (!made.ok) throw new Error('nothing is closed')
  for (const transition of made.value) {
    const entry = append(state, transition)
    const body = EntryBody.parse(JSON.parse(entry.body))
    expect(postingOf(body, { hash: 'h' })).toMatchObject({
      kind: 'adjust',
      period: '2026-11',
      decision: 'fix-1',
    })
    replay(again, entry)
  }
  expect(state.balances.get('2026-11 tenant')).toEqual({ posted: 9n, held: 5n })
  expect([state.posted, attemptsIn(state, '2026-11')]).toEqual([-691n, 1])
  expect(again).toEqual(state)
})
