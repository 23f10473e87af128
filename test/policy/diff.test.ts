import { describe, expect, test } from 'vitest'
import { sayMayGo } from '../../src/policy/analyze/cases.ts'
import { diffPolicies } from '../../src/policy/analyze/diff.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, NOW_MS, own, place, rule } from './fixtures.ts'

const third = { zone: 'third-party' as const }
const destinations = [own('home'), place('away'), place('far', { class: 'closed' })]
const base = { destinations, routes: [rule('all', { prefer: ['away', ['home', 'far']] })] }
const limit = (usd: string) => [rule('o-one', { must: { maxCostUsd: usd } })]
const redact = (by: 'mask' | 'pseudonymise') => [
  rule('o-one', { must: { redact: ['email' as const], by } }),
]

function compare(before: Parameters<typeof bundleOf>[0], after: Parameters<typeof bundleOf>[0]) {
  const bundles: readonly Bundle[] = [before, after].map((tables) =>
    bundleOf({ ...base, ...tables }),
  )
  const [from, to] = bundles
  if (from === undefined || to === undefined) throw new Error('two policies')
  const compared = diffPolicies(from, to, NOW_MS)
  if (!compared.ok) throw new Error(compared.error.message)
  return compared.value
}

test('what is newly allowed is told in words, with the days', () => {
  const {
    class: kind,
    newlyAllowed,
    newlyRefused,
  } = compare(
    { guardrails: [guardrail('g-one', { when: { team: ['red'] }, never: third })] },
    {
      guardrails: [
        guardrail('g-one', {
          when: { team: ['red'] },
          never: third,
          window: { until: '2026-12-01' },
        }),
      ],
    },
  )
  expect(kind).toBe('loosened')
  expect(newlyAllowed.cases.map(sayMayGo)).toEqual([
    'any data from team red may go to away or far from 2026-12-01 on',
    expect.stringMatching(/from team red may go to any destination from 2027-12-31 on$/),
  ])
  expect(newlyRefused.cases).toEqual([])
})

test('what goes elsewhere is told with where it went and where it goes', () =>
  expect(compare({}, { routes: [rule('all', { prefer: ['far', 'away', 'home'] })] })).toMatchObject(
    {
      class: 'tightened',
      newlyAllowed: { cases: [] },
      newlyRefused: { cases: [] },
      rerouted: [{ before: ['away'], after: ['far'] }],
      fallbacksChanged: false,
    },
  ))

test('another order of fallbacks is told as such', () =>
  expect(compare({}, { routes: [rule('all', { prefer: ['away', 'far', 'home'] })] })).toMatchObject(
    {
      class: 'tightened',
      rerouted: [],
      fallbacksChanged: true,
    },
  ))

describe('policies that decide alike have the same meaning, however they are written', () => {
  test.each([
    [
      'a rank more of what is never left',
      { routes: [rule('all', { prefer: ['away', ['home', 'far'], 'cheapest'] })] },
    ],
    [
      'a route in two',
      {
        routes: [
          rule('some', { when: { level: ['public' as const] }, prefer: ['away', ['home', 'far']] }),
          rule('all', { prefer: ['away', ['home', 'far']] }),
        ],
      },
    ],
    [
      'a guardrail in simulation',
      { guardrails: [guardrail('g-one', { level: 'simulate' as const, never: third })] },
    ],
    [
      'other owners and reasons',
      {
        routes: [
          { ...rule('all', { prefer: ['away', ['home', 'far']] }), owner: 'x', because: 'y' },
        ],
      },
    ],
  ])('%s', (_name, after) => expect(compare({}, after)).toMatchObject({ class: 'same-meaning' }))
})

describe('a demand that falls away loosens, and a new one tightens', () => {
  test.each([
    ['a limit', {}, { obligations: limit('1') }, 'a cost of at most 1 USD'],
    [
      'a lower limit',
      { obligations: limit('2') },
      { obligations: limit('1') },
      'a cost of at most 1 USD',
    ],
    [
      'masking',
      { obligations: redact('pseudonymise') },
      { obligations: redact('mask') },
      'masking',
    ],
    [
      'review',
      {},
      { obligations: [rule('o-one', { must: { review: 'human' as const } })] },
      'human review',
    ],
  ])('%s', (_name, looser, stricter, what) => {
    expect(compare(looser, stricter)).toMatchObject({
      class: 'tightened',
      demandedAnew: expect.arrayContaining([expect.objectContaining({ what })]),
      noLongerDemanded: [],
    })
    expect(compare(stricter, looser)).toMatchObject({
      class: 'loosened',
      demandedAnew: [],
      noLongerDemanded: expect.arrayContaining([expect.objectContaining({ what })]),
    })
  })

  test('a lower least quality is told, and loosens nothing', () =>
    expect(
      compare(
        { routes: [rule('all', { prefer: ['away'], quality: 'frontier' as const })] },
        { routes: [rule('all', { prefer: ['away'] })] },
      ),
    ).toMatchObject({
      class: 'tightened',
      noLongerDemanded: [{ what: 'standard quality' }, { what: 'frontier quality' }],
    }))

  test('a request that goes to two at a time is told, and loosens nothing', () => {
    const once = { routes: [rule('all', { prefer: ['away'] })] }
    const hedge = { afterMs: 500, maxAttempts: 2 }
    const twice = { routes: [rule('all', { prefer: ['away'], hedge })] }
    const what = 'up to 2 attempts at a time, after 500 ms'
    expect(compare(once, twice)).toMatchObject({ class: 'tightened', demandedAnew: [{ what }] })
    expect(compare(twice, once)).toMatchObject({ class: 'tightened', noLongerDemanded: [{ what }] })
    expect(compare(twice, twice).class).toBe('same-meaning')
  })
})

test('tables that permit nothing are named', () => {
  const budgets = [
    { id: 'tenant', scope: 'tenant' as const, period: 'month' as const, limitMicroUsd: 1 },
  ]
  expect(compare({}, { budgets })).toMatchObject({
    class: 'same-meaning',
    otherTables: ['budgets'],
  })
})
