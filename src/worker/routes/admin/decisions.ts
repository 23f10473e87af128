import { Hono } from 'hono'
import * as z from 'zod'
import { may, type Actor } from '../../../access/actor.ts'
import { LEVELS } from '../../../domain/label.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { decisionShown } from '../decisions.ts'
import { indexDecisions } from '../../stores/admin-decisions-index.ts'
import { findDecisions, type Place } from '../../stores/admin-decisions.ts'
import { adminError, check, invalid, Moment, TenantQuery } from './input.ts'

/** What was decided, refused and failed, without content: developers see their own apps, officers and auditors all. */
export const decisionRoutes = new Hono<AdminEnv>()

const PAGE_MAX = 500
const Name = z.string().min(1).max(200)

/** The `next` of the page before. */
const PlaceText = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/, { message: 'what the page before gave as next' })
  .transform((text): Place => {
    const [atMs, seq] = text.split('-').map(Number)
    return { atMs: atMs ?? 0, seq: seq ?? 0 }
  })

export const DecisionsQuery = TenantQuery.extend({
  app: Name.optional(),
  /** What it was refused with, such as `policy_forbids`, `budget_exhausted`, `rate_limited`. */
  code: Name.optional(),
  level: z.enum(LEVELS, { message: `one of ${LEVELS.join(', ')}` }).optional(),
  destination: Name.optional(),
  /** A guardrail or a waiver that took part. */
  rule: Name.optional(),
  state: z.enum(['refused', 'failed', 'ok'], { message: 'one of refused, failed, ok' }).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
  before: PlaceText.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
})

decisionRoutes.get('/', needs('decisions.read'), async (c) => {
  const query = check(c.req.query(), DecisionsQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { app, from: fromMs, to: toMs, ...rest } = query.value
  const apps = appsFor(c.get('actor'), app)
  if (apps === 'forbidden') {
    const message = `you do not belong to the app ${app}; your apps: ${c.get('actor').apps.join(', ')}`
    return c.json(adminError('forbidden', message), 403)
  }
  const through = await indexDecisions(c.env, rest.tenant)
  const { decisions, next } = await findDecisions(c.env, { ...rest, apps, fromMs, toMs })
  return c.json({
    tenant: rest.tenant,
    /** Up to which entry of the journal this reads. */
    through,
    decisions,
    next: next === null ? null : `${next.atMs}-${next.seq}`,
  })
})

/** A receipt, as the app's key would get it at `/v1/decisions/{id}`. */
decisionRoutes.get('/:id', needs('decisions.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const actor = c.get('actor')
  const shown = await decisionShown(
    c.env,
    query.value.tenant,
    c.req.param('id'),
    ({ app }) => appsFor(actor, app) !== 'forbidden',
  )
  return shown === undefined ? c.json(NO_DECISION, 404) : c.json(shown)
})

const NO_DECISION = adminError('not_found', 'no decision that you may see has this id')

/** The apps to look at, undefined for all: who may read the audit log may read of all of them. */
function appsFor(
  actor: Actor,
  app: string | undefined,
): readonly string[] | undefined | 'forbidden' {
  if (may(actor, 'audit.read')) return app === undefined ? undefined : [app]
  if (app === undefined) return actor.apps
  return actor.apps.includes(app) ? [app] : 'forbidden'
}
