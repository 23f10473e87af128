import { Hono } from 'hono'
import { destinations } from '../../../destinations/index.ts'
import { canonicalBundle, parseBundle } from '../../../policy/bundle.ts'
import { proveClaims } from '../../../policy/analyze/claims.ts'
import { diffPolicies } from '../../../policy/analyze/diff.ts'
import type { PolicyProblem } from '../../../policy/problem.ts'
import type { Bundle } from '../../../policy/schema.ts'
import type { Env } from '../../env.ts'
import { activatePolicy } from '../../activate.ts'
import { activations, type PolicyChange } from '../../stores/activations.ts'
import { activeHash, loadBundle, putRelease } from '../../stores/policy.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { adminError, check, invalid, readJson, TenantQuery, type InputProblem } from './input.ts'

/** The policy in force. A bundle that is not whole is never stored. */
export const policyRoutes = new Hono<AdminEnv>()

policyRoutes.put('/', needs('policy.activate'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const json = await readJson(c.req.raw)
  if (!json.ok) return c.json(invalid(json.error), 422)
  const bundle = parseBundle(json.value, Object.keys(destinations))
  if (!bundle.ok) return c.json(invalid(bundle.error.map(toInputProblem)), 422)
  const nowMs = Date.now()
  const refuted = refutedClaims(bundle.value, nowMs)
  if (refuted.length > 0) return c.json(invalid(refuted), 422)
  const stored = await putRelease(c.env, canonicalBundle(bundle.value).text, nowMs)
  if (!stored.ok) return c.json(adminError('too_large', 'the bundle is larger than 1.9 MB'), 413)
  const { tenant } = query.value
  const change = await changeOf(c.env, tenant, bundle.value, nowMs)
  const order = { by: c.get('actor').id, nowMs, change }
  const active = await activatePolicy(c.env, tenant, stored.value, order)
  if (!active.ok) {
    const message = 'set the secret POLICY_SIGNING_KEY: this Worker uses signed policies only'
    return c.json(adminError(active.error, message), 409)
  }
  const inForce = active.value.state === 'everywhere'
  return c.json({ tenant, hash: stored.value, change, inForce, ...active.value })
})

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

async function changeOf(
  env: Env,
  tenant: string,
  after: Bundle,
  nowMs: number,
): Promise<PolicyChange> {
  const hash = await activeHash(env, tenant)
  if (hash === undefined) return 'first'
  const before = parseBundle(JSON.parse(await loadBundle(env, hash)))
  const diff = before.ok ? diffPolicies(before.value, after, nowMs) : undefined
  return diff?.ok === true ? diff.value.class : 'unknown'
}

function toInputProblem({ path, rule, problem }: PolicyProblem): InputProblem {
  const field = path.map(String).join('.')
  return { field: rule === null ? field : `${field} (${rule})`, problem }
}
