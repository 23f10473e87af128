import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  hashSecret,
  KEY_RANDOM_BYTES,
  keyWithId,
  lookupOf,
  newKey,
  parseKey,
  verifyKey,
  type KeyRecord,
} from '../../src/access/key.ts'
import { callerOf } from '../../src/access/key-request.ts'

const NOW_MS = Date.UTC(2026, 10, 24)
const bytes = (fill: number): Uint8Array => new Uint8Array(KEY_RANDOM_BYTES).fill(fill)
const made = newKey(bytes(7))
const older = keyWithId(made.id, new Uint8Array(32).fill(9))
const FOREIGN = 'sk-litellm-0123456789'

const record = (
  changes: Partial<KeyRecord> = {},
  expiresAtMs: number | null = null,
): KeyRecord => ({
  caller: callerOf(made.id, { team: 'search', app: 'assistant', expiresAtMs }),
  secretHash: made.secretHash,
  previous: null,
  revokedAtMs: null,
  imported: false,
  ...changes,
})

const overlap = (untilMs: number): Partial<KeyRecord> => ({
  previous: { hash: older.secretHash, untilMs },
})

test.each<[string, KeyRecord, string]>([
  ['the key itself', record(), made.key],
  ['a key that expires later', record({}, NOW_MS + 1), made.key],
  ['the old key during the overlap', record(overlap(NOW_MS + 1)), older.key],
  ['the new key during the overlap', record(overlap(NOW_MS + 1)), made.key],
  ['an imported key', record({ secretHash: hashSecret(FOREIGN), imported: true }), FOREIGN],
])('accepts %s', (_name, stored, presented) => {
  expect(verifyKey(stored, presented, NOW_MS)).toEqual({ ok: true, value: stored.caller })
})

const flipped = made.key.slice(0, -1) + (made.key.endsWith('0') ? '1' : '0')

test.each<[string, KeyRecord | undefined, string]>([
  ['an unknown key', undefined, made.key],
  ['the text that the stand-in digest is made of', undefined, 'no such key'],
  ['that text as the previous key', record(), 'no such key'],
  ['a wrong last character', record(), flipped],
  ['another secret under the same id', record(), older.key],
  ['a revoked key', record({ revokedAtMs: NOW_MS - 1 }), made.key],
  [
    'the old secret of a revoked key',
    record({ ...overlap(NOW_MS + 1), revokedAtMs: 1 }),
    older.key,
  ],
  ['an expired key, from its last millisecond on', record({}, NOW_MS), made.key],
  ['the old key when the overlap is over', record(overlap(NOW_MS)), older.key],
  ['the hash instead of the key', record(), made.secretHash],
  ['an empty token', record(), ''],
])('refuses %s, and says no more than that', (_name, stored, presented) => {
  expect(verifyKey(stored, presented, NOW_MS)).toEqual({ ok: false, error: 'unauthenticated' })
})

test('new keys parse, whatever the random bytes are', () => {
  const random = fc.uint8Array({ minLength: KEY_RANDOM_BYTES, maxLength: KEY_RANDOM_BYTES })
  fc.assert(
    fc.property(random, (given) => {
      const { id, key, secretHash } = newKey(given)
      expect(parseKey(key)?.id).toBe(id)
      expect(secretHash).toBe(createHash('sha256').update(key).digest('hex'))
      expect(lookupOf(key)).toBe(id)
    }),
  )
})

test('keys differ in every random byte', () => {
  const keys = Array.from({ length: KEY_RANDOM_BYTES }, (_, at) => {
    const given = bytes(0)
    given[at] = 1
    return newKey(given).key
  })
  expect(new Set(keys).size).toBe(KEY_RANDOM_BYTES)
})

test.each([
  ['dmk_', undefined],
  ['dmk_abc_def', undefined],
  [made.key.toUpperCase(), undefined],
  [`${made.key}x`, undefined],
  [`${made.key}\n`, undefined],
  [` ${made.key}`, undefined],
])('%j is no key of ours', (presented, expected) => {
  expect(parseKey(presented)).toBe(expected)
})

test.each<[string, string, string | undefined]>([
  ['a key of ours by its id', made.key, made.id],
  ['a key of another gateway by its hash', FOREIGN, hashSecret(FOREIGN)],
  ['nothing by nothing', '', undefined],
  ['what is too long to be a key by nothing', 'k'.repeat(513), undefined],
])('looks up %s', (_name, presented, expected) => expect(lookupOf(presented)).toBe(expected))
