import { expect, test } from 'vitest'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'
import { diffReport } from '../../src/policy/diff-report.ts'
import { compileRules, evaluate } from '../../src/policy/evaluate.ts'
import type { Change } from '../../src/policy/lifecycle-events.ts'
import { mergeBundles } from '../../src/policy/lifecycle-merge.ts'
import { isLooser, needsOf } from '../../src/policy/lifecycle-needs.ts'
import { proposedBundle, waiverProblem } from '../../src/policy/lifecycle-proposal.ts'
import {
  lostStops,
  standingStops,
  withoutStop,
  withStop,
  type StopTarget,
} from '../../src/policy/lifecycle-stop.ts'
import type { Bundle, Guardrail } from '../../src/policy/schema.ts'
import { guardrailSentence } from '../../src/policy/sentence.ts'
import { bundleOf, NOW_MS, own, permitted, place, requestOf, rule } from './fixtures.ts'

const guardrail = (id: string, parts: Partial<Guardrail>): Guardrail => ({
  ...rule(id, {}),
  level: 'enforce',
  never: {},
  ...parts,
})

const away = guardrail('keep-away', {
  never: { zone: 'third-party' },
  when: { level: ['restricted'] },
})
const base = bundleOf({
  guardrails: [away],
  destinations: [own('home'), place('away'), place('far.away', { class: 'closed' })],
})
const edit = (change: Partial<Bundle>): Bundle => ({ ...base, ...change })
const waiver = {
  id: 'pilot',
  guardrail: 'keep-away',
  ticket: 'T-1',
  because: 'a pilot',
  approvers: ['anna', 'bert'],
  when: {},
  to: {},
  from: '2026-11-24',
  expires: '2026-12-24',
}
const claim = { ...rule('a-claim', {}), never: { zone: 'third-party' as const } }

test.each([
  ['what is tightened', 'tightened', base, 1, []],
  ['what means the same', 'same-meaning', base, 1, []],
  ['what is loosened', 'loosened', base, 2, []],
  ['what is too large to compare', 'unknown', base, 2, []],
  ['another invariant', 'tightened', edit({ invariants: [claim] }), 2, []],
  [
    'a waiver, and of the people whom it names',
    'loosened',
    edit({ waivers: [waiver] }),
    2,
    ['anna', 'bert'],
  ],
  [
    'a waiver, also where it lifts nothing',
    'same-meaning',
    edit({ waivers: [waiver] }),
    2,
    ['anna', 'bert'],
  ],
  [
    'a waiver that is over',
    'same-meaning',
    edit({ waivers: [{ ...waiver, from: '2026-01-01', expires: '2026-02-01' }] }),
    2,
    ['anna', 'bert'],
  ],
  [
    'a table that labels otherwise',
    'same-meaning',
    edit({ labels: { ...base.labels, table: { findings: [], together: [] } } }),
    2,
    [],
  ],
  [
    'a destination that another machine serves',
    'same-meaning',
    edit({ destinations: base.destinations.map((one) => ({ ...one, account: 'other' })) }),
    2,
    [],
  ],
] satisfies [string, Change, Bundle, number, string[]][])(
  '%s needs as many people as it should',
  (_name, change, after, needed, named) =>
    expect(needsOf(base, after, change, NOW_MS)).toMatchObject({ needed, named }),
)

test('the first policy of all needs two', () =>
  expect(needsOf(undefined, base, 'first', NOW_MS)).toMatchObject({ needed: 2 }))

test('dropping a waiver that is over needs one', () => {
  const before = edit({ waivers: [{ ...waiver, from: '2026-01-01', expires: '2026-02-01' }] })
  expect(needsOf(before, base, 'same-meaning', NOW_MS)).toMatchObject({ needed: 1 })
})

test('a change that became looser is noticed, one that became tighter is fine', () => {
  expect(isLooser('loosened', 'tightened')).toBe(true)
  expect(isLooser('unknown', 'same-meaning')).toBe(true)
  expect(isLooser('tightened', 'loosened')).toBe(false)
  expect(isLooser('loosened', 'loosened')).toBe(false)
})

const order = (target: StopTarget) => ({ target, by: 'otto', reason: 'a breach' })

test.each([
  [
    'third parties',
    'third-parties',
    'stop-third-parties',
    ['home'],
    'destinations that the organisation does not own',
  ],
  [
    'one destination',
    { destination: 'away' },
    'stop-to-away',
    ['home', 'far.away'],
    'destinations named away',
  ],
  [
    'a destination with a dot in its name',
    { destination: 'far.away' },
    'stop-to-far-away',
    ['home', 'away'],
    'destinations named far.away',
  ],
  [
    'a class',
    { class: 'closed' },
    'stop-class-closed',
    ['home', 'away'],
    'destinations of class closed',
  ],
] satisfies [string, StopTarget, string, string[], string][])(
  'a stop of %s only forbids, whatever waivers say',
  (_name, target, id, left, words) => {
    const given = edit({ waivers: [waiver] })
    const made = withStop(given, order(target))
    if (!made.ok) throw new Error(made.error)
    const { bundle, stop } = made.value
    expect(parseBundle(JSON.parse(canonicalBundle(bundle).text)).ok).toBe(true)
    expect(stop).toMatchObject({
      id,
      level: 'enforce-no-waiver',
      owner: 'otto',
      because: 'a breach',
    })
    expect(diffReport(given, bundle, NOW_MS).class).toBe('tightened')
    expect(permitted(bundle, requestOf({ level: 'public' }))).toEqual(left)
    expect(guardrailSentence(stop, {})).toBe(`Never send any data to ${words}.`)
    expect(withoutStop(bundle, id)).toEqual({ ok: true, value: given })
    expect(lostStops(bundle, given, [])).toEqual([stop])
    expect(lostStops(bundle, given, [id])).toEqual([])
    expect(needsOf(bundle, given, 'loosened', NOW_MS).because).toContain(
      `the emergency stop ${id} ends`,
    )
  },
)

test('a stop of what is stopped, or of what is not there, is refused', () => {
  const once = withStop(base, order({ destination: 'away' }))
  if (!once.ok) throw new Error(once.error)
  expect(withStop(once.value.bundle, order({ destination: 'away' })).ok).toBe(false)
  expect(withStop(base, order({ destination: 'nowhere' })).ok).toBe(false)
  expect(withoutStop(base, 'keep-away').ok).toBe(false)
})

test('two stops that would have one name get two', () => {
  const twins = edit({ destinations: [own('home'), place('a.b'), place('a-b')] })
  const first = withStop(twins, order({ destination: 'a.b' }))
  const second = first.ok ? withStop(first.value.bundle, order({ destination: 'a-b' })) : first
  if (!second.ok) throw new Error(second.error)
  expect(standingStops(second.value.bundle).map(({ id }) => id)).toEqual([
    'stop-to-a-b-2',
    'stop-to-a-b',
  ])
})

test.each([
  [
    'a guardrail that is no stop',
    { guardrails: [guardrail('plain', { never: { destination: ['away'] } })] },
  ],
  ['an invariant', { invariants: [{ ...claim, never: { destination: ['away'] } }] }],
  ['a waiver', { guardrails: [away], waivers: [{ ...waiver, to: { destination: ['away'] } }] }],
  [
    'a stop of nothing',
    { guardrails: [guardrail('stop-x', { never: { destination: ['nowhere'] } })] },
  ],
] satisfies [string, Partial<Bundle>][])('%s cannot name a destination', (_name, tables) => {
  const parsed = parseBundle(JSON.parse(JSON.stringify(bundleOf(tables))))
  expect(parsed.ok ? [] : parsed.error.map(({ path }) => path.at(-1))).toEqual(['destination'])
})

test.each([
  ['by those who approve it', waiver, { author: 'anna', isEmergency: false }, 'two other people'],
  [
    'whose time is over',
    { ...waiver, from: '2026-10-01', expires: '2026-11-24' },
    { author: 'olga', isEmergency: false },
    'past',
  ],
  ['as an emergency for a month', waiver, { author: 'olga', isEmergency: true }, 'within 2 days'],
  [
    'as an emergency of next week',
    { ...waiver, from: '2026-12-01', expires: '2026-12-02' },
    { author: 'olga', isEmergency: true },
    'begins today',
  ],
])('a waiver %s is refused', (_name, given, context, problem) =>
  expect(waiverProblem(given, { ...context, nowMs: NOW_MS })).toContain(problem),
)

test('an emergency waiver lifts its guardrail until the day after next begins', () => {
  const short = { ...waiver, expires: '2026-11-26' }
  expect(waiverProblem(short, { author: 'olga', isEmergency: true, nowMs: NOW_MS })).toBeUndefined()
  const made = proposedBundle(base, { kind: 'waiver', waiver: short, isEmergency: true }, undefined)
  if (!made.ok) throw new Error(made.error)
  const removed = (atMs: number) =>
    evaluate(compileRules(made.value, atMs), requestOf({ level: 'restricted' })).removedBy[1]
  expect(removed(NOW_MS)).toBeUndefined()
  expect(removed(Date.parse('2026-11-25T23:59:59Z'))).toBeUndefined()
  expect(removed(Date.parse('2026-11-26T00:00:00Z'))).toEqual(['keep-away'])
})

const route = (id: string, target: string) => ({ ...rule(id, {}), prefer: [target] })
const other = guardrail('other', { never: { class: ['closed'] } })
const third = guardrail('third', { never: { class: ['edge'] } })

test('a draft that is carried over keeps what both have done', () => {
  const draft = edit({ guardrails: [other] })
  const inForce = edit({ guardrails: [away, third], invariants: [claim] })
  const merged = mergeBundles(base, inForce, draft)
  expect(merged).toMatchObject({
    ok: true,
    value: { guardrails: [third, other], invariants: [claim] },
  })
})

test('a draft that changed nothing becomes what is in force', () => {
  const inForce = edit({ guardrails: [third], routes: [route('few', 'onprem')] })
  const merged = mergeBundles(base, inForce, base)
  expect(merged.ok && parseBundle(merged.value)).toEqual({ ok: true, value: inForce })
})

test.each([
  [
    'the same rule',
    edit({ guardrails: [{ ...away, owner: 'a' }] }),
    edit({ guardrails: [{ ...away, owner: 'b' }] }),
    ['guardrails keep-away'],
  ],
  [
    'a rule that one drops and the other edits',
    edit({ guardrails: [] }),
    edit({ guardrails: [{ ...away, owner: 'b' }] }),
    ['guardrails keep-away'],
  ],
  [
    'the order of routes',
    edit({ routes: [route('one', 'onprem')] }),
    edit({ routes: [route('two', 'edge')] }),
    ['routes'],
  ],
])('two who change %s must talk', (_name, inForce, draft, places) =>
  expect(mergeBundles(base, inForce, draft)).toEqual({ ok: false, error: places }),
)
