import { Hono } from 'hono'
import * as z from 'zod'
import { destinations } from '../../../destinations/index.ts'
import { canonicalBundle, parseBundle } from '../../../policy/bundle.ts'
import { proveClaims } from '../../../policy/analyze/claims.ts'
import { diffReport } from '../../../policy/diff-report.ts'
import { lostStops } from '../../../policy/lifecycle-stop.ts'
import type { Bundle } from '../../../policy/schema.ts'
import { activatePolicy, type ActivationProblem } from '../../activate.ts'
import { policyModeOf, record, whoIs } from '../../policy-life.ts'
import { inForceBundle } from '../../policy-propose.ts'
import { activations } from '../../stores/activations.ts'
import { activeHash, loadBundle, putRelease } from '../../stores/policy.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { adminError, check, invalid, readJson, TenantQuery, type InputProblem } from './input.ts'
import { toInputProblem, type C } from './policy-input.ts'

/** The policy in force. A bundle that is not whole is never stored. */
export const policyRoutes = new Hono<AdminEnv>()

/** Emergency stops that a release ends on purpose: `?lift=stop-third-parties`, several with commas. */
const PutQuery = TenantQuery.extend({
  lift: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((id) => id !== '')),
})

/** How a repository's pipeline puts a policy in force, and how the first one comes here. */
policyRoutes.put('/', needs('policy.activate'), async (c) => {
  const query = check(c.req.query(), PutQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, lift } = query.value
  const json = await readJson(c.req.raw)
  if (!json.ok) return c.json(invalid(json.error), 422)
  const bundle = parseBundle(json.value, Object.keys(destinations))
  if (!bundle.ok) return c.json(invalid(bundle.error.map(toInputProblem)), 422)
  const nowMs = Date.now()
  const refuted = refutedClaims(bundle.value, nowMs)
  if (refuted.length > 0) return c.json(invalid(refuted), 422)
  const before = await inForceBundle(c.env, tenant)
  const inTheWay = notNow(c, before?.bundle, bundle.value, lift)
  if (inTheWay !== undefined) return inTheWay
  const stored = await putRelease(c.env, canonicalBundle(bundle.value).text, nowMs)
  if (!stored.ok) return c.json(adminError('too_large', 'the bundle is larger than 1.9 MB'), 413)
  const { class: change } = diffReport(before?.bundle, bundle.value, nowMs)
  const who = whoIs(c.get('actor'))
  const base = before?.hash ?? null
  const active = await activatePolicy(c.env, tenant, stored.value, {
    by: who.by,
    nowMs,
    change,
    base,
  })
  if (!active.ok) return c.json(adminError(active.error, NOT_ACTIVATED[active.error]), 409)
  const common = { ...who, atMs: nowMs, ticket: null, draft: null, base, bundle: stored.value }
  await record(c.env, tenant, () => ({
    event: { event: 'pushed', ...common, change, lifts: lift },
  }))
  const inForce = active.value.state === 'everywhere'
  return c.json({ tenant, hash: stored.value, change, inForce, ...active.value })
})

const NOT_ACTIVATED: Readonly<Record<ActivationProblem, string>> = {
  'unknown-release': 'the release was stored and is gone: send it again',
  'base-moved':
    'somebody else put another policy in force at this moment: look at it and send yours again',
  'not-signed': 'set the secret POLICY_SIGNING_KEY: this Worker uses signed policies only',
}

/** Why a policy may not be put here now: people decide by drafts, or it would end an emergency stop without saying so. */
function notNow(
  c: C,
  before: Bundle | undefined,
  after: Bundle,
  lifts: readonly string[],
): Response | undefined {
  if (before === undefined) return undefined
  if (policyModeOf(c.env) === 'console')
    return c.json(adminError('console_mode', CONSOLE_MODE), 409)
  const lost = lostStops(before, after, lifts)
  if (lost.length === 0) return undefined
  const ids = lost.map(({ id }) => id).join(',')
  const message = `an emergency stop is in force (${ids}): write its guardrail into guardrails.yaml (GET emergency-stop shows it), or end it on purpose with ?lift=${ids}`
  return c.json(adminError('stopped', message), 409)
}

const CONSOLE_MODE =
  'people decide by drafts here (POLICY_MODE is console): POST drafts. A policy is put only where none is in force yet.'

policyRoutes.get('/', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const hash = await activeHash(c.env, tenant)
  if (hash === undefined) {
    const message = `no policy is in force for tenant ${tenant}: PUT one here`
    return c.json(adminError('not_found', message), 404)
  }
  const bundle: unknown = JSON.parse(await loadBundle(c.env, hash))
  return c.json({ tenant, hash, bundle })
})

/** What was in force when, and how each release differed from the one before. */
policyRoutes.get('/history', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant } = query.value
  const versions = (await activations(c.env, tenant)).map(({ activated_ms, ...rest }) => ({
    ...rest,
    activatedAt: new Date(activated_ms).toISOString(),
  }))
  return c.json({ tenant, versions })
})

/** Claims that must hold and do not. A policy too large to be analysed is not refused for it: `demarc policy check` says so. */
function refutedClaims(bundle: Bundle, nowMs: number): InputProblem[] {
  const proof = proveClaims(bundle, bundle.invariants, nowMs)
  if (!proof.ok) return []
  return proof.value.verdicts.flatMap((verdict) =>
    verdict.outcome === 'refuted'
      ? [
          {
            field: `invariants (${verdict.id})`,
            problem: `does not hold: ${verdict.counterexample}`,
          },
        ]
      : [],
  )
}
