import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkGoldenCase, readGoldenCases } from '../../scripts/lib/golden-cases.ts'
import { healthyWorld } from '../../scripts/lib/offline-world.ts'
import { formatProblem, readBundle } from '../../scripts/lib/policy-files.ts'
import { compileRules } from '../../src/policy/evaluate.ts'
import { findViolations } from '../../src/policy/invariants.ts'

const DIR = join(import.meta.dirname, '../../policies')
const checked = await readBundle(DIR)
const cases = await readGoldenCases(join(DIR, 'cases'))

test('the policy files are whole', () =>
  expect(checked.ok ? [] : checked.error.map(formatProblem)).toEqual([]))

if (checked.ok) {
  const bundle = checked.value
  describe('the default policy', () => {
    test('has at least 25 golden cases', () => expect(cases.length).toBeGreaterThanOrEqual(25))

    test.each(cases)('$golden.name', ({ golden, atMs }) =>
      expect(checkGoldenCase(golden, healthyWorld(bundle, atMs))).toEqual([]),
    )

    test('keeps its invariants on every day of the next two years', () => {
      const start = cases[0]?.atMs ?? 0
      const months = Array.from({ length: 24 }, (_, month) => start + month * 30 * 86_400_000)
      const broken = months.flatMap((atMs) => findViolations(bundle, compileRules(bundle, atMs)))
      expect(broken).toEqual([])
    })

    // Whatever the routes say: a cost rule must not be what keeps a safety promise.
    const guardrailsAlone = (dropped: readonly string[]) => {
      const guardrails = bundle.guardrails.filter(({ id }) => !dropped.includes(id))
      const routes = bundle.routes
        .slice(0, 1)
        .map((route) => ({ ...route, when: {}, prefer: ['cheapest'] }))
      const changed = { ...bundle, guardrails, routes }
      const found = findViolations(changed, compileRules(changed, cases[0]?.atMs ?? 0))
      return found.map(({ invariant }) => invariant)
    }

    test.each([
      ['all guardrails', [], []],
      [
        'all but that for restricted data',
        ['restricted-stays-home'],
        ['restricted-never-third-party'],
      ],
      [
        'all but those for secrets',
        ['secrets-stay-home', 'secrets-go-nowhere'],
        ['secrets-never-third-party'],
      ],
      ['all but that for health data', ['health-needs-baa'], ['health-never-without-baa']],
    ])('keeps its invariants by %s, or shows which one breaks', (_name, dropped, broken) =>
      expect(guardrailsAlone(dropped)).toEqual(broken),
    )
  })
}
