import { Hono } from 'hono'
import * as z from 'zod'
import { erpCsv, ErpAccumulator } from '../../../ledger/erp-journal.ts'
import { csvHeader, csvRows } from '../../../ledger/export-csv.ts'
import { focusHeader, focusLines, type FocusRow } from '../../../ledger/focus/columns.ts'
import { FocusExtras } from '../../../ledger/focus/extras.ts'
import { focusRows } from '../../../ledger/focus/rows.ts'
import type { Env } from '../../env.ts'
import { openBooks, rolledPages, type Books } from '../../stores/ledger-books.ts'
import { postingsAfter } from '../../stores/ledger.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { check, invalid, PeriodQuery } from './input.ts'

/** A month in the form that somebody else reads. Streamed: a page of rows is in memory, not the month. */
export const exportRoutes = new Hono<AdminEnv>()

const PAGE_POSTINGS = 1000
const FORMATS = ['csv', 'focus', 'journal'] as const

export const ExportQuery = PeriodQuery.extend({
  format: z.enum(FORMATS, { message: `one of ${FORMATS.join(', ')}` }).default('csv'),
  /** `ndjson`: one JSON object a row, for those who write another file format. */
  as: z.enum(['csv', 'ndjson'], { message: 'csv or ndjson' }).default('csv'),
})

exportRoutes.get('/', needs('ledger.read'), async (c) => {
  const query = check(c.req.query(), ExportQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, period, format, as } = query.value
  const books = await openBooks(c.env, tenant)
  const { throughSeq, caught } = books
  const texts =
    format === 'csv'
      ? postingTexts(c.env, tenant, period, as)
      : format === 'focus'
        ? focusTexts(c.env, books, period, as)
        : journalTexts(c.env, books, period)
  return c.body(streamOf(texts), 200, {
    'content-type':
      as === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="demarc-${tenant}-${period}-${format}.${as}"`,
    // The export is complete if and only if these two are equal.
    'demarc-ledger-head': String(caught.status.head),
    'demarc-ledger-through': String(throughSeq),
    'demarc-finance': books.financeHash,
  })
})

type Form = z.infer<typeof ExportQuery>['as']

const jsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** One row per closed attempt. */
async function* postingTexts(
  env: Env,
  tenant: string,
  period: string,
  as: Form,
): AsyncGenerator<string> {
  if (as === 'csv') yield csvHeader()
  let after = 0
  for (;;) {
    const postings = await postingsAfter(env, tenant, { after, period }, PAGE_POSTINGS)
    if (postings.length > 0) yield as === 'csv' ? csvRows(postings) : jsonLines(postings)
    after = postings.at(-1)?.seq ?? after
    if (postings.length < PAGE_POSTINGS) return
  }
}

async function* focusTexts(
  env: Env,
  books: Books,
  period: string,
  as: Form,
): AsyncGenerator<string> {
  const extras = new FocusExtras(books, period)
  const textOf = (rows: readonly FocusRow[]): string =>
    as === 'csv' ? focusLines(rows) : jsonLines(rows)
  if (as === 'csv') yield focusHeader()
  for await (const page of rolledPages(env, books.tenant, period)) {
    for (const row of page) extras.push(row)
    yield textOf(page.flatMap((row) => focusRows(row, books)))
  }
  yield textOf(extras.finish())
}

/** A batch for the general ledger: small, because it is summed by account and cost centre. */
async function* journalTexts(env: Env, books: Books, period: string): AsyncGenerator<string> {
  const batch = new ErpAccumulator(books, period)
  for await (const page of rolledPages(env, books.tenant, period)) {
    for (const row of page) batch.push(row)
  }
  yield erpCsv(batch.finish())
}

function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await texts.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => {
      await texts.return(undefined)
    },
  })
}
