import { err, type Result } from '../domain/result.ts'
import { sharePercent, type DiffReport } from '../policy/diff-report.ts'
import type { Change, LifecycleEvent } from '../policy/lifecycle-events.ts'
import { isLooser } from '../policy/lifecycle-needs.ts'
import type { LifecycleRefusal } from '../policy/lifecycle-rules.ts'
import { activatePolicy, type Activated, type ActivationProblem } from './activate.ts'
import type { Env } from './env.ts'
import { notify } from './notify.ts'
import { alarm } from './observability/log.ts'
import { record, type Life, type Who } from './policy-life.ts'
import { compareDraft } from './policy-review.ts'
import type { DraftContent } from './stores/lifecycle-drafts.ts'
import { setShadow } from './stores/shadow.ts'

export type ReleaseRefusal =
  | LifecycleRefusal
  | { readonly code: ActivationProblem; readonly message: string }

export type ReleaseOrder = {
  readonly who: Who
  readonly nowMs: number
  /** When it comes into force; at once if it is absent or past. */
  readonly atMs: number | undefined
}

/**
 * Puts an approved draft in force, now or later, and writes it down. What it means is compared once more: facts may have expired since it was
 * approved.
 */
export async function releaseDraft(
  env: Env,
  tenant: string,
  { status }: Life,
  content: DraftContent,
  { who, nowMs, atMs }: ReleaseOrder,
): Promise<Result<Activated, ReleaseRefusal>> {
  const { submission, id, ticket } = status
  if (submission === undefined) throw new TypeError('only what was submitted is released')
  const now = await compareDraft(env, tenant, content, nowMs)
  if (isLooser(now.class, submission.change)) return err(looserWords(id, submission.change, now))
  const { base, bundle, change } = submission
  const order = { by: who.by, nowMs, change, base, ...(atMs === undefined ? {} : { atMs }) }
  const activated = await activatePolicy(env, tenant, bundle, order)
  if (!activated.ok) return err({ code: activated.error, message: PROBLEMS[activated.error] })
  const common = { ...who, atMs: nowMs, ticket, draft: id, base, bundle, change } as const
  const { value } = activated
  const event: LifecycleEvent =
    value.state === 'scheduled'
      ? { event: 'scheduled', ...common, forMs: value.atMs, order: value.order }
      : { event: 'activated', ...common }
  await record(env, tenant, () => ({ event }))
  if (value.state === 'scheduled') return activated
  if (status.isShadow) await setShadow(env, tenant, null, who.by, nowMs)
  if (status.proposal.kind === 'waiver' && status.proposal.isEmergency) {
    const facts = { tenant, waiver: status.proposal.waiver.id, by: who.by }
    await raise(env, 'policy.emergency-waiver', 'an emergency waiver is in force', facts)
  }
  return activated
}

/** Tells people at once: in the log, and by the webhook if there is one. */
export async function raise(
  env: Env,
  type: string,
  words: string,
  facts: Readonly<Record<string, string | number>>,
): Promise<void> {
  alarm(words, facts)
  if (!(await notify(env, { type, ...facts }))) alarm('a notice was not taken', { type })
}

export const PROBLEMS: Readonly<Record<ActivationProblem, string>> = {
  'unknown-release': 'this release is not stored: submit the draft again',
  'base-moved': 'another policy came into force meanwhile: rebase the draft',
  'not-signed':
    'set the secret POLICY_SIGNING_KEY and submit again: this Worker uses signed policies only',
}

function looserWords(id: string, approved: Change, now: DiffReport): ReleaseRefusal {
  const first = now.differences.find(({ severity }) => severity === 'warning')
  const example = first === undefined ? '' : ` (${sayDifference(first)})`
  return {
    code: 'stale',
    message: `${id} was approved as ${approved.replace('-', ' ')}, and by now it is ${now.class}${example}: withdraw it, or have it submitted and approved again`,
  }
}

/** A difference as a sentence, with its share of the traffic where that is known. */
export const sayDifference = ({ problem, share }: DiffReport['differences'][number]): string =>
  share === undefined ? problem : `${problem} (${sharePercent(share)})`
