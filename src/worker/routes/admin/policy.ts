import { Hono } from 'hono'
import { destinations } from '../../../destinations/index.ts'
import { canonicalBundle, parseBundle } from '../../../policy/bundle.ts'
import type { PolicyProblem } from '../../../policy/problem.ts'
import type { Env } from '../../env.ts'
import { activate, activeHash, loadBundle, putRelease } from '../../stores/policy.ts'
import { adminError, check, invalid, readJson, TenantQuery, type InputProblem } from './input.ts'

/** The policy in force. A bundle that is not whole is never stored. */
export const policyRoutes = new Hono<{ Bindings: Env }>()

policyRoutes.put('/', async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const json = await readJson(c.req.raw)
  if (!json.ok) return c.json(invalid(json.error), 422)
  const bundle = parseBundle(json.value, Object.keys(destinations))
  if (!bundle.ok) return c.json(invalid(bundle.error.map(toInputProblem)), 422)
  const nowMs = Date.now()
  const stored = await putRelease(c.env, canonicalBundle(bundle.value).text, nowMs)
  if (!stored.ok) return c.json(adminError('too_large', 'the bundle is larger than 1.9 MB'), 413)
  const { tenant } = query.value
  const active = await activate(c.env, tenant, stored.value, nowMs)
  if (!active.ok) throw new Error('a release that was just stored is not there')
  return c.json({ tenant, hash: stored.value, ...active.value })
})

policyRoutes.get('/', async (c) => {
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

function toInputProblem({ path, rule, problem }: PolicyProblem): InputProblem {
  const field = path.map(String).join('.')
  return { field: rule === null ? field : `${field} (${rule})`, problem }
}
