import { Hono } from 'hono'
import { csvHeader, csvRows } from '../../../ledger/export-csv.ts'
import { formatUsd } from '../../../domain/money.ts'
import type { Env } from '../../env.ts'
import { auditLedger, catchUp } from '../../stores/audit.ts'
import { postingsAfter } from '../../stores/ledger.ts'
import { check, invalid, PeriodQuery, TenantQuery } from './input.ts'

/** The books: exported and checked. Both first wait for what has just happened. */
export const ledgerRoutes = new Hono<{ Bindings: Env }>()

const PAGE_POSTINGS = 1000

ledgerRoutes.get('/export', async (c) => {
  const query = check(c.req.query(), PeriodQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, period } = query.value
  const { status, throughSeq } = await catchUp(c.env, tenant)
  return c.body(csvStream(c.env, tenant, period), 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="demarc-${tenant}-${period}.csv"`,
    // The export is complete if and only if these two are equal.
    'demarc-ledger-head': String(status.head),
    'demarc-ledger-through': String(Math.min(throughSeq, status.head)),
  })
})

ledgerRoutes.get('/verify', async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const { holds, findings, entries, headHash, postedPicoUsd } = await auditLedger(c.env, tenant)
  const postedUsd = formatUsd(postedPicoUsd)
  return c.json({ tenant, holds, findings, entries, headHash, postedUsd })
})

/** One page of postings at a time, so that a month of any size fits into memory. */
function csvStream(env: Env, tenant: string, period: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let after = 0
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(csvHeader())),
    pull: async (controller) => {
      const postings = await postingsAfter(env, tenant, { after, period }, PAGE_POSTINGS)
      if (postings.length > 0) controller.enqueue(encoder.encode(csvRows(postings)))
      after = postings.at(-1)?.seq ?? after
      if (postings.length < PAGE_POSTINGS) controller.close()
    },
  })
}
