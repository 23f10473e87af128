import { Hono } from 'hono'
import * as z from 'zod'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { loadLives, policyModeOf } from '../../policy-life.ts'
import { inForceBundle } from '../../policy-propose.ts'
import { lastActivation, STEPS_MAX, stepsAfter } from '../../stores/lifecycle-events.ts'
import { sourcesOf } from '../../stores/lifecycle-drafts.ts'
import { isRelease, shadowHash } from '../../stores/lifecycle-releases.ts'
import { releaseOf } from '../../stores/policy-rules.ts'
import { adminError, check, invalid, TenantQuery } from './input.ts'
import { draftView, readTenant } from './policy-input.ts'
import { stopViews } from './policy-emergency.ts'
import { waiverViews } from './policy-proposals.ts'

/** Where the policy of a tenant stands, the steps that led there, and releases to take away. */
export const overviewRoutes = new Hono<AdminEnv>()

const DRAFTS_MAX = 50
const CLOSED: readonly string[] = ['active', 'superseded', 'withdrawn']

overviewRoutes.get('/status', needs('policy.read'), async (c) => {
  const read = readTenant(c)
  if (!read.ok) return read.error
  const tenant = read.value
  const nowMs = Date.now()
  const active = await lastActivation(c.env, tenant)
  const inForce = await inForceBundle(c.env, tenant)
  const lives = await loadLives(c.env, tenant, DRAFTS_MAX)
  const drafts = lives.filter(({ state }) => !CLOSED.includes(state))
  return c.json({
    tenant,
    mode: policyModeOf(c.env),
    inForce:
      active === undefined
        ? null
        : {
            hash: active.hash,
            version: active.version,
            change: active.change,
            by: active.activated_by,
            since: new Date(active.activated_ms).toISOString(),
          },
    shadow: (await shadowHash(c.env, tenant)) ?? null,
    stops: inForce === undefined ? [] : stopViews(inForce.bundle, nowMs),
    waivers: inForce === undefined ? [] : waiverViews(inForce.bundle, nowMs),
    drafts: drafts.map((life) => draftView(c, life)),
  })
})

export const EventsQuery = TenantQuery.extend({
  after: z.coerce.number().int().nonnegative().default(0),
  draft: z.string().max(64).optional(),
})

/** Every step, linked by hashes; the journal has each as an entry of kind `policy`, under the same hash. */
overviewRoutes.get('/events', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), EventsQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, after, draft } = query.value
  const steps = await stepsAfter(c.env, tenant, {
    after,
    ...(draft === undefined ? {} : { draft }),
  })
  const next = steps.length < STEPS_MAX ? null : (steps.at(-1)?.seq ?? null)
  return c.json({
    tenant,
    events: steps.map(({ seq, hash, event }) => ({
      seq,
      hash,
      at: new Date(event.atMs).toISOString(),
      ...event,
    })),
    next,
  })
})

/** A release that was in force, with the YAML that it was written in, if there is any: what `demarc policy export` writes. */
overviewRoutes.get('/releases/:hash', needs('policy.read'), async (c) => {
  const read = readTenant(c)
  if (!read.ok) return read.error
  const hash = c.req.param('hash')
  if (!(await isRelease(c.env, read.value, hash))) {
    return c.json(adminError('not_found', 'no release of this hash was ever in force here'), 404)
  }
  const { bundle } = await releaseOf(c.env, hash)
  return c.json({ tenant: read.value, hash, bundle, sources: await sourcesOf(c.env, hash) })
})
