import { expect, test } from 'vitest'
import { signedHash, stateOf, statusOf, type DraftStatus } from '../../src/policy/lifecycle.ts'
import type { LifecycleEvent } from '../../src/policy/lifecycle-events.ts'
import { mayDo, nextSteps, type Action } from '../../src/policy/lifecycle-rules.ts'

const BASE = 'b'.repeat(64)
const CANDIDATE = 'c'.repeat(64)
const DIFF = 'd'.repeat(64)
const TEST = 'e'.repeat(64)
const SIGNS = signedHash({ bundle: CANDIDATE, diff: DIFF, backtest: TEST })

const facts = { by: 'olga', madeBy: null, atMs: 1, ticket: null, draft: 'draft-1' } as const
const candidate = { base: BASE, bundle: CANDIDATE } as const
const by = <T extends object>(actor: string, event: T) => ({ ...facts, ...event, by: actor })

const created: LifecycleEvent = {
  event: 'created',
  ...facts,
  ...candidate,
  title: 'a title',
  reason: 'a reason',
  proposal: { kind: 'tables' },
}
const checked: LifecycleEvent = {
  event: 'checked',
  ...facts,
  bundle: CANDIDATE,
  holds: true,
  errors: 0,
  warnings: 0,
}
const backtested: LifecycleEvent = {
  event: 'backtested',
  ...facts,
  ...candidate,
  digest: TEST,
  fromMs: 0,
  toMs: 1,
  requests: 3,
}
const submitted: LifecycleEvent = {
  event: 'submitted',
  ...facts,
  ...candidate,
  diff: DIFF,
  backtest: TEST,
  signs: SIGNS,
  change: 'loosened',
  needed: 2,
  named: [],
  because: ['something is newly allowed'],
}
const edited: LifecycleEvent = {
  event: 'edited',
  ...facts,
  base: BASE,
  bundle: 'f'.repeat(64),
  revision: 2,
}
const approved = (actor: string, signs = SIGNS): LifecycleEvent =>
  by(actor, { event: 'approved', signs } as const)
const activated: LifecycleEvent = { event: 'activated', ...facts, ...candidate, change: 'loosened' }
const rejected: LifecycleEvent = by('anna', { event: 'rejected', reason: 'no' } as const)
const withdrawn: LifecycleEvent = { event: 'withdrawn', ...facts, reason: 'no' }
const scheduled: LifecycleEvent = {
  event: 'scheduled',
  ...facts,
  ...candidate,
  forMs: 9,
  change: 'loosened',
  order: 'one',
}
const READY = [created, checked, backtested]
const REVIEWED = [...READY, submitted, approved('anna'), approved('bert')]

function after(events: readonly LifecycleEvent[]): DraftStatus {
  const status = statusOf(events)
  if (status === undefined) throw new Error('this is no draft')
  return status
}

const around = { inForce: BASE, lastReleased: null }
const stateAfter = (events: readonly LifecycleEvent[], lastReleased: string | null = null) =>
  stateOf(after(events), { ...around, lastReleased })

test.each([
  ['begun', [created], 'draft'],
  ['checked', [created, checked], 'checked'],
  ['edited after its check', [created, checked, edited], 'draft'],
  ['backtested', READY, 'backtested'],
  ['submitted', [...READY, submitted], 'submitted'],
  ['approved by one of two', [...READY, submitted, approved('anna')], 'submitted'],
  ['approved by both', REVIEWED, 'approved'],
  ['edited after its approval', [...REVIEWED, edited], 'draft'],
  ['backtested anew after its approval', [...REVIEWED, backtested], 'backtested'],
  ['submitted anew after its approval', [...REVIEWED, submitted], 'submitted'],
  ['rejected', [...REVIEWED, rejected], 'backtested'],
  ['planned for a date', [...REVIEWED, scheduled], 'scheduled'],
  [
    'planned for a date and missed it',
    [...REVIEWED, scheduled, { event: 'unscheduled', ...facts, reason: 'x' } as const],
    'approved',
  ],
  ['withdrawn', [...REVIEWED, withdrawn], 'withdrawn'],
  ['approved for something else', [...READY, submitted, approved('anna', BASE)], 'submitted'],
] satisfies [string, LifecycleEvent[], string][])(
  'a draft that was %s is so',
  (_name, events, state) => expect(stateAfter(events)).toBe(state),
)

test('what is in force is active until something else is', () => {
  const events = [...REVIEWED, activated]
  expect(stateAfter(events, 'draft-1')).toBe('active')
  expect(stateAfter(events, 'draft-2')).toBe('superseded')
  expect(stateAfter(events, null)).toBe('superseded')
})

test('what does not begin is no draft', () => {
  expect(statusOf([checked, created])?.check).toBeUndefined()
  expect(statusOf([checked])).toBeUndefined()
})

const person = (id: string) => ({ id, kind: 'person' }) as const
const MOVED = { inForce: 'a'.repeat(64), lastReleased: null }
const failing: LifecycleEvent = { ...checked, holds: false, errors: 2 }
const oneApproval = [...READY, submitted, approved('anna')]
const named: LifecycleEvent = { ...submitted, named: ['anna', 'bert'] }
const byToken: LifecycleEvent = { ...created, by: 'token:ci', madeBy: 'anna' }

test.each([
  ['submit', 'what is not checked', [created], person('olga'), around, 'not_checked'],
  [
    'submit',
    'what was edited since',
    [created, checked, edited],
    person('olga'),
    around,
    'not_checked',
  ],
  ['submit', 'what does not hold', [created, failing], person('olga'), around, 'does_not_hold'],
  [
    'submit',
    'what is not backtested',
    [created, checked],
    person('olga'),
    around,
    'not_backtested',
  ],
  ['submit', 'what replaces something that is gone', READY, person('olga'), MOVED, 'stale'],
  ['submit', 'what is submitted', [...READY, submitted], person('olga'), around, 'wrong_state'],
  ['backtest', 'what replaces something that is gone', READY, person('olga'), MOVED, 'stale'],
  ['approve', 'what is not submitted', READY, person('anna'), around, 'wrong_state'],
  ['approve', 'what one wrote', [...READY, submitted], person('olga'), around, 'own_draft'],
  [
    'approve',
    'what one submitted',
    [...READY, by('anna', submitted)],
    person('anna'),
    around,
    'own_draft',
  ],
  [
    'approve',
    'what one edited',
    [created, by('anna', edited), submitted],
    person('anna'),
    around,
    'own_draft',
  ],
  [
    'approve',
    'what a token that one made wrote',
    [byToken, checked, backtested, submitted],
    person('anna'),
    around,
    'own_draft',
  ],
  ['approve', 'twice', oneApproval, person('anna'), around, 'already_approved'],
  [
    'approve',
    'as an automation',
    [...READY, submitted],
    { id: 'token:ci', kind: 'service' } as const,
    around,
    'not_a_person',
  ],
  ['approve', 'where others are named', [...READY, named], person('carl'), around, 'not_named'],
  [
    'approve',
    'what replaces something that is gone',
    [...READY, submitted],
    person('anna'),
    MOVED,
    'stale',
  ],
  [
    'activate',
    'with one approval of two',
    oneApproval,
    person('olga'),
    around,
    'approvals_missing',
  ],
  [
    'activate',
    'without one who is named',
    [...READY, named, approved('anna'), approved('carl')],
    person('olga'),
    around,
    'approvals_missing',
  ],
  ['activate', 'what replaces something that is gone', REVIEWED, person('olga'), MOVED, 'stale'],
  ['activate', 'what is not submitted', READY, person('olga'), around, 'wrong_state'],
  ['activate', 'what is in force', [...REVIEWED, activated], person('olga'), around, 'wrong_state'],
  [
    'edit',
    'what is planned for a date',
    [...REVIEWED, scheduled],
    person('olga'),
    around,
    'wrong_state',
  ],
  [
    'withdraw',
    'what was withdrawn',
    [...REVIEWED, withdrawn],
    person('olga'),
    around,
    'wrong_state',
  ],
  ['shadow', 'what nobody has submitted', READY, person('olga'), around, 'wrong_state'],
] satisfies [
  Action,
  string,
  LifecycleEvent[],
  Parameters<typeof mayDo>[2],
  typeof around,
  string,
][])('nobody may %s %s', (action, _name, events, actor, surroundings, code) =>
  expect(mayDo(action, after(events), actor, surroundings)).toMatchObject({
    ok: false,
    error: { code },
  }),
)

test.each([
  ['submit', READY, person('olga')],
  ['approve', [...READY, submitted], person('anna')],
  ['approve', oneApproval, person('bert')],
  ['activate', REVIEWED, person('olga')],
  ['reject', [...REVIEWED, scheduled], person('anna')],
  ['withdraw', [...REVIEWED, scheduled], person('olga')],
] satisfies [Action, LifecycleEvent[], Parameters<typeof mayDo>[2]][])(
  'one may %s what is ready for it',
  (action, events, actor) =>
    expect(mayDo(action, after(events), actor, around)).toEqual({ ok: true, value: null }),
)

test.each([
  ['a waiver', { kind: 'rollback', hash: BASE }],
  ['the first policy of all', { kind: 'tables' }],
] as const)('%s needs no backtest', (_name, proposal) => {
  const base = proposal.kind === 'tables' ? null : BASE
  const events = [{ ...created, proposal, base }, checked]
  expect(
    mayDo('submit', after(events), person('olga'), { inForce: base, lastReleased: null }).ok,
  ).toBe(true)
})

test('a person sees the steps that come next, and those only', () => {
  const open = after([...READY, submitted])
  expect(nextSteps(open, person('anna'), around)).toEqual([
    'edit',
    'check',
    'backtest',
    'approve',
    'reject',
    'shadow',
    'withdraw',
  ])
  expect(nextSteps(open, person('olga'), around)).not.toContain('approve')
})

test('an approval signs the rules, the comparison and the backtest', () => {
  const parts = { bundle: CANDIDATE, diff: DIFF, backtest: TEST }
  const others = [
    { ...parts, bundle: BASE },
    { ...parts, diff: BASE },
    { ...parts, backtest: BASE },
    { ...parts, backtest: null },
  ]
  expect(new Set([parts, ...others].map(signedHash)).size).toBe(5)
})
