import { err, ok, type Result } from '../domain/result.ts'
import { canonicalBundle } from '../policy/bundle.ts'
import type { Proposal } from '../policy/lifecycle-events.ts'
import type { Bundle } from '../policy/schema.ts'
import type { Env } from './env.ts'
import type { StepRefusal, Who } from './policy-life.ts'
import { insertDraft, putSources, type Sources } from './stores/lifecycle-drafts.ts'
import { appendStep, headOf, lastActivation } from './stores/lifecycle-events.ts'
import { journalSteps } from './stores/lifecycle-journal.ts'
import { releaseOf } from './stores/policy-rules.ts'

/** What is in force by the record; undefined if nothing is. */
export async function inForceBundle(
  env: Env,
  tenant: string,
): Promise<{ readonly hash: string; readonly bundle: Bundle } | undefined> {
  const active = await lastActivation(env, tenant)
  if (active === undefined) return undefined
  const { hash, bundle } = await releaseOf(env, active.hash)
  return { hash, bundle }
}

export type NewDraft = {
  readonly who: Who
  readonly title: string
  readonly reason: string
  readonly ticket: string | null
  readonly proposal: Proposal
  readonly base: string | null
  readonly bundle: Bundle
  readonly sources: Sources
  readonly nowMs: number
}

const TRIES_MAX = 5
/** D1 holds rows of at most 2 MB: https://developers.cloudflare.com/d1/platform/limits/. */
const BUNDLE_BYTES_MAX = 1_900_000

/** Begins a draft and answers its id, which is the number of its first step. */
export async function beginDraft(
  env: Env,
  tenant: string,
  draft: NewDraft,
): Promise<Result<string, StepRefusal>> {
  const { who, title, reason, ticket, proposal, base, bundle, sources, nowMs } = draft
  const { text, hash } = canonicalBundle(bundle)
  if (new TextEncoder().encode(text).length > BUNDLE_BYTES_MAX)
    return err({ code: 'wrong_state', message: 'the bundle is larger than 1.9 MB' })
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    const head = await headOf(env, tenant)
    const id = `draft-${head.seq + 1}`
    const event = {
      event: 'created',
      ...who,
      atMs: nowMs,
      ticket,
      draft: id,
      base,
      bundle: hash,
      title,
      reason,
      proposal,
    } as const
    const appended = await appendStep(env, tenant, head, event, [
      insertDraft(env, { tenant, id, base, hash, text, nowMs }),
      ...putSources(env, hash, sources),
    ])
    if (!appended.ok) continue
    await journalSteps(env, tenant)
    return ok(id)
  }
  return err({ code: 'busy', message: 'others are at work on the policy: try again' })
}
