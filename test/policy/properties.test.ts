import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATEGORIES, LEVELS, SCANS } from '../../src/domain/label.ts'
import { compileRules, evaluate } from '../../src/policy/evaluate.ts'
import type { DestinationCondition, Guardrail, RequestCondition } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, NOW_MS, own, permitted, place, requestOf } from './fixtures.ts'

describe('for any tables and requests', () => {
  const category = fc.constantFrom(...CATEGORIES.slice(0, 4))
  const categories = fc.uniqueArray(category, { minLength: 1, maxLength: 3 })
  const when: fc.Arbitrary<RequestCondition> = fc.record(
    {
      level: fc.oneof(
        fc.uniqueArray(fc.constantFrom(...LEVELS), { minLength: 1 }),
        fc.constantFrom(...LEVELS).map((atLeast) => ({ atLeast })),
      ),
      categories: fc.record({ any: categories, all: categories }, { requiredKeys: [] }),
      jurisdictions: fc.record({ any: fc.constant(['eu']), unknown: fc.boolean() }),
      scan: fc.uniqueArray(fc.constantFrom(...SCANS), { minLength: 1 }),
    },
    { requiredKeys: [] },
  )
  const never: fc.Arbitrary<DestinationCondition> = fc.record(
    {
      zone: fc.constantFrom('own' as const, 'third-party' as const),
      trainsOnData: fc.boolean(),
      retentionDays: fc.record({ above: fc.constantFrom(0, 30) }),
      agreements: fc.record({ lacks: fc.subarray<'dpa'>(['dpa'], { minLength: 1 }) }),
    },
    { requiredKeys: [] },
  )
  const guardrails: fc.Arbitrary<Guardrail[]> = fc
    .array(fc.record({ when, never }), { maxLength: 8 })
    .map((rules) => rules.map((parts, at) => ({ ...guardrail(`g-${at}`, {}), ...parts })))
  const request = fc
    .record({
      level: fc.constantFrom(...LEVELS),
      categories: fc.uniqueArray(category, { maxLength: 3 }),
      jurisdictions: fc.subarray(['DE', 'US']),
      scan: fc.constantFrom(...SCANS),
    })
    .map((label) => requestOf(label))
  const destinations = [
    own('home'),
    place('a', { agreements: ['dpa'] }),
    place('b', { retentionDays: 31 }),
    place('c', { expires: '2020-01-01' }),
  ]

  test('the order of guardrails changes nothing', () =>
    fc.assert(
      fc.property(guardrails, request, (rules, asked) => {
        const verdict = (list: typeof rules) =>
          evaluate(compileRules(bundleOf({ destinations, guardrails: list }), NOW_MS), asked)
        const { fired, removedBy } = verdict(rules)
        const reversed = verdict(rules.toReversed())
        expect([reversed.fired, reversed.removedBy]).toEqual([fired, removedBy])
      }),
    ))

  test('another guardrail never permits more', () =>
    fc.assert(
      fc.property(guardrails, request, (rules, asked) => {
        const all = permitted(bundleOf({ destinations, guardrails: rules }), asked)
        const fewer = permitted(bundleOf({ destinations, guardrails: rules.slice(1) }), asked)
        expect(fewer).toEqual(expect.arrayContaining(all))
      }),
    ))

  test('what could not be read is permitted no more than anything that could', () => {
    // Of rules that fire more with a higher label: those are all that a policy should have.
    const upward = guardrails.map((rules) =>
      rules.filter((one) => !('scan' in one.when) && !Array.isArray(one.when.level)),
    )
    fc.assert(
      fc.property(upward, request, (rules, asked) => {
        const bundle = bundleOf({ destinations, guardrails: rules })
        const read = permitted(bundle, { ...asked, label: { ...asked.label, scan: 'complete' } })
        const unread = permitted(bundle, { ...asked, label: { ...asked.label, scan: 'unscanned' } })
        expect(read).toEqual(expect.arrayContaining(unread))
      }),
    )
  })
})
