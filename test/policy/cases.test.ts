import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkGoldenCase, readGoldenCases } from '../../scripts/lib/golden-cases.ts'
import { healthyWorld } from '../../scripts/lib/offline-world.ts'
import { formatProblem, readBundle } from '../../scripts/lib/policy-files.ts'
import { proveClaims } from '../../src/policy/analyze/claims.ts'
import type { Bundle } from '../../src/policy/schema.ts'

const DIR = join(import.meta.dirname, '../../policies')
const checked = await readBundle(DIR)
const cases = await readGoldenCases(join(DIR, 'cases'))

test('the policy files are whole', () =>
  expect(checked.ok ? [] : checked.error.map(formatProblem)).toEqual([]))

function refutedIn(bundle: Bundle): readonly string[] {
  const proof = proveClaims(bundle, bundle.invariants, cases[0]?.atMs ?? 0)
  if (!proof.ok) throw new Error(proof.error.message)
  return proof.value.verdicts.filter(({ outcome }) => outcome === 'refuted').map(({ id }) => id)
}

// Whatever the routes say: a cost rule must not be what keeps a safety promise.
const guardrailsAlone = (bundle: Bundle, dropped: readonly string[]) => {
  const guardrails = bundle.guardrails.filter(({ id }) => !dropped.includes(id))
  const routes = bundle.routes
    .slice(0, 1)
    .map((route) => ({ ...route, when: {}, prefer: ['cheapest'] }))
  const changed = { ...bundle, guardrails, routes }
  return refutedIn(changed)
}

if (checked.ok) {
  const bundle = checked.value
  describe('the default policy', () => {
    test('has at least 25 golden cases', () => expect(cases.length).toBeGreaterThanOrEqual(25))

    test.each(cases)('$golden.name', ({ golden, atMs }) =>
      expect(checkGoldenCase(golden, healthyWorld(bundle, atMs))).toEqual([]),
    )

    test('keeps its invariants on every day from now on', () =>
      expect(refutedIn(bundle)).toEqual([]))

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
      expect(guardrailsAlone(bundle, dropped)).toEqual(broken),
    )
  })
}
