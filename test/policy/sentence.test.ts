import { expect, test } from 'vitest'
import { guardrailSentence } from '../../src/policy/sentence.ts'
import type { Guardrail } from '../../src/policy/schema.ts'
import { bundleOf, guardrail } from './fixtures.ts'

const groups = bundleOf().attributes.countryGroups

test.each<[Pick<Guardrail, 'when' | 'never'>, string]>([
  [
    { when: { level: ['restricted'] }, never: { zone: 'third-party' } },
    'Never send restricted data to destinations that the organisation does not own.',
  ],
  [{ when: {}, never: {} }, 'Never send any data to any destination.'],
  [
    { when: { level: { atLeast: 'confidential' } }, never: { trainsOnData: true } },
    'Never send confidential or restricted data to destinations that train on it.',
  ],
  [
    {
      when: {
        categories: { any: ['pii', 'health'] },
        jurisdictions: { any: ['eu'], unknown: true },
      },
      never: { countries: { outside: ['eu', 'CH'] }, agreements: { lacks: ['scc'] } },
    },
    'Never send personal data or health data protected by the law of the EU or of an unknown country to destinations that may process it outside the EU and CH and that have no standard contractual clauses in force.',
  ],
  [
    {
      when: {
        level: ['internal'],
        categories: { all: ['pii'], none: ['declared:health'] },
        team: ['red'],
      },
      never: { retentionDays: { above: 30 }, class: ['hosted', 'closed'] },
    },
    'Never send internal data that holds personal data, that does not hold data declared as health and from team red to destinations of class hosted or closed and that keep it for more than 30 days.',
  ],
  [
    { when: { scan: ['unscanned'] }, never: { legalEntity: ['Example Inc.'] } },
    'Never send any data in a request that could not be read to destinations that Example Inc. runs.',
  ],
  [
    {
      when: { handling: { stored: true, hostedTools: false } },
      never: { countries: { any: ['US'] } },
    },
    'Never send any data with the request to store it and without tools that the provider runs to destinations that may process it in US.',
  ],
])('%j', (parts, sentence) => {
  const one = { ...guardrail('g-one', {}), ...parts }
  expect(guardrailSentence(one, groups)).toBe(sentence)
  expect(guardrailSentence({ ...one, level: 'simulate' }, groups)).toBe(
    `${sentence} (Simulated: reported, not enforced.)`,
  )
})
