/** Lengths of time for which a budget is given. */
export type PeriodKind = 'day' | 'month' | 'quarter' | 'year'

/** One span of time in UTC: its name in balances, and when the next one begins. */
export type Period = { readonly name: string; readonly endsAtMs: number }

const MONTHS: Readonly<Record<Exclude<PeriodKind, 'day'>, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
}

/**
 * The period that a moment falls into, in UTC: `2026-11-25`, `2026-11`, `2026-Q4`, `2026`. A fiscal year that begins in
 * another month than January is named after the calendar year in which it begins: `2026-04-Q3`, `2026-04-Y`.
 */
export function periodAt(kind: PeriodKind, atMs: number, yearStartsInMonth = 1): Period {
  const at = new Date(atMs)
  const year = at.getUTCFullYear()
  const month = at.getUTCMonth()
  if (kind === 'day') {
    return {
      name: at.toISOString().slice(0, 10),
      endsAtMs: Date.UTC(year, month, at.getUTCDate() + 1),
    }
  }
  const months = MONTHS[kind]
  const first = yearStartsInMonth - 1
  const sinceStart = (month - first + 12) % 12
  const start = kind === 'month' ? month : month - (sinceStart % months)
  const endsAtMs = Date.UTC(year, start + months, 1)
  if (kind === 'month') return { name: at.toISOString().slice(0, 7), endsAtMs }
  const began = month >= first ? year : year - 1
  const fiscal =
    first === 0 ? String(began) : `${began}-${String(yearStartsInMonth).padStart(2, '0')}`
  if (kind === 'quarter') return { name: `${fiscal}-Q${Math.floor(sinceStart / 3) + 1}`, endsAtMs }
  return { name: first === 0 ? fiscal : `${fiscal}-Y`, endsAtMs }
}
