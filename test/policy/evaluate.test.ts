import { describe, expect, test } from 'vitest'
import { compileRules, evaluate, openRules } from '../../src/policy/evaluate.ts'
import { bundleOf, guardrail, NOW_MS, own, permitted, place, requestOf, rule } from './fixtures.ts'

describe('the tables together', () => {
  const restricted = guardrail('restricted-home', {
    when: { level: ['restricted' as const] },
    never: { zone: 'third-party' as const },
  })

  test('refuse what no route matches', () => {
    const routes = [rule('chat-only', { when: { purpose: ['chat'] }, prefer: ['cheapest'] })]
    expect(permitted(bundleOf({ routes }), requestOf({}))).toEqual([])
  })

  test('use only what the first matching route lists', () => {
    const routes = [rule('first', { prefer: ['onprem'] }), rule('second', { prefer: ['cheapest'] })]
    expect(permitted(bundleOf({ routes }), requestOf({}))).toEqual(['home'])
  })

  test('rank by the order of a route, and a list in it as one', () => {
    const destinations = [
      own('home'),
      place('a'),
      place('b', { class: 'closed' }),
      place('c', { class: 'edge' }),
    ]
    const routes = [rule('first', { prefer: ['b', ['home', 'hosted'], 'cheapest'] })]
    const { route } = evaluate(
      compileRules(bundleOf({ destinations, routes }), NOW_MS),
      requestOf({}),
    )
    expect(route?.ranks).toEqual([1, 1, 0, 2])
  })

  test('let a guardrail win over every route', () =>
    expect(
      permitted(bundleOf({ guardrails: [restricted] }), requestOf({ level: 'restricted' })),
    ).toEqual(['home']))

  test('report a guardrail in simulation without enforcing it', () => {
    const guardrails = [{ ...restricted, level: 'simulate' as const }]
    const verdict = evaluate(
      compileRules(bundleOf({ guardrails }), NOW_MS),
      requestOf({ level: 'restricted' }),
    )
    expect([verdict.simulated, verdict.fired, verdict.removedBy]).toEqual([
      ['restricted-home'],
      [],
      [undefined, undefined],
    ])
  })

  test('name every guardrail that removes a destination, the one that cannot be waived first', () => {
    const guardrails = [
      guardrail('all-away', { never: { zone: 'third-party' as const } }),
      { ...restricted, level: 'enforce-no-waiver' as const },
    ]
    const verdict = evaluate(
      compileRules(bundleOf({ guardrails }), NOW_MS),
      requestOf({ level: 'restricted' }),
    )
    expect(verdict.removedBy).toEqual([undefined, ['restricted-home', 'all-away']])
  })

  test('join obligations to the strictest', () => {
    const obligations = [
      rule('a-one', { must: { maxCostUsd: '2' } }),
      rule('b-two', { must: { redact: ['phone' as const, 'email' as const] } }),
      rule('c-three', { must: { maxCostUsd: '0.5' } }),
      rule('d-four', { must: { redact: ['card' as const, 'email' as const] } }),
      rule('e-five', { must: { log: 'minimal' as const } }),
      rule('f-six', { when: { level: ['internal' as const] }, must: { maxCostUsd: '0.1' } }),
    ]
    const verdict = evaluate(compileRules(bundleOf({ obligations }), NOW_MS), requestOf({}))
    expect(verdict.obligations).toEqual({
      redact: ['card', 'email', 'phone'],
      redactBy: 'pseudonymise',
      logLevel: 'minimal',
      maxCostPicoUsd: 500_000_000_000n,
      cache: 'allowed',
      review: 'none',
      fresh: 'lease',
      sources: ['a-one', 'b-two', 'c-three', 'd-four', 'e-five'],
    })
  })

  test('change at midnight, when a fact expires, in the same compiled policy', () => {
    const destinations = [place('away', { agreements: ['dpa'], expires: '2026-11-25' })]
    const guardrails = [guardrail('dpa', { never: { agreements: { lacks: ['dpa' as const] } } })]
    const rulesAt = openRules(bundleOf({ destinations, guardrails }))
    const at = (time: string) => evaluate(rulesAt(Date.parse(time)), requestOf({})).removedBy
    expect([
      at('2026-11-24T23:59:59Z'),
      at('2026-11-25T00:00:00Z'),
      at('2026-11-24T12:00:00Z'),
    ]).toEqual([[undefined], [['dpa']], [undefined]])
  })
})

const noThird = (level: 'enforce' | 'enforce-no-waiver') => [
  guardrail('no-third', { level, never: { zone: 'third-party' as const } }),
]

describe('a waiver', () => {
  const waiver = {
    id: 'w-one',
    guardrail: 'no-third',
    ticket: 'T-1',
    because: 'a pilot',
    approvers: ['a', 'b'],
    when: { team: ['red'] },
    to: { class: ['hosted' as const] },
    from: '2026-11-01',
    expires: '2026-12-01',
  }
  const waived = (parts: object, level: 'enforce' | 'enforce-no-waiver' = 'enforce') =>
    bundleOf({ guardrails: noThird(level), waivers: [{ ...waiver, ...parts }] })

  test.each([
    ['lifts its guardrail', waived({}), requestOf({}), ['home', 'away']],
    [
      'lifts nothing that cannot be waived',
      waived({}, 'enforce-no-waiver'),
      requestOf({}),
      ['home'],
    ],
    ['lifts nothing for others', waived({}), requestOf({}, { team: 'blue' }), ['home']],
    ['lifts nothing elsewhere', waived({ to: { class: ['closed'] } }), requestOf({}), ['home']],
    ['lifts nothing before its time', waived({ from: '2026-11-25' }), requestOf({}), ['home']],
    ['lifts nothing after its time', waived({ expires: '2026-11-24' }), requestOf({}), ['home']],
    ['lifts nothing for what nobody read', waived({}), requestOf({ scan: 'unscanned' }), ['home']],
    [
      'lifts nothing for what was half read',
      waived({ when: {} }),
      requestOf({ scan: 'partial' }),
      ['home'],
    ],
  ])('%s', (_name, bundle, request, expected) =>
    expect(permitted(bundle, request)).toEqual(expected),
  )

  test('is named by the verdict', () =>
    expect(evaluate(compileRules(waived({}), NOW_MS), requestOf({})).waived).toEqual(['w-one']))
})
