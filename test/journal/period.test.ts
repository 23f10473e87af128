import { expect, test } from 'vitest'
import { periodAt, type PeriodKind } from '../../src/journal/period.ts'

const at = (text: string): number => Date.parse(text)

test.each<[string, PeriodKind, number | undefined, string, string]>([
  ['2026-11-25T23:59:59.999Z', 'day', undefined, '2026-11-25', '2026-11-26T00:00:00Z'],
  ['2026-12-31T12:00:00Z', 'day', undefined, '2026-12-31', '2027-01-01T00:00:00Z'],
  ['2028-02-29T00:00:00Z', 'month', undefined, '2028-02', '2028-03-01T00:00:00Z'],
  ['2026-12-31T23:59:59Z', 'month', 4, '2026-12', '2027-01-01T00:00:00Z'],
  ['2026-01-01T00:00:00Z', 'quarter', undefined, '2026-Q1', '2026-04-01T00:00:00Z'],
  ['2026-12-31T23:59:59Z', 'quarter', undefined, '2026-Q4', '2027-01-01T00:00:00Z'],
  ['2026-11-25T00:00:00Z', 'year', undefined, '2026', '2027-01-01T00:00:00Z'],
  // A fiscal year that begins in April.
  ['2026-03-31T23:59:59Z', 'quarter', 4, '2025-04-Q4', '2026-04-01T00:00:00Z'],
  ['2026-04-01T00:00:00Z', 'quarter', 4, '2026-04-Q1', '2026-07-01T00:00:00Z'],
  ['2027-01-15T00:00:00Z', 'quarter', 4, '2026-04-Q4', '2027-04-01T00:00:00Z'],
  ['2026-03-31T23:59:59Z', 'year', 4, '2025-04-Y', '2026-04-01T00:00:00Z'],
  ['2026-04-01T00:00:00Z', 'year', 4, '2026-04-Y', '2027-04-01T00:00:00Z'],
  // One that begins in November has quarters across the new year.
  ['2027-01-31T23:59:59Z', 'quarter', 11, '2026-11-Q1', '2027-02-01T00:00:00Z'],
  ['2026-10-31T00:00:00Z', 'quarter', 11, '2025-11-Q4', '2026-11-01T00:00:00Z'],
])(
  '%s in a %s (fiscal year from month %s) is %s and ends %s',
  (moment, kind, first, name, ends) => {
    expect(periodAt(kind, at(moment), first)).toEqual({ name, endsAtMs: at(ends) })
  },
)

test('each period begins where the one before ended', () => {
  for (const kind of ['day', 'month', 'quarter', 'year'] as const) {
    for (let first = 1; first <= 12; first++) {
      let now = at('2026-05-05T05:05:05Z')
      for (let step = 0; step < 10; step++) {
        const { name, endsAtMs } = periodAt(kind, now, first)
        expect(periodAt(kind, endsAtMs - 1, first).name).toBe(name)
        expect(periodAt(kind, endsAtMs, first).name).not.toBe(name)
        now = endsAtMs
      }
    }
  }
})
