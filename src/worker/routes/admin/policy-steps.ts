import { Hono } from 'hono'
import * as z from 'zod'
import { err, ok, type Result } from '../../../domain/result.ts'
import { canonicalBundle } from '../../../policy/bundle.ts'
import { isStale } from '../../../policy/lifecycle.ts'
import { mayDo, type Action } from '../../../policy/lifecycle-rules.ts'
import { cancelActivation } from '../../activate.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import {
  loadLife,
  takeStep,
  whoIs,
  type Life,
  type Made,
  type StepRefusal,
} from '../../policy-life.ts'
import { releaseDraft, sayDifference } from '../../policy-release.ts'
import { compareDraft, reviewOf, submissionOf } from '../../policy-review.ts'
import { catchUp } from '../../stores/audit.ts'
import { runBacktest } from '../../stores/backtest.ts'
import {
  draftContent,
  putDiff,
  storedDiff,
  type DraftContent,
} from '../../stores/lifecycle-drafts.ts'
import { putRelease } from '../../stores/policy.ts'
import { setShadow } from '../../stores/shadow.ts'
import { adminError, Moment } from './input.ts'
import {
  draftView,
  notInConsole,
  readInput,
  readTenant,
  Reason,
  refused,
  type C,
} from './policy-input.ts'

/** The steps of a draft, one after the other. Each answers with the draft as it is then. */
export const stepRoutes = new Hono<AdminEnv>()

/** What is the same in the facts of every step. */
const commonOf = (c: C, { status }: Life, nowMs: number) => ({
  ...whoIs(c.get('actor')),
  atMs: nowMs,
  ticket: status.ticket,
  draft: status.id,
})

type Common = ReturnType<typeof commonOf>

/** One step of a draft, from the request to the answer. */
async function step<T extends z.ZodType, E extends StepRefusal>(
  c: C,
  action: Action,
  schema: T,
  work: (given: {
    readonly tenant: string
    readonly life: Life
    readonly content: DraftContent
    readonly body: z.infer<T>
    readonly common: Common
    readonly nowMs: number
  }) => Promise<Result<Made & { readonly shows?: object }, E>>,
): Promise<Response> {
  const wrongMode = notInConsole(c)
  if (wrongMode !== undefined) return wrongMode
  const input = await readInput(c, schema)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const actor = c.get('actor')
  let shows: object = {}
  const id = c.req.param('id') ?? ''
  const taken = await takeStep(c.env, tenant, id, { action, actor }, async (life, content) => {
    const nowMs = Date.now()
    const made = await work({
      tenant,
      life,
      content,
      body,
      common: commonOf(c, life, nowMs),
      nowMs,
    })
    if (made.ok) shows = made.value.shows ?? {}
    return made
  })
  return taken.ok ? c.json({ ...draftView(c, taken.value), ...shows }) : refused(c, taken.error)
}

export const Nothing = z.strictObject({})
export const Because = z.strictObject({ reason: Reason })

stepRoutes.post('/:id/check', needs('policy.draft'), (c) =>
  step(c, 'check', Nothing, async ({ content, common, nowMs }) => {
    const review = reviewOf(content.bundle, nowMs)
    const { holds, errors, warnings } = review
    const event = {
      event: 'checked',
      ...common,
      bundle: content.hash,
      holds,
      errors,
      warnings,
    } as const
    return ok({ event, shows: { review } })
  }),
)

export const Backtest = z.strictObject({ days: z.int().min(1).max(400).default(7) })

stepRoutes.post('/:id/backtest', needs('policy.draft'), (c) =>
  step(c, 'backtest', Backtest, async ({ tenant, content, body, common, nowMs }) => {
    await catchUp(c.env, tenant)
    const candidate = { hash: content.hash, bundle: content.bundle }
    const result = await runBacktest(c.env, tenant, candidate, body.days, common.by, nowMs)
    // Another one than the draft's base may have come into force since it was looked at.
    if (result === undefined || result.report.base !== content.base) return err(MOVED)
    const { digest, report } = result
    const event = {
      event: 'backtested',
      ...common,
      base: content.base,
      bundle: content.hash,
      digest,
      fromMs: Date.parse(report.window.from),
      toMs: Date.parse(report.window.to),
      requests: report.requests,
    } as const
    return ok({ event, shows: { report } })
  }),
)

const MOVED: StepRefusal = {
  code: 'stale',
  message: 'another policy is in force than the one that this draft replaces: rebase it',
}

stepRoutes.post('/:id/submit', needs('policy.draft'), (c) =>
  step(c, 'submit', Nothing, async ({ tenant, life, content, common, nowMs }) => {
    const who = { by: common.by, madeBy: common.madeBy }
    const stored = await putRelease(c.env, canonicalBundle(content.bundle).text, nowMs)
    if (!stored.ok)
      return err({ code: 'wrong_state', message: 'the bundle is larger than 1.9 MB' } as const)
    const made = await submissionOf(c.env, tenant, life.status, content, { who, nowMs })
    return ok({ event: made.event, also: [putDiff(c.env, made.diff, made.text, nowMs)] })
  }),
)

/** What approvers read: as it was submitted, or as it would be now. */
stepRoutes.get('/:id/diff', needs('policy.read'), async (c) => {
  const tenant = readTenant(c)
  if (!tenant.ok) return tenant.error
  const id = c.req.param('id')
  const life = await loadLife(c.env, tenant.value, id)
  const content = await draftContent(c.env, tenant.value, id)
  if (life === undefined || content === undefined) return c.json(NO_DRAFT, 404)
  const { submission } = life.status
  const stale = isStale(life.status, life.around)
  if (submission !== undefined) {
    const report = await storedDiff(c.env, submission.diff)
    return c.json({ draft: id, submitted: true, stale, digest: submission.diff, report })
  }
  const report = await compareDraft(c.env, tenant.value, content, Date.now())
  const sentences = report.differences.map(sayDifference)
  return c.json({ draft: id, submitted: false, stale, digest: null, report, sentences })
})

const NO_DRAFT = adminError('not_found', 'there is no draft of this id: GET drafts lists them')

export const Approval = z.strictObject({
  signs: z.string().regex(/^[0-9a-f]{64}$/, {
    message: 'the hash that the submission shows as `signs`: it says what you have read',
  }),
})

stepRoutes.post('/:id/approve', needs('policy.approve'), (c) =>
  step(c, 'approve', Approval, async ({ life, body, common }) => {
    if (body.signs !== life.status.submission?.signs) return err(OTHER_HASH)
    return ok({ event: { event: 'approved', ...common, signs: body.signs } as const })
  }),
)

const OTHER_HASH: StepRefusal = {
  code: 'other_hash',
  message:
    'the draft, what it changes or its backtest is another by now: read it again and sign that',
}

stepRoutes.post('/:id/reject', needs('policy.approve'), (c) =>
  step(c, 'reject', Because, async ({ tenant, life, body, common, nowMs }) =>
    (await takeBack(c, tenant, life, nowMs))
      ? ok({ event: { event: 'rejected', ...common, reason: body.reason } as const })
      : err(TOO_LATE),
  ),
)

const withdraw = (c: C, schema: typeof Because | typeof Unexplained): Promise<Response> =>
  step(c, 'withdraw', schema, async ({ tenant, life, body, common, nowMs }) =>
    (await takeBack(c, tenant, life, nowMs))
      ? ok({ event: { event: 'withdrawn', ...common, reason: body.reason } as const })
      : err(TOO_LATE),
  )

const Unexplained = z.strictObject({ reason: Reason.default('deleted') })

stepRoutes.post('/:id/withdraw', needs('policy.draft'), (c) => withdraw(c, Because))
/** What was begun stays on record: a draft that is deleted is one that was withdrawn. */
stepRoutes.delete('/:id', needs('policy.draft'), (c) => withdraw(c, Unexplained))

const TOO_LATE: StepRefusal = {
  code: 'wrong_state',
  message: 'it has come into force already, or could not: look at it again',
}

/** Ends what a draft has set going: its date, and its shadow. False if its date has come. */
async function takeBack(c: C, tenant: string, { status }: Life, nowMs: number): Promise<boolean> {
  const { scheduled, isShadow } = status
  if (scheduled !== undefined && !(await cancelActivation(c.env, tenant, scheduled.order)))
    return false
  if (isShadow) await setShadow(c.env, tenant, null, c.get('actor').id, nowMs)
  return true
}

/** Evaluates the draft on all live traffic from now on; nothing of it is applied. */
stepRoutes.post('/:id/shadow', needs('policy.activate'), (c) =>
  step(c, 'shadow', Nothing, async ({ tenant, content, common, nowMs }) => {
    const set = await setShadow(c.env, tenant, content.hash, common.by, nowMs)
    if (!set.ok) return err({ code: 'not_found', message: 'submit the draft first' } as const)
    return ok({ event: { event: 'shadowed', ...common, bundle: content.hash } as const })
  }),
)

stepRoutes.post('/:id/end-shadow', needs('policy.activate'), (c) =>
  step(c, 'end-shadow', Nothing, async ({ tenant, common, nowMs }) => {
    await setShadow(c.env, tenant, null, common.by, nowMs)
    return ok({ event: { event: 'shadow-ended', ...common } as const })
  }),
)

export const Activation = z.strictObject({ at: Moment.optional() })

/** Puts an approved draft in force: now, or at a time. */
stepRoutes.post('/:id/activate', needs('policy.activate'), async (c) => {
  const wrongMode = notInConsole(c)
  if (wrongMode !== undefined) return wrongMode
  const input = await readInput(c, Activation)
  if (!input.ok) return input.error
  const { tenant, body } = input.value
  const id = c.req.param('id')
  const life = await loadLife(c.env, tenant, id)
  const content = await draftContent(c.env, tenant, id)
  if (life === undefined || content === undefined) return c.json(NO_DRAFT, 404)
  const allowed = mayDo('activate', life.status, c.get('actor'), life.around)
  if (!allowed.ok) return refused(c, allowed.error)
  const order = { who: whoIs(c.get('actor')), nowMs: Date.now(), atMs: body.at }
  const released = await releaseDraft(c.env, tenant, life, content, order)
  if (!released.ok) return c.json(adminError(released.error.code, released.error.message), 409)
  const after = await loadLife(c.env, tenant, id)
  return c.json({ ...(after === undefined ? {} : draftView(c, after)), activation: released.value })
})
