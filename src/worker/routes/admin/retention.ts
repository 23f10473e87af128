import { Hono } from 'hono'
import * as z from 'zod'
import { AttributeName } from '../../../policy/vocabulary.ts'
import { Retention } from '../../../policy/retention.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { eraseSubject } from '../../stores/retention-erase.ts'
import { retentionStatus } from '../../stores/retention-night.ts'
import { releaseHold, setHold, setRetention } from '../../stores/retention.ts'
import { vaultOf } from '../../stores/subject-keys.ts'
import { adminError, check, invalid, readBody, TenantQuery } from './input.ts'

/** How long records are kept, what must not be deleted, and what has to be. */
export const retentionRoutes = new Hono<AdminEnv>()

retentionRoutes.get('/', needs('audit.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const isEncrypted = vaultOf(c.env) !== undefined
  return c.json({ tenant, ...(await retentionStatus(c.env, tenant, isEncrypted, Date.now())) })
})

retentionRoutes.put('/', needs('retention.write'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const retention = await readBody(c.req.raw, Retention)
  if (!retention.ok) return c.json(invalid(retention.error), 422)
  const { tenant } = query.value
  await setRetention(c.env, tenant, retention.value, c.get('actor').id, Date.now())
  return c.json({ tenant, retention: retention.value })
})

const Reason = z.string().trim().min(1).max(500)
const Day = z.iso.date()

export const HoldRequest = z
  .strictObject({
    /** Absent: every app. */
    app: AttributeName.optional(),
    /** Days in UTC, both included; absent: without end. */
    from: Day.optional(),
    to: Day.optional(),
    reason: Reason,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: 'from must not be after to',
    path: ['from'],
  })

retentionRoutes.post('/holds', needs('retention.write'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const asked = await readBody(c.req.raw, HoldRequest)
  if (!asked.ok) return c.json(invalid(asked.error), 422)
  const { app = null, from = null, to = null, reason } = asked.value
  const { tenant } = query.value
  const hold = { app, from, to, reason }
  const id = await setHold(c.env, tenant, hold, c.get('actor').id, Date.now())
  return c.json({ tenant, id, ...hold })
})

export const ReleaseRequest = z.strictObject({ reason: Reason })

retentionRoutes.post('/holds/:id/release', needs('retention.write'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const asked = await readBody(c.req.raw, ReleaseRequest)
  if (!asked.ok) return c.json(invalid(asked.error), 422)
  const id = Number(c.req.param('id'))
  const act = { by: c.get('actor').id, because: asked.value.reason, nowMs: Date.now() }
  const { tenant } = query.value
  const isReleased = Number.isSafeInteger(id) && (await releaseHold(c.env, tenant, id, act))
  if (isReleased) return c.json({ tenant, id })
  return c.json(adminError('not_found', 'no open hold has this number'), 404)
})

/** In the body, never in the path: what is erased must not be left behind in a log. */
export const EraseRequest = z.strictObject({ subject: z.string().trim().min(1).max(256) })

retentionRoutes.post('/erase', needs('retention.write'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const asked = await readBody(c.req.raw, EraseRequest)
  if (!asked.ok) return c.json(invalid(asked.error), 422)
  const { tenant } = query.value
  const by = c.get('actor').id
  const erasure = await eraseSubject(c.env, tenant, asked.value.subject, by, Date.now())
  if (erasure === undefined) return c.json(NO_KEY, 503)
  return c.json({ tenant, complete: erasure.held + erasure.tooYoung === 0, ...erasure })
})

const NO_KEY = adminError(
  'misconfigured',
  'set the secret RECORD_KEY (at least 16 random characters): without it, values that name a subject are not recorded, and there is nothing to erase',
)
