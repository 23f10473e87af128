import { Hono } from 'hono'
import * as z from 'zod'
import { InvoiceLine } from '../../../ledger/invoices/invoice.ts'
import { reconcileInvoice } from '../../reconcile.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { adminError, check, invalid, readBody, TenantQuery } from './input.ts'

/** Invoices, compared with the ledger. */
export const reconcileRoutes = new Hono<AdminEnv>()

export const InvoiceImport = TenantQuery.extend({
  destination: z.string().min(1).max(64),
  format: z.string().min(1).max(64),
  fileHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { message: 'the SHA-256 of the file in lower-case hex' }),
  lines: z.array(InvoiceLine).min(1),
  /** Book the differences. */
  post: z.boolean().default(false),
  reason: z.string().min(1).max(500),
})

reconcileRoutes.post('/', needs('ledger.write'), async (c) => {
  const body = await readBody(c.req.raw, InvoiceImport)
  if (!body.ok) return c.json(invalid(body.error), 422)
  const done = await reconcileInvoice(c.env, { ...body.value, nowMs: Date.now() })
  if (!done.ok) return c.json(adminError('not_now', done.error), 409)
  return c.json(JSON.parse(JSON.stringify(done.value, textOfBigint)))
})

/** What earlier comparisons found. */
reconcileRoutes.get('/', needs('ledger.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { results } = await c.env.DB.prepare(
    'SELECT id, format, destination, file_hash, created_ms FROM recon_run WHERE tenant = ?1 ORDER BY created_ms DESC LIMIT 100',
  )
    .bind(query.value.tenant)
    .all()
  return c.json({ tenant: query.value.tenant, runs: results })
})

const textOfBigint = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
