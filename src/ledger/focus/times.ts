const DAY_MS = 86_400_000

/** Midnight UTC of a day, as FOCUS writes times. */
export const timeOf = (day: string): string => `${day}T00:00:00Z`

export const nextDay = (day: string): string =>
  new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)

/** The first day after a month: `2026-11` ends where 2026-12-01 begins. */
export function monthEnd(period: string): string {
  const [year = 0, month = 1] = period.split('-').map(Number)
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
}

/** The month after. */
export const nextMonth = (period: string): string => monthEnd(period).slice(0, 7)

/** The month before. */
export function previousMonth(period: string): string {
  const [year = 0, month = 1] = period.split('-').map(Number)
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7)
}

export const daysIn = (period: string): number =>
  (Date.parse(monthEnd(period)) - Date.parse(`${period}-01`)) / DAY_MS
