import { describe, expect, test } from 'vitest'
import { ReadingCache } from '../../src/classifier/cache.ts'
import { LIMITS, measure } from '../../src/classifier/classify.ts'
import { detectors } from '../../src/classifier/detectors/index.ts'
import { buildEngine } from '../../src/classifier/engine.ts'
import type { Leaf } from '../../src/domain/leaf.ts'
import { envelope, key, string } from './texts.ts'

type Text = Omit<Leaf, 'node'>

const WORDS =
  'the build of module failed because step was slow while file has no reader and log'.split(' ')

/** About a thousand harmless characters, different for each number. */
const passage = (number: number): string =>
  Array.from(
    { length: 200 },
    (_, index) => WORDS[(index * (number + 3) + number) % WORDS.length],
  ).join(' ')

const turn = (number: number): readonly Text[] => [
  { ...string('user'), isAside: true },
  string(passage(2 * number)),
  { ...string('assistant'), isAside: true },
  string(`${passage(2 * number + 1)} Ask ops${number}@acme.com.`),
]

const conversation = (turns: number): readonly Text[] =>
  Array.from({ length: turns }, (_, number) => turn(number)).flat()

const read = (texts: readonly Text[], cache?: ReadingCache, secret = 'tenant one') =>
  measure(envelope(...texts), [], { readings: cache?.for(secret) })

describe('a conversation of a hundred turns', () => {
  test('costs at each turn what is new in it', () => {
    const cache = new ReadingCache()
    const first = read(conversation(1), cache).units
    for (let turns = 2; turns <= 100; turns++) {
      const { units } = read(conversation(turns), cache)
      const length = turn(turns - 1).reduce((sum, { text }) => sum + text.length, 0)
      // Roles are too short to be remembered: 13 characters a turn, nothing beside the 2,000 of its passages.
      expect(units).toBeLessThan(first + length + 20 * turns)
    }
    const all = read(conversation(100)).units
    expect(read(conversation(100), cache).units).toBeLessThan(all / 50)
  })

  test('says the same as if all of it were read', () => {
    const cache = new ReadingCache()
    for (const turns of [1, 2, 10, 11]) {
      expect(read(conversation(turns), cache).classification).toEqual(
        read(conversation(turns)).classification,
      )
    }
  })
})

describe('what has been read is read again', () => {
  const card = 'Please keep 4111 1111 1111 1111 in mind. '.repeat(8)
  const isReadAgain = (before: readonly Text[], texts: readonly Text[], secret?: string) => {
    const cache = new ReadingCache()
    read(before, cache)
    return read(texts, cache, secret).units >= card.length
  }
  test.each([
    ['by another tenant', [string(card)], [string(card)], 'tenant two', true],
    ['behind another key', [key('a'), string(card)], [key('ssn'), string(card)], undefined, true],
    ['as another kind of leaf', [string(card)], [key(card)], undefined, true],
    ['with one character changed', [string(card)], [string(`${card}.`)], undefined, true],
    [
      'if it is short',
      [string('hi'), string(card)],
      [string('hi'), string(card)],
      undefined,
      false,
    ],
    [
      'never by the same tenant, behind the same key',
      [key('a'), string(card)],
      [key('a'), string(card)],
      undefined,
      false,
    ],
  ])('%s: %s', (_name, before, texts, secret, expected) => {
    expect(isReadAgain(before, texts, secret)).toBe(expected)
  })

  test('under other rules', () => {
    const cache = new ReadingCache()
    read([string(card)], cache)
    const engine = buildEngine(Object.values(detectors))
    const { units } = measure(envelope(string(card)), [], {
      engine,
      readings: cache.for('tenant one'),
    })
    expect(units).toBeGreaterThanOrEqual(card.length)
  })

  test('after a failure', () => {
    const cache = new ReadingCache()
    const readings = cache.for('tenant one')
    const limits = { ...LIMITS, unitsMax: 10 }
    expect(
      measure(envelope(string(card)), [], { limits, readings }).classification.unscanned,
    ).toHaveLength(1)
    expect(measure(envelope(string(card)), [], { readings }).classification.unscanned).toEqual([])
  })

  test('when too much has been read since', () => {
    const cache = new ReadingCache(30)
    read([string(card)], cache)
    expect(read([string(card)], cache).units).toBeLessThan(card.length)
    for (let number = 0; number < 40; number++) read([string(passage(number))], cache)
    expect(read([string(card)], cache).units).toBeGreaterThanOrEqual(card.length)
  })
})

test('what nobody can read stays so', () => {
  const cache = new ReadingCache()
  const archive = string(`${passage(1)} H4sIAAAAAAAAA${'bCdE'.repeat(40)}`)
  const unscanned = [{ path: '/0', reason: 'file' }]
  expect(read([archive], cache).classification.unscanned).toEqual(unscanned)
  expect(read([archive], cache).classification.unscanned).toEqual(unscanned)
})
