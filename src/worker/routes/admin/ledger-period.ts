import { Hono } from 'hono'
import * as z from 'zod'
import { Correction } from '../../../ledger/corrections.ts'
import { Finance } from '../../../ledger/finance.ts'
import { sealStatement, statementCsv } from '../../../ledger/statement.ts'
import {
  bookCorrections,
  closePeriod,
  reopenPeriod,
  softClose,
  statementOf,
} from '../../close-period.ts'
import { openBooks } from '../../stores/ledger-books.ts'
import { financeBook, putFinance } from '../../stores/ledger-catalog.ts'
import {
  PERIOD_STATES,
  periodEvents,
  periods,
  storedStatement,
} from '../../stores/ledger-periods.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { adminError, check, invalid, PeriodQuery, readBody, TenantQuery } from './input.ts'

/** Months: closed, reopened, corrected; and finance's own file. */
export const periodRoutes = new Hono<AdminEnv>()

const Reason = z.string().min(1, { message: 'why, in a sentence' }).max(500)

export const PeriodChange = PeriodQuery.extend({
  state: z.enum(PERIOD_STATES, { message: `one of ${PERIOD_STATES.join(', ')}` }),
  reason: Reason,
})

periodRoutes.get('/period', needs('ledger.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const [states, events] = await Promise.all([periods(c.env, tenant), periodEvents(c.env, tenant)])
  return c.json({ tenant, periods: states, events })
})

periodRoutes.post('/period', needs('ledger.write'), async (c) => {
  const body = await readBody(c.req.raw, PeriodChange)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const { state, ...rest } = body.value
  const change = { ...rest, nowMs: Date.now() }
  const done =
    state === 'closed'
      ? await closePeriod(c.env, change)
      : state === 'soft-closed'
        ? await softClose(c.env, change)
        : await reopenPeriod(c.env, change)
  if (!done.ok) return c.json(adminError('not_now', done.error), 409)
  return c.json({ tenant: change.tenant, period: change.period, state, result: done.value })
})

/** The stored statement of a closed month; of an open one what it would say now, marked as a draft. */
periodRoutes.get('/statement', needs('ledger.read'), async (c) => {
  const query = check(c.req.query(), PeriodQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, period } = query.value
  const stored = await storedStatement(c.env, tenant, period)
  if (stored !== null) {
    const { body, digest, signature } = stored
    return c.json({
      isDraft: false,
      text: body,
      digest,
      signature,
      csv: statementCsv(JSON.parse(body)),
    })
  }
  const statement = await statementOf(c.env, await openBooks(c.env, tenant), period)
  const { text, digest } = sealStatement(statement)
  return c.json({ isDraft: true, text, digest, signature: null, csv: statementCsv(statement) })
})

export const Booking = TenantQuery.extend({
  /** The same name is booked once, however often it is sent. */
  batch: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
    message: 'letters, digits, dot, dash and underscore; at most 100 characters',
  }),
  reason: Reason,
  corrections: z.array(Correction).min(1).max(500),
})

periodRoutes.post('/corrections', needs('ledger.write'), async (c) => {
  const body = await readBody(c.req.raw, Booking)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const { tenant, batch, reason, corrections } = body.value
  await openBooks(c.env, tenant)
  const booked = await bookCorrections(
    c.env,
    { tenant, reason, nowMs: Date.now() },
    batch,
    corrections,
  )
  if (!booked.ok) return c.json(adminError('not_now', booked.error), 409)
  return c.json({ tenant, batch, entries: booked.value })
})

periodRoutes.get('/finance', needs('ledger.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  return c.json(await financeBook(c.env, query.value.tenant))
})

periodRoutes.put('/finance', needs('ledger.write'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const body = await readBody(c.req.raw, Finance)
  if (!body.ok) return c.json(invalid(body.error), 422)
  return c.json({ hash: await putFinance(c.env, query.value.tenant, body.value, Date.now()) })
})
