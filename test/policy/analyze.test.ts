import { describe, expect, test } from 'vitest'
import { analyze } from '../../src/policy/analyze/analyze.ts'
import type { Finding } from '../../src/policy/analyze/findings.ts'
import { parseBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { fiftyRules } from './fifty-rules.ts'
import { guardrail, NOW_MS, own, place, rule } from './fixtures.ts'

function findingsIn(bundle: Bundle): readonly Finding[] {
  const analyzed = analyze(bundle, NOW_MS)
  if (!analyzed.ok) throw new Error(analyzed.error.message)
  return analyzed.value.findings
}

/** What matters: everything but the expiry of all facts in 2027, which is true of any version. */
const defectsIn = (bundle: Bundle): readonly Finding[] =>
  findingsIn(bundle).filter(({ kind }) => kind !== 'change-ahead')

const third = { zone: 'third-party' } as const
const { guardrails, routes, obligations, destinations } = fiftyRules

/** The policy with more rules in front of, or behind, its own. */
const withRules = (more: {
  guardrails?: Bundle['guardrails']
  first?: Bundle['routes']
  last?: Bundle['routes']
}): Bundle => ({
  ...fiftyRules,
  guardrails: [...guardrails, ...(more.guardrails ?? [])],
  routes: [
    ...(more.first ?? []),
    ...routes.slice(0, -1),
    ...(more.last ?? []),
    ...routes.slice(-1),
  ],
})
const route = (id: string, parts: Partial<Bundle['routes'][number]>) =>
  rule(id, { prefer: ['onprem'], ...parts })
const waiver = (parts: Partial<Bundle['waivers'][number]>): Bundle['waivers'][number] => ({
  id: 'w-one',
  guardrail: 'not-stored',
  ticket: 'T-1',
  because: 'a pilot',
  approvers: ['a', 'b'],
  when: { team: ['red'] },
  to: { class: ['hosted'] },
  from: '2026-11-01',
  expires: '2026-12-20',
  ...parts,
})

test('a policy of fifty rules without a defect has none', () => {
  expect(guardrails.length + routes.length + obligations.length).toBe(50)
  expect(parseBundle(fiftyRules).ok).toBe(true)
  expect(defectsIn(fiftyRules)).toEqual([])
})

describe('among fifty rules, the analysis finds', () => {
  test.each<[string, Bundle, Partial<Finding>]>([
    [
      'a route that an earlier one hides',
      withRules({ last: [route('late', { when: { app: ['crm'], level: ['internal'] } })] }),
      { kind: 'unreachable-route', rule: 'late', witness: { shadowedBy: ['crm-rest'] } },
    ],
    [
      'a route that earlier ones hide together, and which they are',
      withRules({
        first: [
          route('low', { when: { purpose: ['general'], level: ['public', 'internal'] } }),
          route('high', { when: { purpose: ['general'], level: { atLeast: 'confidential' } } }),
          route('hidden', { when: { purpose: ['general'], team: ['red'] } }),
        ],
      }),
      { kind: 'unreachable-route', rule: 'hidden', witness: { shadowedBy: ['low', 'high'] } },
    ],
    [
      'a guardrail that another contains',
      withRules({
        guardrails: [
          guardrail('narrow', { when: { level: ['restricted'], team: ['red'] }, never: third }),
        ],
      }),
      {
        kind: 'redundant-guardrail',
        rule: 'narrow',
        witness: { coveredBy: ['restricted-home'] },
      },
    ],
    [
      'a guardrail that two others contain together',
      withRules({
        guardrails: [
          guardrail('both', {
            when: { categories: { any: ['secret', 'export-control'] } },
            never: third,
          }),
        ],
      }),
      {
        kind: 'redundant-guardrail',
        rule: 'both',
        witness: { coveredBy: ['secret-home', 'export-control-home'] },
      },
    ],
    [
      'a guardrail that no destination is about',
      withRules({ guardrails: [guardrail('nowhere', { never: { countries: { any: ['BR'] } } })] }),
      { kind: 'forbids-nothing', severity: 'note', rule: 'nowhere' },
    ],
    [
      'a guardrail that contradicts itself',
      withRules({
        guardrails: [
          guardrail('never', {
            when: { scan: ['complete'], categories: { any: ['pii'], none: ['pii'] } },
          }),
        ],
      }),
      { kind: 'never-applies', rule: 'never' },
    ],
    [
      'an obligation whose days are over',
      {
        ...fiftyRules,
        obligations: [
          rule('old', { window: { until: '2026-11-01' }, must: { log: 'minimal' as const } }),
        ],
      },
      { kind: 'never-applies', rule: 'old' },
    ],
    [
      'a destination that no route uses',
      {
        ...fiftyRules,
        routes: routes.map((one) => ({
          ...one,
          prefer: one.prefer.map((rank) => (rank === 'cheapest' ? 'edge' : rank)),
        })),
        destinations: [...destinations, place('lonely', { class: 'edge', trainsOnData: true })].map(
          (one) =>
            one.id === 'lonely' ? { ...one, facts: { ...one.facts, class: 'closed' } } : one,
        ),
        guardrails: [...guardrails, guardrail('no-trainers', { never: { trainsOnData: true } })],
      },
      { kind: 'unused-destination', rule: 'lonely' },
    ],
    [
      'a target that guardrails never leave to its route',
      withRules({
        first: [
          route('cards-too', {
            when: { categories: { all: ['pci'] }, scan: ['complete'] },
            prefer: ['closed-a', 'onprem'],
          }),
        ],
      }),
      {
        kind: 'unused-target',
        severity: 'note',
        rule: 'cards-too',
        witness: { targets: ['closed-a'] },
      },
    ],
    [
      'a route of which guardrails leave nothing',
      withRules({
        first: [
          route('cards-away', {
            when: { categories: { all: ['pci'] }, scan: ['complete'] },
            prefer: ['closed-a'],
          }),
        ],
      }),
      { kind: 'unused-target', severity: 'warning', rule: 'cards-away' },
    ],
    [
      'a gap that no route covers',
      { ...fiftyRules, routes: routes.slice(0, -1) },
      {
        kind: 'coverage-gap',
        rule: null,
        witness: expect.objectContaining({ label: expect.objectContaining({ level: 'public' }) }),
      },
    ],
    [
      'requests that nobody may answer',
      withRules({ guardrails: [guardrail('no-red', { when: { team: ['red'] } })] }),
      {
        kind: 'blocked-region',
        rule: 'no-red',
        severity: 'note',
        witness: expect.objectContaining({ team: 'red' }),
      },
    ],
    [
      'a higher level that gains a third party',
      withRules({
        guardrails: [
          guardrail('low-only', { when: { level: ['public'] }, never: { class: ['edge'] } }),
        ],
      }),
      {
        kind: 'not-monotone',
        severity: 'warning',
        witness: expect.objectContaining({ destination: 'edge-fr' }),
      },
    ],
    [
      'a category that exempts',
      withRules({
        guardrails: [
          guardrail('but-hr', {
            when: { scan: ['complete'], categories: { none: ['hr'] } },
            never: { class: ['edge'] },
          }),
        ],
      }),
      {
        kind: 'not-monotone',
        problem: expect.stringContaining('with holding hr'),
        witness: expect.objectContaining({ destination: 'edge-fr' }),
      },
    ],
    [
      'a waiver that lifts what nothing forbids',
      { ...fiftyRules, waivers: [waiver({ when: { level: ['public'] } })] },
      { kind: 'useless-waiver', rule: 'w-one' },
    ],
    [
      'a waiver of what others forbid as well',
      { ...fiftyRules, waivers: [waiver({ when: { level: ['restricted'] } })] },
      { kind: 'useless-waiver', rule: 'w-one', problem: expect.stringContaining('other rules') },
    ],
    [
      'an invariant that a waiver breaks, on its days',
      {
        ...fiftyRules,
        waivers: [waiver({ from: '2026-12-01' })],
        invariants: [
          rule('never-stored', {
            when: { level: { atLeast: 'confidential' as const }, handling: { stored: true } },
            never: third,
          }),
        ],
      },
      {
        kind: 'invariant-refuted',
        severity: 'error',
        rule: 'never-stored',
        problem: expect.stringMatching(/from 2026-12-01 until 2026-12-20 .*lifted by waiver w-one/),
        witness: expect.objectContaining({ team: 'red', from: '2026-12-01' }),
      },
    ],
    [
      'an invariant that breaks when a fact expires',
      {
        ...fiftyRules,
        guardrails: [],
        destinations: [
          {
            ...own('home'),
            facts: {
              ...own('home').facts,
              zone: { value: 'own', evidence: 'e', expires: '2027-03-01' },
            },
          },
        ],
        routes: [route('all', {})],
        invariants: [rule('stays', { never: third })],
      },
      {
        kind: 'invariant-refuted',
        rule: 'stays',
        witness: expect.objectContaining({ from: '2027-03-01' }),
      },
    ],
    [
      'an invariant that is about nothing',
      {
        ...fiftyRules,
        invariants: [rule('no-brazil', { never: { countries: { any: ['BR'] } } })],
        destinations: [own('home')],
        routes: [route('all', {})],
        guardrails: [guardrail('a-one', { never: third })],
      },
      { kind: 'invariant-empty', severity: 'note', rule: 'no-brazil' },
    ],
  ])('%s', (_name, bundle, expected) =>
    expect(defectsIn(bundle)).toContainEqual(expect.objectContaining(expected)),
  )
})
