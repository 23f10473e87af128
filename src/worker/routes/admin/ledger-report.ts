import { Hono } from 'hono'
import * as z from 'zod'
import { openBooks } from '../../stores/ledger-books.ts'
import { REPORTS } from '../../reports.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { check, invalid, PeriodQuery } from './input.ts'

/** Figures for finance, from the roll-ups. Money is pico-dollars as text. */
export const reportRoutes = new Hono<AdminEnv>()

const NAMES = Object.keys(REPORTS)

export const ReportQuery = PeriodQuery.extend({
  /** What to break a statement or unit costs down by. */
  by: z.string().optional(),
  /** How long to wait for what has just happened, in milliseconds. The answer says how far it reads. */
  wait: z.coerce.number().int().min(0).max(10_000).default(10_000),
})

reportRoutes.get('/:name', needs('ledger.read'), async (c) => {
  const name = c.req.param('name')
  const report = Object.hasOwn(REPORTS, name) ? REPORTS[name] : undefined
  const query = check(c.req.query(), ReportQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  if (report === undefined) {
    const problem = `one of ${NAMES.join(', ')}`
    return c.json(invalid([{ field: 'report', problem }]), 422)
  }
  const { tenant, period, by, wait } = query.value
  const books = await openBooks(c.env, tenant, wait)
  const lines = await report(c.env, books, { period, by, nowMs: Date.now() })
  if (!lines.ok) return c.json(invalid([{ field: 'by', problem: lines.error }]), 422)
  return c.json({
    tenant,
    period,
    report: name,
    /** Equal when the figures hold everything that has happened. */
    ledger: { through: books.throughSeq, head: books.caught.status.head },
    finance: books.financeHash,
    lines: JSON.parse(JSON.stringify(lines.value, textOfBigint)),
  })
})

const textOfBigint = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
