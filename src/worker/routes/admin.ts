import { Hono } from 'hono'
import type { AdminEnv } from '../middleware/actor.ts'
import { adminAuth } from '../middleware/admin-auth.ts'
import { auditRoutes } from './admin/audit.ts'
import { backtestRoutes } from './admin/backtest.ts'
import { callRoutes } from './admin/calls.ts'
import { inForceRoutes } from './admin/in-force.ts'
import { decisionRoutes } from './admin/decisions.ts'
import { adminError } from './admin/input.ts'
import { keyRoutes } from './admin/keys.ts'
import { ledgerRoutes } from './admin/ledger.ts'
import { openapiRoutes } from './admin/openapi.ts'
import { peopleRoutes } from './admin/people.ts'
import { policyRoutes } from './admin/policy.ts'
import { retentionRoutes } from './admin/retention.ts'
import { draftRoutes } from './admin/policy-drafts.ts'
import { emergencyRoutes } from './admin/policy-emergency.ts'
import { overviewRoutes } from './admin/policy-overview.ts'
import { proposalRoutes } from './admin/policy-proposals.ts'
import { stepRoutes } from './admin/policy-steps.ts'
import { shadowRoutes } from './admin/shadow.ts'
import { tokenRoutes } from './admin/tokens.ts'

/** What `demarc key`, `demarc ledger` and the seeding talk to; mounted at `/admin/api`. */
export const admin = new Hono<AdminEnv>()

admin.use(adminAuth)
admin.route('/policy/in-force', inForceRoutes)
admin.route('/policy', policyRoutes)
admin.route('/policy', overviewRoutes)
admin.route('/policy', proposalRoutes)
admin.route('/policy/drafts', draftRoutes)
admin.route('/policy/drafts', stepRoutes)
admin.route('/policy/emergency-stop', emergencyRoutes)
admin.route('/policy', backtestRoutes)
admin.route('/policy', shadowRoutes)
admin.route('/keys', keyRoutes)
admin.route('/ledger', ledgerRoutes)
admin.route('/audit', auditRoutes)
admin.route('/retention', retentionRoutes)
admin.route('/audit/calls', callRoutes)
admin.route('/decisions', decisionRoutes)
admin.route('/tokens', tokenRoutes)
admin.route('/people', peopleRoutes)
admin.route('/', openapiRoutes)
// A catch-all and not `notFound`, which does not survive mounting.
admin.all('*', (c) =>
  c.json(
    adminError('not_found', 'here are policy, keys, ledger, audit, decisions, tokens and people'),
    404,
  ),
)
