import { describe, expect, test } from 'vitest'
import { compileRules, evaluate } from '../../src/policy/evaluate.ts'
import { PLAIN_HANDLING } from '../../src/domain/request.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, NOW_MS, own, permitted, place, requestOf, rule } from './fixtures.ts'

type Must = Bundle['obligations'][number]['must']
const demand = (id: string, must: Must, parts: object = {}) => rule(id, { must, ...parts })
const obligationsOf = (...obligations: Bundle['obligations']) =>
  evaluate(compileRules(bundleOf({ obligations }), NOW_MS), requestOf({})).obligations

describe('of several obligations the strictest wins, in any order', () => {
  test.each<[string, Must, Must, object]>([
    [
      'masking',
      { redact: ['email'], by: 'mask' },
      { redact: ['email'] },
      { redact: ['email'], redactBy: 'mask' },
    ],
    [
      'masking, said in words',
      { redact: ['email'], by: 'pseudonymise' },
      { redact: ['phone'], by: 'mask' },
      { redact: ['email', 'phone'], redactBy: 'mask' },
    ],
    [
      'the lower cost',
      { maxCostUsd: '2' },
      { maxCostUsd: '0.5' },
      { maxCostPicoUsd: 500_000_000_000n },
    ],
    ['no cache', { cache: 'none' }, { log: 'minimal' }, { cache: 'none', logLevel: 'minimal' }],
    ['human review', { review: 'human' }, { maxCostUsd: '1' }, { review: 'human' }],
    ['a fresh policy', { fresh: 'strict' }, { log: 'minimal' }, { fresh: 'strict' }],
  ])('%s', (_name, a, b, expected) => {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const)
      expect(obligationsOf(demand('o-one', first), demand('o-two', second))).toMatchObject(expected)
  })

  test('and nothing is demanded where none matches', () =>
    expect(
      obligationsOf(demand('o-one', { review: 'human' }, { when: { level: ['restricted'] } })),
    ).toMatchObject({ redact: [], cache: 'allowed', review: 'none', fresh: 'lease', sources: [] }))
})

describe('what a demand is too much for is left out, and the obligation is named', () => {
  const destinations = [
    own('home'),
    place('keeps', { retentionDays: 30 }),
    place('agreed', { retentionDays: 30, agreements: ['zdr'] }),
    place('expired', { expires: '2026-01-01' }),
  ]
  const cached = requestOf({}, { handling: { ...PLAIN_HANDLING, longCache: true } })

  test.each([
    ['zero retention', { retention: 'zero' } as const, requestOf({}), ['home', 'agreed']],
    ['no cache, asked for one', { cache: 'none' } as const, cached, ['home']],
    [
      'no cache, not asked for one',
      { cache: 'none' } as const,
      requestOf({}),
      ['home', 'keeps', 'agreed', 'expired'],
    ],
  ])('%s', (_name, must, request, expected) => {
    const bundle = bundleOf({ destinations, obligations: [demand('o-one', must)] })
    expect(permitted(bundle, request)).toEqual(expected)
    const { removedBy } = evaluate(compileRules(bundle, NOW_MS), request)
    expect(removedBy[1]).toEqual(expected.includes('keeps') ? undefined : ['o-one'])
  })
})

describe('a rule in simulation is reported and changes nothing', () => {
  test('an obligation', () => {
    const bundle = bundleOf({
      obligations: [demand('o-one', { retention: 'zero' }, { level: 'simulate' })],
      destinations: [place('keeps', { retentionDays: 30 })],
    })
    const { simulated, removedBy, obligations } = evaluate(
      compileRules(bundle, NOW_MS),
      requestOf({}),
    )
    expect({ simulated, removedBy, sources: obligations.sources }).toEqual({
      simulated: ['o-one'],
      removedBy: [undefined],
      sources: [],
    })
  })

  test('a route, if it would have been the one', () => {
    const routes = [
      rule('r-one', { level: 'simulate' as const, prefer: ['onprem'] }),
      rule('r-two', { prefer: ['cheapest'] }),
      rule('r-three', { level: 'simulate' as const, prefer: ['onprem'] }),
    ]
    const { simulated, route } = evaluate(compileRules(bundleOf({ routes }), NOW_MS), requestOf({}))
    expect([simulated, route?.id]).toEqual([['r-one'], 'r-two'])
  })
})

const forbids = (bundle: Bundle, time: string) =>
  evaluate(compileRules(bundle, Date.parse(time)), requestOf({})).removedBy[1] !== undefined

describe('a rule has days, in UTC, from the start of one until another begins', () => {
  const third = { zone: 'third-party' as const }
  const withWindow = (window: { from?: string; until?: string }) =>
    bundleOf({ guardrails: [guardrail('g-one', { window, never: third })] })
  test.each([
    ['before', '2026-11-30T23:59:59Z', false],
    ['on the first day', '2026-12-01T00:00:00Z', true],
    ['on the last day', '2026-12-31T23:59:59Z', true],
    ['after', '2027-01-01T00:00:00Z', false],
  ])('%s', (_name, time, expected) =>
    expect(forbids(withWindow({ from: '2026-12-01', until: '2027-01-01' }), time)).toBe(expected),
  )

  test('a guardrail holds and a route does not at a moment that is no number', () => {
    expect(forbids(withWindow({ from: '2026-12-01' }), 'never')).toBe(true)
    const routes = [rule('r-one', { window: { from: '2026-12-01' }, prefer: ['cheapest'] })]
    expect(
      evaluate(compileRules(bundleOf({ routes }), Number.NaN), requestOf({})).route,
    ).toBeUndefined()
  })
})

test('more categories than there are bits are told apart by their names', () => {
  const names = Array.from({ length: 80 }, (_, at) => `c${at}`)
  const guardrails = names.map((name, at) =>
    guardrail(`g-${at}`, { when: { categories: { any: [`declared:${name}` as const] } } }),
  )
  const bundle = bundleOf({
    attributes: { ...bundleOf().attributes, declaredCategories: names },
    guardrails,
  })
  for (const at of [0, 30, 31, 61, 62, 79])
    expect(
      evaluate(compileRules(bundle, NOW_MS), requestOf({ categories: [`declared:c${at}`] })).fired,
    ).toEqual([`g-${at}`])
})
