import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DEFAULT_RETENTION } from '../../src/policy/retention-default.ts'
import { dueBefore, Retention, tooYoungFrom } from '../../src/policy/retention.ts'

const NOW_MS = Date.parse('2026-11-24T12:00:00Z')

test('the policy that is shipped is the one that counts without any', () => {
  const file = join(import.meta.dirname, '../../policies/retention.yaml')
  expect(Retention.parse(parse(readFileSync(file, 'utf8')))).toEqual(DEFAULT_RETENTION)
})

const changed = (name: 'journal' | 'personal' | 'postings' | 'checkpoints', parts: object) => ({
  ...DEFAULT_RETENTION,
  records: {
    ...DEFAULT_RETENTION.records,
    [name]: { ...DEFAULT_RETENTION.records[name], ...parts },
  },
})

describe('a policy is refused that', () => {
  test.each([
    ['would delete entries', changed('journal', { atMostDays: 4000 }), 'only forever'],
    ['would delete postings', changed('postings', { atMostDays: 4000 }), 'only forever'],
    ['would delete checkpoints', changed('checkpoints', { atMostDays: 4000 }), 'only forever'],
    [
      'contradicts itself',
      changed('personal', { atLeastDays: 10, atMostDays: 9 }),
      'must not exceed',
    ],
    ['gives no reason', changed('personal', { because: '' }), 'Too small'],
    [
      'keeps the name of a subject readable',
      { ...DEFAULT_RETENTION, tags: { subject: ['user'], plain: ['user'] } },
      'cannot be plain',
    ],
    ['has a class too many', { ...DEFAULT_RETENTION, prompts: {} }, 'Unrecognized'],
  ])('%s', (_name, given, expected) =>
    expect(String(Retention.safeParse(given).error?.issues[0]?.message)).toContain(expected),
  )
})

test.each([
  [0, '2026-11-24'],
  [400, '2025-10-20'],
  ['forever' as const, undefined],
])('what is older than %s days is due before %s', (atMostDays, expected) =>
  expect(dueBefore({ atLeastDays: 0, atMostDays }, NOW_MS)).toBe(expected),
)

test.each([
  [0, '9999-12-31'],
  [1, '2026-11-24'],
  [30, '2026-10-26'],
])('what must be kept %i days is too young from %s on', (atLeastDays, expected) =>
  expect(tooYoungFrom({ atLeastDays, atMostDays: 'forever' }, NOW_MS)).toBe(expected),
)
