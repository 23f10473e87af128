import { err, ok, type Result } from '../domain/result.ts'
import type { Actor } from '../access/actor.ts'
import {
  after,
  isStale,
  stateOf,
  statusOf,
  type DraftState,
  type DraftStatus,
  type Surroundings,
} from '../policy/lifecycle.ts'
import type { LifecycleEvent } from '../policy/lifecycle-events.ts'
import { mayDo, type Action, type LifecycleRefusal } from '../policy/lifecycle-rules.ts'
import { variable, type Env } from './env.ts'
import {
  appendStep,
  headOf,
  lastActivation,
  lastRelease,
  stepsAfter,
  stepsOfDrafts,
  type Head,
} from './stores/lifecycle-events.ts'
import { draftContent, draftIds, type DraftContent } from './stores/lifecycle-drafts.ts'
import { journalSteps } from './stores/lifecycle-journal.ts'

/** Who decides what is in force: a repository, whose pipeline puts policies here, or the people who use the console. Never both. */
export type PolicyMode = 'git' | 'console'

/** @throws TypeError if POLICY_MODE is anything else: nobody may guess who decides. */
export function policyModeOf(env: Env): PolicyMode {
  const mode = variable(env, 'POLICY_MODE') ?? 'git'
  if (mode === 'git' || mode === 'console') return mode
  throw new TypeError('POLICY_MODE must be "git", "console" or empty')
}

/** A draft and all that decides what may be done with it. */
export type Life = {
  readonly head: Head
  readonly status: DraftStatus
  readonly state: DraftState
  readonly around: Surroundings
  readonly isStale: boolean
}

/** What every step says of who took it. */
export type Who = Pick<LifecycleEvent, 'by' | 'madeBy'>

export const whoIs = ({ id, madeBy }: Actor): Who => ({ by: id, madeBy: madeBy ?? null })

/** Steps by others that may come first before one gives up. */
const TRIES_MAX = 5

export type StepRefusal =
  | LifecycleRefusal
  | { readonly code: 'not_found' | 'busy'; readonly message: string }

const notFound = (id: string): StepRefusal => ({
  code: 'not_found',
  message: `there is no draft ${id}`,
})
const BUSY: StepRefusal = { code: 'busy', message: 'others are at work on the policy: try again' }

/** A draft as it stands; undefined if there is none. */
export async function loadLife(env: Env, tenant: string, id: string): Promise<Life | undefined> {
  await settle(env, tenant)
  // The head first: whatever happens after it makes the next step fail.
  const head = await headOf(env, tenant)
  const around = await surroundingsOf(env, tenant)
  const steps = await stepsAfter(env, tenant, { draft: id })
  const status = statusOf(steps.map(({ event }) => event))
  if (status === undefined) return undefined
  const missed = missedDate(status, around, Date.now())
  if (missed === undefined) return lifeOf(head, status, around)
  const appended = await appendStep(env, tenant, head, missed)
  return appended.ok
    ? lifeOf(appended.value, after(status, missed), around)
    : await loadLife(env, tenant, id)
}

/** What is to be written down of a draft whose date has passed and which the authority could not put in force. */
function missedDate(
  { scheduled, id, base, bundle, ticket }: DraftStatus,
  { inForce }: Surroundings,
  nowMs: number,
): LifecycleEvent | undefined {
  if (scheduled === undefined || scheduled.forMs > nowMs) return undefined
  if (inForce === base || inForce === bundle) return undefined
  const reason = 'another policy was in force on its date than the one that it replaces'
  const common = { by: 'authority', madeBy: null, atMs: nowMs, ticket, draft: id }
  return { event: 'unscheduled', ...common, reason }
}

/** The newest drafts, as they stand. */
export async function loadLives(env: Env, tenant: string, limit: number): Promise<readonly Life[]> {
  await settle(env, tenant)
  const head = await headOf(env, tenant)
  const around = await surroundingsOf(env, tenant)
  const ids = await draftIds(env, tenant, limit)
  const events = await stepsOfDrafts(env, tenant, ids)
  return ids.flatMap((id) => {
    const status = statusOf(events.get(id) ?? [])
    return status === undefined ? [] : [lifeOf(head, status, around)]
  })
}

const lifeOf = (head: Head, status: DraftStatus, around: Surroundings): Life => ({
  head,
  status,
  state: stateOf(status, around),
  around,
  isStale: isStale(status, around),
})

async function surroundingsOf(env: Env, tenant: string): Promise<Surroundings> {
  const [active, last] = await Promise.all([lastActivation(env, tenant), lastRelease(env, tenant)])
  return { inForce: active?.hash ?? null, lastReleased: last?.event.draft ?? null }
}

/** What somebody's step makes: the event, and what is stored with it. */
export type Made = {
  readonly event: LifecycleEvent
  readonly also?: readonly D1PreparedStatement[]
}

/**
 * Takes a step with a draft, if it may be taken now by this person. `make` looks at the draft and says what happens; it runs again if
 * somebody else's step came first, so it must not have an effect of its own that cannot be repeated.
 */
export async function takeStep<E>(
  env: Env,
  tenant: string,
  id: string,
  step: { readonly action: Action; readonly actor: Actor },
  make: (life: Life, content: DraftContent) => Promise<Result<Made, E>>,
): Promise<Result<Life, E | StepRefusal>> {
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    const life = await loadLife(env, tenant, id)
    const content = await draftContent(env, tenant, id)
    if (life === undefined || content === undefined) return err(notFound(id))
    const allowed = mayDo(step.action, life.status, step.actor, life.around)
    if (!allowed.ok) return allowed
    const made = await make(life, content)
    if (!made.ok) return made
    const appended = await appendStep(env, tenant, life.head, made.value.event, made.value.also)
    if (!appended.ok) continue
    await journalSteps(env, tenant)
    const taken = await loadLife(env, tenant, id)
    return taken === undefined ? err(notFound(id)) : ok(taken)
  }
  return err(BUSY)
}

/** Writes down what has happened already, whatever else happens meanwhile. */
export async function record(env: Env, tenant: string, make: (head: Head) => Made): Promise<Head> {
  for (;;) {
    const head = await headOf(env, tenant)
    const { event, also } = make(head)
    const appended = await appendStep(env, tenant, head, event, also)
    if (!appended.ok) continue
    await journalSteps(env, tenant)
    return appended.value
  }
}

/**
 * Writes down what came into force without anybody here: a planned activation that the authority has carried out, or one whose step got lost
 * between two writes.
 */
async function settle(env: Env, tenant: string): Promise<void> {
  const active = await lastActivation(env, tenant)
  const last = await lastRelease(env, tenant)
  if (active === undefined || isKnown(active, last?.event)) return
  const ids = await draftIds(env, tenant, SETTLED_DRAFTS_MAX)
  const events = await stepsOfDrafts(env, tenant, ids)
  const statuses = ids
    .map((id) => statusOf(events.get(id) ?? []))
    .filter((one) => one !== undefined)
  const draft = statuses.find(
    ({ submission, activatedMs, isWithdrawn }) =>
      submission?.bundle === active.hash && activatedMs === undefined && !isWithdrawn,
  )
  const { hash, change, activated_ms: atMs, activated_by: by } = active
  const common = {
    by: by === '' ? 'unknown' : by,
    madeBy: null,
    atMs,
    bundle: hash,
    change,
  } as const
  const base = last !== undefined && 'bundle' in last.event ? last.event.bundle : null
  const event: LifecycleEvent =
    draft === undefined
      ? { event: 'pushed', ...common, draft: null, ticket: null, base, lifts: [] }
      : { event: 'activated', ...common, draft: draft.id, ticket: draft.ticket, base: draft.base }
  // If somebody else's step came first, that one has seen it, too.
  await appendStep(env, tenant, await headOf(env, tenant), event)
}

const SETTLED_DRAFTS_MAX = 50

/** Once a minute: what happened without anybody asking is written down, and the journal gets what it has missed. */
export async function keepUp(env: Env, tenant: string): Promise<void> {
  await settle(env, tenant)
  await journalSteps(env, tenant)
}

const isKnown = (
  active: { readonly hash: string; readonly activated_ms: number },
  event: LifecycleEvent | undefined,
): boolean => event !== undefined && 'bundle' in event && event.bundle === active.hash
