import { Hono } from 'hono'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import type { InForceDetails } from '../../objects/authority.ts'
import { lastInForce, recorded } from '../../stores/activations.ts'
import { askAuthority } from '../../stores/authority.ts'
import { check, invalid, TenantQuery } from './input.ts'

/** What is in force, since when, and since when everywhere. */
export const inForceRoutes = new Hono<AdminEnv>()

inForceRoutes.get('/', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const details = await askAuthority(c.env, tenant)
  if (details !== undefined) return c.json({ tenant, ...said(details) })
  // Nobody lends anything while the authority is away, so what it last recorded is all that can be said.
  const { version, policyHash } = await recorded(c.env, tenant)
  const last = await lastInForce(c.env, tenant)
  return c.json({
    tenant,
    saidBy: 'record',
    version,
    hash: policyHash,
    lastEverywhere: last ?? null,
  })
})

function said({ term, policy, keys, journals, plans, ...rest }: InForceDetails) {
  return {
    saidBy: 'authority',
    version: term.version,
    hash: term.policyHash,
    since: isoOf(policy.sinceMs),
    /** Null while a journal is awaited. */
    everywhereSince: isoOf(policy.everywhereMs),
    everywhereAtTheLatest: policy.everywhereMs === null ? isoOf(rest.everywhereByMs) : null,
    keys: {
      epoch: term.keyEpoch,
      since: isoOf(keys.sinceMs),
      everywhereSince: isoOf(keys.everywhereMs),
    },
    recordReadAt: isoOf(rest.readMs),
    journals: journals.map(({ name, leaseUntilMs, isAwaited, isLent }) => ({
      name,
      state: isAwaited ? 'awaited' : isLent ? 'acting' : 'own-zone-only-until-it-asks',
      leaseUntil: isoOf(leaseUntilMs),
    })),
    planned: plans.map(({ atMs, ...plan }) => ({ ...plan, at: isoOf(atMs) })),
  }
}

const isoOf = (timeMs: number | null): string | null =>
  timeMs === null || timeMs === 0 ? null : new Date(timeMs).toISOString()
