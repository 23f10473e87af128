import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/encoding/canonical-json.ts'
import { compileRules } from '../../src/policy/evaluate.ts'
import { outcomeOf, replay } from '../../src/policy/replay.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { TrafficGroup, TrafficRecord } from '../../src/policy/traffic.ts'
import { rollUp } from '../../src/policy/traffic-roll-up.ts'
import { bundleOf, guardrail, NOW_MS, own, place, requestOf, rule } from './fixtures.ts'

const third = { zone: 'third-party' as const }
const rulesOf = (tables: Partial<Bundle>) => compileRules(bundleOf(tables), NOW_MS)
const attributesOf = (level: 'public' | 'restricted', app = 'app') => {
  const { label, ...rest } = requestOf({ level }, { app })
  return { ...rest, label: { ...label, categories: [], jurisdictions: [] } }
}
const recordOf = (parts: Partial<TrafficRecord> = {}): TrafficRecord => ({
  attributes: attributesOf('public'),
  costPicoUsd: '100',
  count: 1,
  destination: 'away',
  tokens: { input: 10, output: 5 },
  ...parts,
})

const groupsFrom = (lines: readonly string[]): readonly TrafficGroup[] => {
  const sums = rollUp()
  for (const line of lines) sums.add(line)
  return sums.groups()
}

describe('lines of traffic are added up', () => {
  const sum = { count: 3, tokens: { input: 30, output: 15 }, costPicoUsd: 300n }

  test.each([
    ['with keys in canonical order', (record: TrafficRecord) => canonicalJson(record)],
    [
      'with keys in any order',
      ({ tokens, ...rest }: TrafficRecord) => JSON.stringify({ tokens, ...rest }),
    ],
  ])('%s', (_name, write) =>
    expect(groupsFrom([recordOf(), recordOf(), recordOf()].map(write))).toEqual([
      { attributes: attributesOf('public'), destination: 'away', ...sum },
    ]),
  )

  test('by attributes and by destination', () =>
    expect(
      groupsFrom(
        [
          recordOf(),
          recordOf({ destination: null }),
          recordOf({ attributes: attributesOf('restricted') }),
        ].map((record) => canonicalJson(record)),
      ),
    ).toHaveLength(3))

  test('without losing a pico-dollar', () => {
    const lines = Array.from({ length: 40 }, () =>
      canonicalJson(recordOf({ costPicoUsd: '999999999999999' })),
    )
    expect(groupsFrom(lines)[0]?.costPicoUsd).toBe(40n * 999_999_999_999_999n)
  })

  test('as many as there are, each to its own', () => {
    const expected = new Map<string, [number, bigint]>()
    const lines = Array.from({ length: 12_000 }, (_, at) => {
      const app = `app-${(at * 7919) % 3001}`
      const destination = at % 5 === 0 ? null : `place-${at % 4}`
      const record = recordOf({
        attributes: attributesOf('public', app),
        destination,
        count: (at % 3) + 1,
        costPicoUsd: String(at * 1_000_003),
      })
      const [count, cost] = expected.get(`${app} ${destination}`) ?? [0, 0n]
      expected.set(`${app} ${destination}`, [
        count + record.count,
        cost + BigInt(record.costPicoUsd),
      ])
      return at % 100 === 0 ? JSON.stringify(record) : canonicalJson(record)
    })
    const groups = groupsFrom(lines)
    const found = new Map(
      groups.map(({ attributes, destination, count, costPicoUsd }) => [
        `${attributes.app} ${destination}`,
        [count, costPicoUsd],
      ]),
    )
    expect(found).toEqual(expected)
    expect(groups).toHaveLength(expected.size)
  })

  test('from bytes that are read over afterwards', () => {
    const sums = rollUp()
    const bytes = Buffer.alloc(1000)
    for (const app of ['app', 'bot', 'app']) {
      const line = canonicalJson(recordOf({ attributes: attributesOf('public', app) }))
      sums.addBytes(bytes, 10, 10 + bytes.write(line, 10))
    }
    const counts = sums.groups().map(({ attributes, count }) => [attributes.app, count])
    expect(counts).toEqual([
      ['app', 2],
      ['bot', 1],
    ])
  })

  test('in whatever order their keys are, as one', () => {
    const { tokens, attributes, ...rest } = recordOf()
    const { app, ...others } = attributes
    const other = JSON.stringify({ tokens, attributes: { ...others, app }, ...rest })
    expect(groupsFrom([canonicalJson(recordOf()), other])).toHaveLength(1)
  })

  test.each([
    ['no JSON', '{'],
    ['an unknown key', JSON.stringify({ ...recordOf(), prompt: 'x' })],
    ['a count that is none', canonicalJson({ ...recordOf(), count: 0.5 })],
  ])('and a line that is %s is refused', (_name, line) =>
    expect(() => groupsFrom([line])).toThrow(),
  )
})

const group = (parts: Partial<TrafficGroup>): TrafficGroup => ({
  attributes: attributesOf('public'),
  destination: 'away',
  count: 10,
  tokens: { input: 10, output: 5 },
  costPicoUsd: 100n,
  ...parts,
})
const home = group({ destination: 'home', attributes: attributesOf('public', 'bot') })
const nowhere = group({ destination: null, attributes: attributesOf('restricted') })
const price = (destination: string): bigint | undefined =>
  destination === 'away' ? 70n : undefined

describe('traffic under another policy', () => {
  test('tells what is newly refused, with its apps, its cost and the rule', () => {
    const candidate = rulesOf({ guardrails: [guardrail('g-one', { when: { app: ['app'] } })] })
    expect(replay([group({}), home], undefined, candidate, price)).toMatchObject({
      requests: 20,
      newlyRefused: { count: 10, costPicoUsd: 100n },
      newlyAllowed: { count: 0 },
      rerouted: { count: 0 },
      costDeltaPicoUsd: -100n,
      hits: new Map([['g-one', { before: 0, after: 10 }]]),
      apps: [['app', 10]],
    })
  })

  test('tells what is newly allowed, and what it would have cost', () =>
    expect(
      replay([nowhere], undefined, rulesOf({ destinations: [place('away')] }), price),
    ).toMatchObject({ newlyAllowed: { count: 10 }, costDeltaPicoUsd: -30n }))

  test('tells what goes elsewhere, and leaves out of the cost what has no price', () => {
    const candidate = rulesOf({ routes: [rule('r-one', { prefer: ['onprem'] })] })
    expect(replay([group({}), home], undefined, candidate, price)).toMatchObject({
      rerouted: { count: 10 },
      unpriced: 10,
      costDeltaPicoUsd: 0n,
    })
  })

  test('leaves alone what may stay where it was', () =>
    expect(replay([group({}), home], undefined, rulesOf({}), price)).toMatchObject({
      newlyRefused: { count: 0 },
      rerouted: { count: 0 },
      apps: [],
    }))

  test('compares with a base if there is one, and counts what simulation would do', () => {
    const base = rulesOf({ guardrails: [guardrail('g-old', { never: third })] })
    const candidate = rulesOf({
      guardrails: [guardrail('g-new', { level: 'simulate' as const, never: third })],
      routes: [rule('r-one', { prefer: ['away', 'home'] })],
    })
    const result = replay([group({ destination: 'home' })], base, candidate, price)
    expect(result).toMatchObject({ rerouted: { count: 10 }, costDeltaPicoUsd: -30n })
    expect([result.hits, result.simulated]).toEqual([
      new Map([['g-old', { before: 10, after: 0 }]]),
      new Map([['g-new', 10]]),
    ])
  })
})

test('a redacted form is judged by what remains, and own hardware by the whole', () => {
  const rules = rulesOf({
    destinations: [own('home'), place('away')],
    guardrails: [guardrail('g-one', { when: { level: ['restricted'] }, never: third })],
    obligations: [rule('o-one', { must: { redact: ['email' as const] } })],
  })
  const whole = attributesOf('restricted')
  const redactedLabel = attributesOf('public').label
  expect(outcomeOf(rules, { ...whole, redactedLabel }).permitted).toEqual(['home', 'away'])
  expect(outcomeOf(rules, whole).permitted).toEqual(['home'])
})
