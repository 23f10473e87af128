import { Hono } from 'hono'
import { formatUsd } from '../../../domain/money.ts'
import { auditLedger } from '../../stores/audit.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { check, invalid, TenantQuery } from './input.ts'
import { exportRoutes } from './ledger-export.ts'
import { periodRoutes } from './ledger-period.ts'
import { reconcileRoutes } from './ledger-reconcile.ts'
import { reportRoutes } from './ledger-report.ts'

/** The books: exported, reported and checked. All first wait for what has just happened. */
export const ledgerRoutes = new Hono<AdminEnv>()

ledgerRoutes.route('/export', exportRoutes)
ledgerRoutes.route('/report', reportRoutes)
ledgerRoutes.route('/reconcile', reconcileRoutes)
ledgerRoutes.route('/', periodRoutes)

ledgerRoutes.get('/verify', needs('ledger.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const { holds, findings, entries, headHash, postedPicoUsd } = await auditLedger(c.env, tenant)
  const postedUsd = formatUsd(postedPicoUsd)
  return c.json({ tenant, holds, findings, entries, headHash, postedUsd })
})
