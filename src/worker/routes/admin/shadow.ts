import { Hono } from 'hono'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { catchUp } from '../../stores/audit.ts'
import { evaluateShadow, shadowReport } from '../../stores/shadow.ts'
import { adminError, check, invalid, TenantQuery } from './input.ts'

/** What the policy that is tried beside the one in force would have decided otherwise. */
export const shadowRoutes = new Hono<AdminEnv>()

shadowRoutes.get('/shadow', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const caught = await catchUp(c.env, tenant)
  await evaluateShadow(c.env, tenant)
  const report = await shadowReport(c.env, tenant)
  if (report === undefined) {
    return c.json(adminError('not_found', 'no policy was ever tried in the shadow here'), 404)
  }
  return c.json({ tenant, head: caught.status.head, ...report })
})
