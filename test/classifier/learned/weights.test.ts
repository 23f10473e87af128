import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { confidenceOf, healthConfidence } from '../../../src/classifier/learned/calibration.ts'
import { HEAD_BITS } from '../../../src/classifier/learned/head.ts'
import { FIRST_NAME, NameFilter, SURNAME } from '../../../src/classifier/learned/names.ts'
import { TABLE_BITS, TAGS } from '../../../src/classifier/learned/tagger.ts'
import {
  LEVEL_MAX,
  LEVELS_TEXT,
  unpackBits,
  unpackLevels,
} from '../../../src/classifier/learned/weights.ts'
import { HEALTH_HEAD } from '../../../src/classifier/weights/health-head.ts'
import { NAME_FILTER } from '../../../src/classifier/weights/name-filter.ts'
import { TAGGER } from '../../../src/classifier/weights/tagger.ts'

test('the weights of the repository are whole, and as large as they may be', () => {
  expect(unpackLevels(TAGGER)).toHaveLength(TAGS.length << TABLE_BITS)
  expect(unpackLevels(HEALTH_HEAD)).toHaveLength(1 << HEAD_BITS)
  expect(unpackBits(NAME_FILTER)).toHaveLength(1 << 16)
})

test.each([
  ['levels', () => unpackLevels({ ...HEALTH_HEAD, text: `!${HEALTH_HEAD.text.slice(1)}` })],
  ['bits', () => unpackBits({ ...NAME_FILTER, text: NAME_FILTER.text.slice(4) })],
])('damaged %s are refused', (_name, unpack) => {
  expect(unpack).toThrow('damaged')
})

test('every level comes back from its character', () => {
  const levels = Int8Array.from({ length: 2 * LEVEL_MAX + 1 }, (_, place) => place - LEVEL_MAX)
  const sha256 = createHash('sha256').update(new Uint8Array(levels.buffer)).digest('hex')
  expect(unpackLevels({ sha256, text: LEVELS_TEXT })).toEqual(levels)
})

test('a name filter forgets nobody, and takes few others for somebody', () => {
  const filter = new NameFilter(new Uint8Array(1 << 12))
  const hashes = Array.from({ length: 2_000 }, (_, place) => Math.imul(place + 1, 0x9e3779b1))
  for (const hash of hashes) filter.add(FIRST_NAME, hash)
  expect(hashes.every((hash) => filter.has(FIRST_NAME, hash))).toBe(true)
  expect(hashes.filter((hash) => filter.has(SURNAME, hash)).length).toBeLessThan(100)
})

const rises = (values: readonly number[]): boolean =>
  values.every((value, place) => place === 0 || value >= (values[place - 1] ?? 0))

test('more certain is never less confident', () => {
  const logits = Array.from({ length: 40 }, (_, step) => step / 4 - 5)
  for (const kind of ['person', 'location', 'organization'] as const) {
    expect(rises(logits.map((logit) => confidenceOf(kind, logit)))).toBe(true)
  }
  const record = { score: 0, groups: 0 }
  expect(rises(logits.map((logit) => healthConfidence(logit, record, false)))).toBe(true)
  expect(healthConfidence(-5, record, true)).toBeGreaterThanOrEqual(0.5)
})
