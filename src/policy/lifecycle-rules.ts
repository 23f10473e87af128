import { err, ok, type Result } from '../domain/result.ts'
import {
  approvalsLeft,
  type DraftState,
  type DraftStatus,
  isBacktestCurrent,
  isCheckCurrent,
  isStale,
  stateOf,
  type Surroundings,
} from './lifecycle.ts'

export const ACTIONS = [
  'edit',
  'check',
  'backtest',
  'submit',
  'approve',
  'reject',
  'shadow',
  'end-shadow',
  'activate',
  'withdraw',
] as const
export type Action = (typeof ACTIONS)[number]

/** Who acts, as far as the rules ask. */
export type Acting = { readonly id: string; readonly kind: 'person' | 'service' }

/** Why somebody may not do something now, in words, with what to do instead. */
export type LifecycleRefusal = {
  readonly code:
    | 'wrong_state'
    | 'stale'
    | 'not_checked'
    | 'does_not_hold'
    | 'not_backtested'
    | 'own_draft'
    | 'not_a_person'
    | 'already_approved'
    | 'not_named'
    | 'approvals_missing'
    | 'other_hash'
  readonly message: string
}

const OPEN: readonly DraftState[] = ['draft', 'checked', 'backtested', 'submitted', 'approved']
const UNDER_REVIEW: readonly DraftState[] = ['submitted', 'approved']

/** In which states an action makes sense. */
const WHEN: Readonly<Record<Action, readonly DraftState[]>> = {
  edit: OPEN,
  check: OPEN,
  backtest: ['checked', 'backtested', ...UNDER_REVIEW],
  submit: ['draft', 'checked', 'backtested'],
  approve: UNDER_REVIEW,
  reject: [...UNDER_REVIEW, 'scheduled'],
  shadow: UNDER_REVIEW,
  'end-shadow': [...UNDER_REVIEW, 'scheduled'],
  activate: ['approved', 'submitted'],
  withdraw: [...OPEN, 'scheduled'],
}

/** Whether somebody may take the next step. Rights by role are asked elsewhere; this is about the draft and the person. */
export function mayDo(
  action: Action,
  status: DraftStatus,
  actor: Acting,
  around: Surroundings,
): Result<null, LifecycleRefusal> {
  const state = stateOf(status, around)
  if (!WHEN[action].includes(state)) return no('wrong_state', wrongState(action, status.id, state))
  if (MUST_BE_FRESH.has(action) && isStale(status, around)) return no('stale', staleWords(status))
  switch (action) {
    case 'submit':
      return readyToSubmit(status)
    case 'approve':
      return mayApprove(status, actor)
    case 'activate':
      return enoughApprovals(status)
    case 'end-shadow':
      return status.isShadow ? ok(null) : no('wrong_state', `${status.id} is not in the shadow`)
    default:
      return ok(null)
  }
}

/** The steps that somebody may take now, in the order in which they come. */
export const nextSteps = (
  status: DraftStatus,
  actor: Acting,
  around: Surroundings,
): readonly Action[] => ACTIONS.filter((action) => mayDo(action, status, actor, around).ok)

/** Steps that rest on what is in force. */
const MUST_BE_FRESH: ReadonlySet<Action> = new Set([
  'backtest',
  'submit',
  'approve',
  'shadow',
  'activate',
])

const no = (code: LifecycleRefusal['code'], message: string): Result<never, LifecycleRefusal> =>
  err({ code, message })

function wrongState(action: Action, id: string, state: DraftState): string {
  const accepted = WHEN[action].join(', ')
  return `${id} is ${state}: ${action} is for drafts that are ${accepted}`
}

const staleWords = ({ id, base }: DraftStatus): string =>
  `${id} was made to replace ${base === null ? 'nothing' : base.slice(0, 12)}, and another policy is in force by now: rebase it, and it is checked, backtested and approved anew`

function readyToSubmit(status: DraftStatus): Result<null, LifecycleRefusal> {
  const { id, check, proposal, base } = status
  if (!isCheckCurrent(status)) return no('not_checked', `${id} has not been checked as it is now`)
  if (check?.holds !== true)
    return no('does_not_hold', `${id} does not hold: its check has ${check?.errors ?? 0} errors`)
  if (proposal.kind === 'tables' && base !== null && !isBacktestCurrent(status))
    return no('not_backtested', `${id} has not been backtested as it is now`)
  return ok(null)
}

function mayApprove(
  { id, authors, approvals, submission }: DraftStatus,
  actor: Acting,
): Result<null, LifecycleRefusal> {
  if (actor.kind !== 'person')
    return no('not_a_person', `${actor.id} is no person: only people approve`)
  if (authors.includes(actor.id))
    return no('own_draft', `${actor.id} wrote ${id}: somebody else approves it`)
  if (approvals.some(({ by }) => by === actor.id))
    return no('already_approved', `${actor.id} has approved ${id} already: it takes somebody else`)
  const named = submission?.named ?? []
  if (named.length > 0 && !named.includes(actor.id))
    return no('not_named', `${id} names who approves it: ${named.join(', ')}`)
  return ok(null)
}

function enoughApprovals(status: DraftStatus): Result<null, LifecycleRefusal> {
  const left = approvalsLeft(status)
  if (left === 0) return ok(null)
  const { needed = 0, because = [] } = status.submission ?? {}
  const people = left === 1 ? 'one more person' : `${left} more people`
  return no(
    'approvals_missing',
    `${status.id} needs ${people} to approve it (${needed} in all: ${because.join('; ')})`,
  )
}
