import { Hono } from 'hono'
import * as z from 'zod'
import { err, ok, type Result } from '../../../domain/result.ts'
import { canonicalBundle } from '../../../policy/bundle.ts'
import { compileDestinationCondition } from '../../../policy/conditions.ts'
import { diffReport } from '../../../policy/diff-report.ts'
import { factsAt } from '../../../policy/facts.ts'
import { isLooser } from '../../../policy/lifecycle-needs.ts'
import { standingStops, StopTarget, withStop } from '../../../policy/lifecycle-stop.ts'
import type { Bundle, Guardrail } from '../../../policy/schema.ts'
import { guardrailSentence } from '../../../policy/sentence.ts'
import { activatePolicy, type Activated } from '../../activate.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { policyModeOf, record, whoIs } from '../../policy-life.ts'
import { inForceBundle } from '../../policy-propose.ts'
import { PROBLEMS, raise } from '../../policy-release.ts'
import { putRelease } from '../../stores/policy.ts'
import { adminError } from './input.ts'
import { readInput, readTenant, Reason, Ticket, type C } from './policy-input.ts'

/** Emergency stops: one person, one action, in force at once. They can only forbid. */
export const emergencyRoutes = new Hono<AdminEnv>()

export const Stop = z.strictObject({ target: StopTarget, reason: Reason, ticket: Ticket })

/** Others may release something between our reading and our writing. */
const TRIES_MAX = 5

emergencyRoutes.post('/', needs('policy.emergency'), async (c) => {
  const input = await readInput(c, Stop)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    const stopped = await stopNow(c, tenant, body)
    if (stopped.ok) {
      c.set('target', stopped.value.stop)
      return c.json(stopped.value, 201)
    }
    if (stopped.error.code !== 'base-moved') {
      return c.json(adminError(stopped.error.code, stopped.error.message), 409)
    }
  }
  return c.json(adminError('busy', 'others release policies at this moment: try again'), 503)
})

type Stopped = {
  readonly tenant: string
  readonly stop: string
  readonly sentence: string
  /** Destinations that nothing reaches from now on. */
  readonly destinations: readonly string[]
  readonly hash: string
  readonly change: string
  readonly proof: string
  readonly activation: Activated
  /** Where a repository decides: what must be written there, or the next release is refused. */
  readonly repository?: { readonly message: string; readonly guardrail: Guardrail }
}

async function stopNow(
  c: C,
  tenant: string,
  { target, reason, ticket }: z.infer<typeof Stop>,
): Promise<Result<Stopped, { readonly code: string; readonly message: string }>> {
  const nowMs = Date.now()
  const who = whoIs(c.get('actor'))
  const inForce = await inForceBundle(c.env, tenant)
  if (inForce === undefined)
    return err({
      code: 'not_found',
      message: `no policy is in force for tenant ${tenant}: nothing is sent`,
    })
  const made = withStop(inForce.bundle, { target, by: who.by, reason })
  if (!made.ok) return err({ code: 'wrong_state', message: made.error })
  const { bundle, stop } = made.value
  const { class: change } = diffReport(inForce.bundle, bundle, nowMs)
  // Too large to compare: one guardrail more, and a guardrail only forbids.
  if (change !== 'unknown' && isLooser(change, 'tightened'))
    throw new Error('an emergency stop has loosened the policy')
  const stored = await putRelease(c.env, canonicalBundle(bundle).text, nowMs)
  if (!stored.ok)
    return err({ code: 'too_large', message: 'the policy is as large as can be stored' })
  const hash = stored.value
  const order = { by: who.by, nowMs, change, base: inForce.hash }
  const activated = await activatePolicy(c.env, tenant, hash, order)
  if (!activated.ok) return err({ code: activated.error, message: PROBLEMS[activated.error] })
  const sentence = guardrailSentence(stop, bundle.attributes.countryGroups)
  const common = { ...who, atMs: nowMs, draft: null, base: inForce.hash, bundle: hash }
  await record(c.env, tenant, () => ({
    event: {
      event: 'stopped',
      ...common,
      ticket: ticket ?? null,
      change,
      stop: stop.id,
      sentence,
      reason,
    },
  }))
  await raise(c.env, 'policy.stopped', 'an emergency stop is in force', {
    tenant,
    stop: stop.id,
    by: who.by,
  })
  return ok({
    tenant,
    stop: stop.id,
    sentence,
    destinations: destinationsOf(bundle, stop, nowMs),
    hash,
    change,
    proof:
      change === 'unknown'
        ? BY_CONSTRUCTION
        : `compared with what was in force: ${change.replace('-', ' ')}`,
    activation: activated.value,
    ...(policyModeOf(c.env) === 'git' ? { repository: { message: IN_GIT, guardrail: stop } } : {}),
  })
}

const BY_CONSTRUCTION =
  'too large to compare exactly; it is one guardrail more than what was in force, and a guardrail only forbids'
const IN_GIT =
  'write this guardrail into guardrails.yaml: a release without it is refused, unless it says that it lifts the stop (PUT with ?lift=, and the id of the stop)'

function destinationsOf({ destinations, attributes }: Bundle, { never }: Guardrail, nowMs: number) {
  const test = compileDestinationCondition(never, attributes.countryGroups)
  return destinations.filter((one) => test(factsAt(one, nowMs), one.id)).map(({ id }) => id)
}

/** Stops that are in force. They are lifted by a draft, like any other loosening. */
emergencyRoutes.get('/', needs('policy.read'), async (c) => {
  const tenant = readTenant(c)
  if (!tenant.ok) return tenant.error
  const inForce = await inForceBundle(c.env, tenant.value)
  const nowMs = Date.now()
  const stops = inForce === undefined ? [] : stopViews(inForce.bundle, nowMs)
  return c.json({ tenant: tenant.value, stops })
})

export const stopViews = (bundle: Bundle, nowMs: number) =>
  standingStops(bundle).map((stop) => ({
    stop: stop.id,
    by: stop.owner,
    reason: stop.because,
    sentence: guardrailSentence(stop, bundle.attributes.countryGroups),
    destinations: destinationsOf(bundle, stop, nowMs),
  }))
