import { sha256Hex } from '../encoding/sha256.ts'
import type { LifecycleEvent, Proposal, Submission } from './lifecycle-events.ts'

/**
 * How far a draft has come. `checked` and `backtested` say so of the rules as they are now; `approved` that nobody else needs to be
 * asked; `scheduled` that it comes into force by itself.
 */
export type DraftState =
  | 'draft'
  | 'checked'
  | 'backtested'
  | 'submitted'
  | 'approved'
  | 'scheduled'
  | 'active'
  | 'superseded'
  | 'withdrawn'

type Candidate = { readonly base: string | null; readonly bundle: string }

/** What the events of one draft come to. */
export type DraftStatus = Candidate & {
  readonly id: string
  readonly title: string
  readonly reason: string
  readonly ticket: string | null
  readonly proposal: Proposal
  readonly revision: number
  readonly createdMs: number
  /** Everybody who wrote or submitted it: none of them can approve it. */
  readonly authors: readonly string[]
  readonly check: Extract<LifecycleEvent, { event: 'checked' }> | undefined
  readonly backtest: Extract<LifecycleEvent, { event: 'backtested' }> | undefined
  readonly submission: Submission | undefined
  readonly approvals: readonly { readonly by: string; readonly atMs: number }[]
  readonly rejection: { readonly by: string; readonly reason: string } | undefined
  readonly isShadow: boolean
  readonly scheduled: Extract<LifecycleEvent, { event: 'scheduled' }> | undefined
  readonly activatedMs: number | undefined
  readonly isWithdrawn: boolean
}

const NO_HASH = '0'.repeat(64)

/** What an approval signs: the rules, what they change, and what they would have done to real traffic. */
export const signedHash = (parts: {
  readonly bundle: string
  readonly diff: string
  readonly backtest: string | null
}): string => sha256Hex(`${parts.bundle}${parts.diff}${parts.backtest ?? NO_HASH}`)

/** A draft by its events, in their order; undefined if there is no beginning. */
export function statusOf(events: readonly LifecycleEvent[]): DraftStatus | undefined {
  return events.reduce<DraftStatus | undefined>(
    (status, event) => (status === undefined ? begun(event) : after(status, event)),
    undefined,
  )
}

function begun(event: LifecycleEvent): DraftStatus | undefined {
  if (event.event !== 'created') return undefined
  const { draft, title, reason, ticket, proposal, base, bundle, atMs } = event
  return {
    id: draft,
    title,
    reason,
    ticket,
    proposal,
    base,
    bundle,
    revision: 1,
    createdMs: atMs,
    authors: writersOf(event),
    check: undefined,
    backtest: undefined,
    submission: undefined,
    approvals: [],
    rejection: undefined,
    isShadow: false,
    scheduled: undefined,
    activatedMs: undefined,
    isWithdrawn: false,
  }
}

/** A draft after its next event. */
export function after(status: DraftStatus, event: LifecycleEvent): DraftStatus {
  switch (event.event) {
    case 'edited': {
      const { base, bundle, revision } = event
      const authors = withAll(status.authors, writersOf(event))
      return { ...unsubmitted(status), base, bundle, revision, authors }
    }
    case 'checked':
      return { ...status, check: event }
    case 'backtested':
      return { ...unsubmitted(status), backtest: event }
    case 'submitted': {
      const authors = withAll(status.authors, writersOf(event))
      return { ...unsubmitted(status), submission: event, authors, rejection: undefined }
    }
    case 'approved':
      if (event.signs !== status.submission?.signs) return status
      return { ...status, approvals: [...status.approvals, { by: event.by, atMs: event.atMs }] }
    case 'rejected':
      return { ...unsubmitted(status), rejection: { by: event.by, reason: event.reason } }
    case 'withdrawn':
      return { ...status, isWithdrawn: true, isShadow: false, scheduled: undefined }
    case 'shadowed':
      return { ...status, isShadow: true }
    case 'shadow-ended':
      return { ...status, isShadow: false }
    case 'scheduled':
      return { ...status, scheduled: event }
    case 'unscheduled':
      return { ...status, scheduled: undefined }
    case 'activated':
      return { ...status, activatedMs: event.atMs, scheduled: undefined, isShadow: false }
    case 'created':
    case 'pushed':
    case 'stopped':
      return status
  }
}

/** Whatever changes what approvers read takes their approvals with it, and the date on which it was to come into force. */
const unsubmitted = (status: DraftStatus): DraftStatus => ({
  ...status,
  submission: undefined,
  approvals: [],
  isShadow: false,
  scheduled: undefined,
})

const writersOf = ({ by, madeBy }: LifecycleEvent): readonly string[] =>
  madeBy === null ? [by] : [by, madeBy]

const withAll = (names: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...names, ...more]),
]

/** What lies outside of a draft and decides about it. */
export type Surroundings = {
  /** Hash of what is in force; null if nothing is. */
  readonly inForce: string | null
  /** The draft that was put in force last; null if that was no draft. */
  readonly lastReleased: string | null
}

export function stateOf(status: DraftStatus, { lastReleased }: Surroundings): DraftState {
  if (status.isWithdrawn) return 'withdrawn'
  if (status.activatedMs !== undefined) return lastReleased === status.id ? 'active' : 'superseded'
  if (status.scheduled !== undefined) return 'scheduled'
  if (status.submission !== undefined) return approvalsLeft(status) === 0 ? 'approved' : 'submitted'
  if (!isCheckCurrent(status)) return 'draft'
  return isBacktestCurrent(status) ? 'backtested' : 'checked'
}

export const isCheckCurrent = ({ check, bundle }: DraftStatus): boolean =>
  check !== undefined && check.bundle === bundle

export const isBacktestCurrent = ({ backtest, base, bundle }: DraftStatus): boolean =>
  backtest !== undefined && backtest.base === base && backtest.bundle === bundle

/** Another policy is in force than the one that a draft was made to replace. */
export const isStale = ({ base }: DraftStatus, { inForce }: Surroundings): boolean =>
  base !== inForce

/** How many more people must approve. A waiver names two: no others count in their place. */
export function approvalsLeft({ submission, approvals }: DraftStatus): number {
  if (submission === undefined) return Number.POSITIVE_INFINITY
  const given = approvals.map(({ by }) => by)
  const missing = submission.named.filter((name) => !given.includes(name)).length
  return Math.max(missing, submission.needed - given.length)
}
