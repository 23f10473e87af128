import { describe, expect, test } from 'vitest'
import { LEVELS } from '../../src/domain/label.ts'
import {
  guardrailSentence,
  invariantSentence,
  obligationSentence,
  routeSentence,
  waiverSentence,
} from '../../src/policy/sentence.ts'
import type { Guardrail } from '../../src/policy/schema.ts'
import { bundleOf, guardrail, rule } from './fixtures.ts'
import { drawFrom, randomDestinationCondition, randomRequestCondition } from './random.ts'

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

describe('the other rules as sentences', () => {
  test.each([
    [
      routeSentence(rule('r-one', { prefer: ['edge', ['hosted', 'away'], 'cheapest'] }), groups),
      'Send any data to the edge (the cheapest first), else to hosted open models or away (the cheapest first), else to any destination (the cheapest first).',
    ],
    [
      routeSentence(
        rule('r-one', { prefer: ['away'], hedge: { afterMs: 800, maxAttempts: 2 } }),
        groups,
      ),
      'Send any data to away. Ask another one of these as well where no answer has begun after 800 ms.',
    ],
    [
      routeSentence(
        rule('r-one', { prefer: ['away'], hedge: { afterMs: 50, maxAttempts: 3 } }),
        groups,
      ),
      'Send any data to away. Ask up to two others of these as well where no answer has begun after 50 ms.',
    ],
    [
      routeSentence(
        rule('r-one', {
          when: { purpose: ['chat'] },
          prefer: ['away'],
          quality: 'standard' as const,
          level: 'simulate' as const,
          window: { from: '2026-12-01' },
        }),
        groups,
      ),
      'Send any data for the purpose chat to away, with a model of at least standard quality where none is asked for. (Only from 2026-12-01.) (Simulated: reported, not enforced.)',
    ],
    [
      obligationSentence(
        rule('o-one', {
          when: { level: ['confidential' as const] },
          must: { redact: ['email' as const, 'card' as const] },
          window: { from: '2026-12-01', until: '2027-01-01' },
        }),
        groups,
      ),
      'Replace e-mail addresses and card numbers in confidential data by placeholders before a third party gets it. (Only from 2026-12-01 until 2027-01-01.)',
    ],
    [
      obligationSentence(
        rule('o-one', { must: { redact: ['card' as const], by: 'mask' as const } }),
        groups,
      ),
      'Mask card numbers in any data before a third party gets it.',
    ],
    [
      obligationSentence(rule('o-one', { must: { maxCostUsd: '0.50' } }), groups),
      'Spend at most 0.50 USD on one attempt with any data.',
    ],
    [
      obligationSentence(rule('o-one', { must: { retention: 'zero' as const } }), groups),
      'Send any data only to destinations that keep nothing.',
    ],
    [
      obligationSentence(rule('o-one', { must: { cache: 'none' as const } }), groups),
      'Let no third party keep any data in a cache that outlives the request.',
    ],
    [
      obligationSentence(rule('o-one', { must: { log: 'minimal' as const } }), groups),
      'Record no more than is needed of any data.',
    ],
    [
      obligationSentence(rule('o-one', { must: { review: 'human' as const } }), groups),
      'Have a person review the answer to any data before it is used.',
    ],
    [
      obligationSentence(rule('o-one', { must: { fresh: 'strict' as const } }), groups),
      'Ask the policy authority before each attempt with any data.',
    ],
    [
      waiverSentence(
        {
          id: 'w-one',
          guardrail: 'g-one',
          ticket: 'RISK-1',
          because: 'a pilot',
          approvers: ['a', 'b'],
          when: { team: ['red'] },
          to: { class: ['closed'] },
          from: '2026-12-01',
          expires: '2027-01-01',
        },
        groups,
      ),
      'From 2026-12-01 until 2027-01-01, g-one does not apply to any data from team red sent to destinations of class closed (RISK-1; approved by a and b).',
    ],
  ])('%s', (sentence, expected) => expect(sentence).toBe(expected))
})

test('no two conditions that differ have one sentence', () => {
  const draw = drawFrom(11)
  const meanings = new Map<string, string>()
  const confused: string[] = []
  for (let count = 0; count < 20_000; count++) {
    const claim = { when: randomRequestCondition(draw), never: randomDestinationCondition(draw) }
    const sentence = invariantSentence(claim, groups)
    const meaning = meaningOf(claim)
    const known = meanings.get(sentence)
    if (known !== undefined && known !== meaning) confused.push(sentence)
    meanings.set(sentence, meaning)
  }
  expect(confused).toEqual([])
  // Most are different, so that the test has something to confuse.
  expect(meanings.size).toBeGreaterThan(5_000)
})

/** A condition without the ways in which one meaning can be written: `atLeast`, `all` of one, and parts that ask for nothing. */
function meaningOf({ when, never }: Pick<Guardrail, 'when' | 'never'>): string {
  const { level, categories, handling = {}, ...rest } = when
  const { any, all = [], none } = categories ?? {}
  const levels =
    level !== undefined && 'atLeast' in level ? LEVELS.slice(LEVELS.indexOf(level.atLeast)) : level
  const held = [...(any === undefined ? [] : [any]), ...all.map((one) => [one])]
  return JSON.stringify([levels, held, none, handling, rest, never])
}
