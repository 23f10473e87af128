import { expect, test } from 'vitest'
import { explain } from '../../src/router/explain.ts'
import { namesFor } from '../../src/router/resolve.ts'
import { guardrail, rule } from '../policy/fixtures.ts'
import { ask, CALLER, worldOf } from './fixtures.ts'

const world = worldOf({
  guardrails: [
    guardrail('restricted-home', {
      when: { level: ['restricted' as const] },
      never: { zone: 'third-party' as const },
    }),
  ],
  obligations: [rule('quiet', { must: { log: 'minimal' as const } })],
  aliases: [{ id: 'fast', models: ['small'] }],
})
const { sentences } = world.policy

test('a plan is explained by its label, its rules in sentences and its attempts', () => {
  const decision = ask({ world, label: { level: 'restricted' } })
  if (!decision.ok) throw new Error('refused')
  expect(explain(decision.value.receipt, { type: 'plan' }, sentences)).toMatchObject({
    outcome: 'plan',
    refusal: null,
    label: { level: 'restricted' },
    policy: 'hash',
    guardrails: [
      {
        id: 'restricted-home',
        says: 'Never send restricted data to destinations that the organisation does not own.',
        removed: ['away', 'closed'],
      },
    ],
    route: { id: 'all', says: 'a test' },
    obligations: [{ id: 'quiet', says: 'a test' }],
    attempts: [{ destination: 'home', model: 'small', form: 'raw', bound_pico_usd: '0' }],
  })
})

test('a refusal names its rule and what the rule says', () => {
  const decision = ask({ world, label: { level: 'restricted' }, request: { model: 'best' } })
  if (decision.ok || decision.error.code !== 'policy_forbids') throw new Error('no refusal')
  const { code, rule: id, receipt } = decision.error
  expect(explain(receipt, { type: 'refused', code, rule: id }, sentences)).toMatchObject({
    outcome: 'refused',
    refusal: {
      code: 'policy_forbids',
      rule: 'restricted-home',
      says: expect.stringContaining('Never send'),
    },
    attempts: [],
  })
})

test('a rule of an older policy is named without its sentence', () => {
  const decision = ask({ world, label: { level: 'restricted' } })
  if (!decision.ok) throw new Error('refused')
  expect(explain(decision.value.receipt, { type: 'plan' }, new Map())).toMatchObject({
    guardrails: [{ id: 'restricted-home', says: null }],
  })
})

test.each([
  [
    'all names',
    null,
    [
      'auto',
      'fast',
      'small',
      'large',
      'best',
      'home/small',
      'away/small',
      'away/large',
      'closed/best',
    ],
  ],
  ['only what is listed', ['fast', 'best'], ['fast', 'best', 'closed/best']],
  ['what a listed destination offers', ['home'], ['small', 'home/small']],
  ['nothing', [], []],
])('a key may write %s', (_name, allowedModels, names) =>
  expect(namesFor({ ...CALLER, allowedModels }, world.policy)).toEqual(names),
)
