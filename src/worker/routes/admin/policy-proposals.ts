import { Hono } from 'hono'
import * as z from 'zod'
import { destinations } from '../../../destinations/index.ts'
import { parseBundle } from '../../../policy/bundle.ts'
import { daysLeft } from '../../../policy/facts.ts'
import type { Proposal } from '../../../policy/lifecycle-events.ts'
import { proposedBundle, waiverProblem } from '../../../policy/lifecycle-proposal.ts'
import { Waiver, type Bundle } from '../../../policy/schema.ts'
import { waiverSentence } from '../../../policy/sentence.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { loadLife, record, takeStep, whoIs } from '../../policy-life.ts'
import { beginDraft, inForceBundle } from '../../policy-propose.ts'
import { reviewOf, submissionOf } from '../../policy-review.ts'
import { canonicalBundle } from '../../../policy/bundle.ts'
import { ok } from '../../../domain/result.ts'
import { putDiff } from '../../stores/lifecycle-drafts.ts'
import { putRelease } from '../../stores/policy.ts'
import { isRelease, releaseHash } from '../../stores/lifecycle-releases.ts'
import { releaseOf } from '../../stores/policy-rules.ts'
import { adminError, invalid } from './input.ts'
import {
  draftView,
  notInConsole,
  readInput,
  readTenant,
  Reason,
  refused,
  Ticket,
  toInputProblem,
  type C,
} from './policy-input.ts'

/** Changes that follow from what is in force: waivers, the end of an emergency stop, and the way back to an old release. */
export const proposalRoutes = new Hono<AdminEnv>()

export const WaiverRequest = z.strictObject({
  waiver: Waiver,
  reason: Reason.optional(),
  emergency: z.boolean().default(false),
})

proposalRoutes.post('/waivers', needs('policy.draft'), async (c) => {
  const input = await readInput(c, WaiverRequest)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const { waiver, emergency: isEmergency } = body
  const author = c.get('actor').id
  const problem = waiverProblem(waiver, { author, isEmergency, nowMs: Date.now() })
  if (problem !== undefined) return c.json(invalid([{ field: 'waiver', problem }]), 422)
  return await propose(c, tenant, {
    title: `Waiver of ${waiver.guardrail} until ${waiver.expires}`,
    reason: body.reason ?? waiver.because,
    ticket: waiver.ticket,
    proposal: { kind: 'waiver', waiver, isEmergency },
  })
})

/** Waivers of the policy in force, those that end next first. */
proposalRoutes.get('/waivers', needs('policy.read'), async (c) => {
  const tenant = readTenant(c)
  if (!tenant.ok) return tenant.error
  const inForce = await inForceBundle(c.env, tenant.value)
  const waivers = inForce === undefined ? [] : waiverViews(inForce.bundle, Date.now())
  return c.json({ tenant: tenant.value, waivers })
})

export const waiverViews = ({ waivers, attributes }: Bundle, nowMs: number) =>
  waivers
    .toSorted((a, b) => (a.expires < b.expires ? -1 : 1))
    .map((waiver) => ({
      ...waiver,
      sentence: waiverSentence(waiver, attributes.countryGroups),
      state:
        nowMs < Date.parse(waiver.from)
          ? 'ahead'
          : nowMs < Date.parse(waiver.expires)
            ? 'open'
            : 'expired',
      daysLeft: Math.max(0, daysLeft(waiver, nowMs)),
    }))

export const Lift = z.strictObject({ reason: Reason, ticket: Ticket })

proposalRoutes.post('/emergency-stop/:stop/lift', needs('policy.draft'), async (c) => {
  const input = await readInput(c, Lift)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const stop = c.req.param('stop')
  return await propose(c, tenant, {
    title: `Lift ${stop}`,
    reason: body.reason,
    ticket: body.ticket ?? null,
    proposal: { kind: 'lift', stop },
  })
})

export const Rollback = z.union(
  [
    z.strictObject({ version: z.int().positive(), reason: Reason, ticket: Ticket }),
    z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), reason: Reason, ticket: Ticket }),
  ],
  { message: '{ version, reason } or { hash, reason }: a release that was in force' },
)

proposalRoutes.post('/rollback', needs('policy.draft'), async (c) => {
  const input = await readInput(c, Rollback)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const hash =
    'hash' in body
      ? (await isRelease(c.env, tenant, body.hash))
        ? body.hash
        : undefined
      : await releaseHash(c.env, tenant, body.version)
  if (hash === undefined) return c.json(NO_RELEASE, 404)
  return await propose(c, tenant, {
    title: 'version' in body ? `Back to version ${body.version}` : `Back to ${hash.slice(0, 12)}`,
    reason: body.reason,
    ticket: body.ticket ?? null,
    proposal: { kind: 'rollback', hash },
  })
})

const NO_RELEASE = adminError(
  'not_found',
  'no release of this number or hash was ever in force: GET history lists them',
)

type Proposed = {
  readonly title: string
  readonly reason: string
  readonly ticket: string | null
  readonly proposal: Exclude<Proposal, { kind: 'tables' }>
}

/** Makes the draft, checks it and submits it, in one go: there is nothing in it to be edited. What does not hold is not kept. */
async function propose(c: C, tenant: string, proposed: Proposed): Promise<Response> {
  const wrongMode = notInConsole(c)
  if (wrongMode !== undefined) return wrongMode
  const { env } = c
  const inForce = await inForceBundle(env, tenant)
  if (inForce === undefined) return c.json(NOTHING_IN_FORCE, 404)
  const { proposal } = proposed
  const old = proposal.kind === 'rollback' ? await releaseOf(env, proposal.hash) : undefined
  const made = proposedBundle(inForce.bundle, proposal, old?.bundle)
  if (!made.ok) return c.json(adminError('wrong_state', made.error), 409)
  const bundle = parseBundle(made.value, Object.keys(destinations))
  if (!bundle.ok) return c.json(invalid(bundle.error.map(toInputProblem)), 422)
  const nowMs = Date.now()
  const review = reviewOf(bundle.value, nowMs)
  if (!review.holds) {
    const errors = review.findings.filter(({ severity }) => severity === 'error')
    return c.json(invalid(errors.map(({ rule, problem }) => ({ field: rule ?? '', problem }))), 422)
  }
  const actor = c.get('actor')
  const who = whoIs(actor)
  const draft = { ...proposed, who, base: inForce.hash, bundle: bundle.value, sources: {}, nowMs }
  const begun = await beginDraft(env, tenant, draft)
  if (!begun.ok) return refused(c, begun.error)
  const id = begun.value
  c.set('target', id)
  const { holds, errors, warnings } = review
  const { ticket } = proposed
  const { text, hash } = canonicalBundle(bundle.value)
  const common = { ...who, atMs: nowMs, ticket, draft: id, bundle: hash }
  await record(env, tenant, () => ({
    event: { event: 'checked', ...common, holds, errors, warnings },
  }))
  await putRelease(env, text, nowMs)
  const submitted = await takeStep<never>(
    env,
    tenant,
    id,
    { action: 'submit', actor },
    async (life, content) => {
      const {
        event,
        diff,
        text: report,
      } = await submissionOf(env, tenant, life.status, content, { who, nowMs })
      return ok({ event, also: [putDiff(env, diff, report, nowMs)] })
    },
  )
  if (!submitted.ok) return refused(c, submitted.error)
  const life = (await loadLife(env, tenant, id)) ?? submitted.value
  return c.json({ ...draftView(c, life), review }, 201)
}

const NOTHING_IN_FORCE = adminError('not_found', 'no policy is in force yet')
