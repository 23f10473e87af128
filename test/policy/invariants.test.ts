import { expect, test } from 'vitest'
import { proveClaims } from '../../src/policy/analyze/claims.ts'
import { bundleOf, guardrail, NOW_MS, place, rule } from './fixtures.ts'

const third = { zone: 'third-party' } as const
const restricted = rule('restricted-home', {
  when: { level: ['restricted' as const] },
  never: third,
})
const health = rule('health-home', {
  when: { categories: { any: ['health' as const] } },
  never: third,
})
const level = { level: ['restricted' as const] }

/** Own hardware of which nothing expires: what later days bring is another test's business. */
const lasting = place('home', { class: 'onprem', zone: 'own', expires: '2999-01-01' })

const violations = (tables: Parameters<typeof bundleOf>[0]) => {
  const bundle = bundleOf({ destinations: [lasting, place('away')], ...tables })
  const proof = proveClaims(bundle, bundle.invariants, NOW_MS)
  if (!proof.ok) throw new Error(proof.error.message)
  return proof.value.verdicts.flatMap((verdict) =>
    verdict.outcome === 'refuted'
      ? [
          {
            destination: verdict.example.destination,
            label: verdict.example.label,
            from: verdict.example.from,
          },
        ]
      : [],
  )
}

test.each([
  [
    'a guardrail that says the same',
    { guardrails: [guardrail('g-one', { when: level, never: third })], invariants: [restricted] },
  ],
  [
    'a wider guardrail',
    { guardrails: [guardrail('g-one', { never: third })], invariants: [restricted, health] },
  ],
  [
    'two guardrails that together cover it',
    {
      guardrails: [
        guardrail('g-one', { when: { ...level, scan: ['complete' as const] }, never: third }),
        guardrail('g-two', {
          when: { scan: ['partial' as const, 'unscanned' as const] },
          never: third,
        }),
      ],
      invariants: [restricted],
    },
  ],
])('%s keeps an invariant', (_name, tables) => expect(violations(tables)).toEqual([]))

test.each([
  ['no guardrail', { invariants: [restricted] }, { level: 'restricted' }],
  [
    'a guardrail in simulation',
    {
      guardrails: [
        { ...guardrail('g-one', { when: level, never: third }), level: 'simulate' as const },
      ],
      invariants: [restricted],
    },
    { level: 'restricted' },
  ],
  [
    'a guardrail with an exemption',
    {
      guardrails: [
        guardrail('g-one', {
          when: { ...level, categories: { none: ['declared:health' as const] } },
          never: third,
        }),
      ],
      invariants: [restricted],
    },
    { level: 'restricted', categories: ['declared:health'] },
  ],
  [
    'a guardrail for some countries',
    {
      guardrails: [
        guardrail('g-one', { when: { ...level, jurisdictions: { any: ['eu'] } }, never: third }),
      ],
      invariants: [restricted],
    },
    { level: 'restricted' },
  ],
  [
    'a guardrail that half covers it',
    { guardrails: [guardrail('g-one', { when: level, never: third })], invariants: [health] },
    { categories: ['health'] },
  ],
  [
    'a guardrail that looks at one agreement',
    {
      guardrails: [
        guardrail('g-one', { when: level, never: { agreements: { lacks: ['dpa' as const] } } }),
      ],
      destinations: [lasting, place('away', { agreements: ['dpa'] })],
      invariants: [restricted],
    },
    { level: 'restricted' },
  ],
  [
    'a waiver',
    {
      guardrails: [guardrail('g-one', { when: level, never: third })],
      waivers: [
        {
          id: 'w-one',
          guardrail: 'g-one',
          ticket: 'T',
          because: 'b',
          approvers: ['a', 'b'],
          when: { team: ['red'] },
          to: {},
          from: '2026-11-01',
          expires: '2026-12-01',
        },
      ],
      invariants: [restricted],
    },
    { level: 'restricted' },
  ],
  [
    'a route that opens later for one category',
    {
      guardrails: [
        guardrail('g-one', {
          when: { ...level, categories: { none: ['pii' as const] } },
          never: third,
        }),
      ],
      routes: [
        rule('r-one', {
          when: { categories: { all: ['pii' as const, 'hr' as const] } },
          prefer: ['away'],
        }),
        rule('r-two', { prefer: ['onprem'] }),
      ],
      invariants: [restricted],
    },
    { level: 'restricted', categories: ['hr', 'pii'] },
  ],
])('%s breaks an invariant, and the witness shows how', (_name, tables, label) =>
  expect(violations(tables)).toMatchObject([{ destination: 'away', label }]),
)

test.each([
  ['a route that uses own hardware only', { routes: [rule('r-one', { prefer: ['onprem'] })] }],
  ['a catalogue of own hardware only', { destinations: [lasting] }],
])('%s keeps an invariant only until nobody vouches for the hardware', (_name, tables) =>
  expect(violations({ ...tables, invariants: [restricted] })).toMatchObject([
    { destination: 'home', from: '2999-01-01' },
  ]),
)
