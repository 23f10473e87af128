import { expect, test } from 'vitest'
import type { Envelope } from '../../src/domain/leaf.ts'
import { assess } from '../../src/router/assess.ts'
import { guardrail } from '../policy/fixtures.ts'
import { answer, CALLER, NO_WISHES, requestFacts, worldOf } from './fixtures.ts'

const world = worldOf({
  guardrails: [
    guardrail('restricted-home', {
      when: { level: ['restricted' as const] },
      never: { zone: 'third-party' as const },
    }),
  ],
})
const saying = (text: string): Envelope => ({
  leaves: [{ text, kind: 'string', node: 1 }],
  pointer: () => '/messages/0/content',
  opaque: [],
})
const broken: Envelope = {
  get leaves(): never {
    throw new Error('a detector failed')
  },
  pointer: () => '',
  opaque: [],
}
const declared = (level: 'public' | 'restricted') => ({
  level,
  categories: ['hr'],
  jurisdictions: ['DE'],
})
const everywhere = ['home/small', 'away/small', 'away/large', 'closed/best']

test.each([
  ['lets public text go anywhere', saying('Why is the sky blue?'), {}, {}, everywhere, 'public'],
  [
    'keeps a card at home',
    saying('Card 4111 1111 1111 1111'),
    {},
    {},
    ['home/small'],
    'restricted',
  ],
  ['keeps what its classifier failed on at home', broken, {}, {}, ['home/small'], 'restricted'],
  [
    'is not talked down by a declaration',
    broken,
    { label: declared('public') },
    {},
    ['home/small'],
    'restricted',
  ],
  [
    'raises by what the request declares',
    saying('hello'),
    { label: declared('restricted') },
    {},
    ['home/small'],
    'restricted',
  ],
  [
    'raises by what the key declares',
    saying('hello'),
    { label: declared('public') },
    { defaultLabel: declared('restricted') },
    ['home/small'],
    'restricted',
  ],
])('%s', (_name, envelope, wishes, caller, expected, level) => {
  const { classification, decision } = assess({
    envelope,
    request: requestFacts(),
    caller: { ...CALLER, ...caller },
    wishes: { ...NO_WISHES, ...wishes },
    world,
  })
  expect(answer(decision)).toEqual(expected)
  expect(classification.label.level).toBe(level)
})

test('keeps declared categories and countries when the classifier fails', () => {
  const { classification } = assess({
    envelope: broken,
    request: requestFacts(),
    caller: CALLER,
    wishes: { ...NO_WISHES, label: declared('public') },
    world,
  })
  expect(classification).toEqual({
    label: {
      level: 'restricted',
      categories: ['declared:hr'],
      jurisdictions: ['DE'],
      scan: 'unscanned',
    },
    findings: [],
    unscanned: [{ path: '', reason: 'detector-failed' }],
  })
})
