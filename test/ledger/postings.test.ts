import { expect, test } from 'vitest'
import type { EntryBody } from '../../src/journal/entry.ts'
import { openEntry } from '../../src/ledger/chain.ts'
import { POSTED_KINDS, POSTING_COLUMNS, postingOf } from '../../src/ledger/postings.ts'
import { chain, refused, reserved, settled } from './entries.ts'

const STORED = { hash: 'c'.repeat(64) }

test.each<[string, EntryBody, object | undefined]>([
  ['a reservation posts nothing', reserved(), undefined],
  ['a refusal posts nothing', refused(), undefined],
  [
    'a settlement posts its cost',
    settled('4200000000000000001'),
    {
      cost_pico: '4200000000000000001',
      cost_centre: 'cc-4711',
      input_tokens: 1200,
      kind: 'settle',
    },
  ],
  [
    'an expiry posts the bound',
    settled('500', { kind: 'expire', outcome: 'expired', usage: null, usageSource: 'bound' }),
    { cost_pico: '500', usage_source: 'bound', input_tokens: null },
  ],
  ['a reversal posts a negative cost', settled('-500', { kind: 'reverse' }), { cost_pico: '-500' }],
  [
    'a void posts 0',
    settled('0', { kind: 'void', outcome: 'never-sent' }),
    { cost_pico: '0', outcome: 'never-sent' },
  ],
  ['leading zeros and a negative zero have one spelling', settled('-000'), { cost_pico: '0' }],
])('%s', (_name, entry, expected) => {
  const posting = postingOf(entry, STORED)
  if (expected === undefined) expect(posting).toBeUndefined()
  else expect(posting).toMatchObject(expected)
})

test('the columns are those of the row, each once', () => {
  const posting = postingOf(settled('1'), STORED)
  expect(Object.keys(posting ?? {}).toSorted()).toEqual([...POSTING_COLUMNS].toSorted())
  expect(POSTED_KINDS).toEqual(['settle', 'expire', 'reverse', 'void', 'adjust'])
})

const [first] = chain([settled('1')])
if (first === undefined) throw new Error('a chain of one has one entry')

test.each([
  ['another body', { ...first, body: first.body.replace('"1"', '"2"') }, 'hash'],
  ['another predecessor', { ...first, prevHash: 'd'.repeat(64) }, 'hash'],
  ['another number', { ...first, seq: 2 }, 'body'],
])('an entry with %s is not opened', (_name, entry, error) => {
  expect(openEntry(first).ok).toBe(true)
  expect(openEntry(entry)).toEqual({ ok: false, error })
})
