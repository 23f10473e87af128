import { expect, test } from 'vitest'
import { parseClaim } from '../../src/policy/parse-sentence.ts'
import { invariantSentence } from '../../src/policy/sentence.ts'
import { bundleOf } from './fixtures.ts'
import {
  drawFrom,
  randomBundle,
  randomDestinationCondition,
  randomRequestCondition,
} from './random.ts'

const SIZE = { guardrails: 40, routes: 1, obligations: 0, waivers: 0, destinations: 3 }
const bundle = randomBundle(1, SIZE)
const groups = bundle.attributes.countryGroups

test('every claim is read back from its sentence, and means the same', () => {
  const draw = drawFrom(5)
  const lost: string[] = []
  for (let count = 0; count < 5_000; count++) {
    const claim = { when: randomRequestCondition(draw), never: randomDestinationCondition(draw) }
    const sentence = invariantSentence(claim, groups)
    const read = parseClaim(sentence, bundle)
    if (!read.ok || invariantSentence(read.value, groups) !== sentence) lost.push(sentence)
  }
  expect(lost).toEqual([])
})

test.each([
  [
    'Never send restricted data to destinations that the organisation does not own.',
    { when: { level: ['restricted'] }, never: { zone: 'third-party' } },
  ],
  [
    'Never send personal data or health data protected by the law of the EU or of an unknown country to destinations that may process it outside the EU and CH and that have no standard contractual clauses in force.',
    {
      when: {
        categories: { any: ['pii', 'health'] },
        jurisdictions: { any: ['eu'], unknown: true },
      },
      never: { countries: { outside: ['eu', 'CH'] }, agreements: { lacks: ['scc'] } },
    },
  ],
  ['Never send any data to any destination.', { when: {}, never: {} }],
])('%s', (sentence, claim) =>
  expect(parseClaim(sentence, bundleOf())).toEqual({ ok: true, value: claim }),
)

test.each([
  ['no claim', 'Send restricted data home.', /a claim reads "Never send/],
  ['an unknown level', 'Never send hidden data to any destination.', /not understood/],
  ['an unknown clause', 'Never send any data on Mondays to any destination.', /not understood/],
  [
    'an unknown group',
    'Never send any data to destinations that may process it in the moon.',
    /not understood/,
  ],
  ['no full stop', 'Never send any data to any destination', /a claim reads/],
  [
    'another order than the rule has',
    'Never send any data to destinations that train on it and of class closed.',
    /would be read as: Never send any data to destinations of class closed and that train on it\./,
  ],
])('%s is refused', (_name, sentence, says) =>
  expect(parseClaim(sentence, bundleOf())).toEqual({
    ok: false,
    error: expect.stringMatching(says),
  }),
)
