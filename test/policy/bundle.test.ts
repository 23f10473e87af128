import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'
import { bundleOf, guardrail, own, place, rule } from './fixtures.ts'

const offer = (destination: string) => ({
  destination,
  upstreamModel: 'm',
  contextTokens: 1000,
  outputTokensMax: 100,
  features: [],
  source: 'a page',
})
const model = (id: string, ...destinations: string[]) => ({
  id,
  family: 'f',
  developer: 'd',
  openWeights: true,
  quality: 'basic' as const,
  offers: destinations.map(offer),
})
const priceOf = (destination: string, of: string) => ({
  version: `${destination}-${of}`,
  destination,
  model: of,
  validFrom: '2026-01-01',
  meters: { input: 1, output: 2 },
  source: 'a page',
})
const waiver = {
  id: 'w-one',
  guardrail: 'g-one',
  ticket: 'T-1',
  because: 'a pilot',
  approvers: ['a', 'b'],
  when: {},
  to: {},
  from: '2026-11-01',
  expires: '2026-12-01',
}
const valid = {
  ...bundleOf(),
  guardrails: [
    guardrail('g-one', {
      when: { level: { atLeast: 'internal' } },
      never: { retentionDays: { above: 30 } },
    }),
  ],
  models: [model('m-one', 'home', 'away')],
  prices: [priceOf('home', 'm-one')],
  aliases: [{ id: 'fast', models: ['m-one'] }],
}

test('a valid bundle parses', () => expect(parseBundle(valid, ['plain']).ok).toBe(true))

test('a bundle survives YAML, canonical JSON and parsing again', () => {
  const parsed = parseBundle(parse(stringify(valid)))
  if (!parsed.ok) throw new Error('does not parse')
  const canonical = canonicalBundle(parsed.value)
  const again = parseBundle(JSON.parse(canonical.text))
  if (!again.ok) throw new Error('does not parse again')
  expect(canonicalBundle(again.value)).toEqual(canonical)
  expect(canonical.hash).toMatch(/^[0-9a-f]{64}$/)
})

const hash = (json: unknown): string => {
  const parsed = parseBundle(json)
  return parsed.ok ? canonicalBundle(parsed.value).hash : 'none'
}

test('the hash depends on every value and on no order of keys', () => {
  const shuffled = Object.fromEntries(Object.entries(valid).toReversed())
  expect(hash(shuffled)).toBe(hash(valid))
  expect(hash({ ...valid, aliases: [] })).not.toBe(hash(valid))
})

describe('a problem names its place, its rule and what is accepted', () => {
  const one = guardrail('g-one', {})
  test.each<[string, object, readonly (string | number)[], string | null, RegExp]>([
    [
      'an unknown key',
      { guardrails: [{ ...one, when: { lable: ['public'] } }] },
      ['guardrails', 0, 'when'],
      'g-one',
      /lable/,
    ],
    [
      'an unknown level',
      { guardrails: [{ ...one, when: { scan: ['whole'] } }] },
      ['guardrails', 0, 'when', 'scan', 0],
      'g-one',
      /complete.*partial.*unscanned/,
    ],
    [
      'a union that nothing fits',
      { guardrails: [{ ...one, never: { countries: { inside: ['DE'] } } }] },
      ['guardrails', 0, 'never', 'countries'],
      'g-one',
      /any.*outside/,
    ],
    [
      'an unknown country group',
      { guardrails: [{ ...one, when: { jurisdictions: { any: ['efta'] } } }] },
      ['guardrails', 0, 'when'],
      'g-one',
      /efta.*there are eu/,
    ],
    [
      'an unknown country group of a destination',
      { guardrails: [{ ...one, never: { countries: { outside: ['efta'] } } }] },
      ['guardrails', 0],
      'g-one',
      /efta/,
    ],
    [
      'an unknown team',
      { guardrails: [{ ...one, when: { team: ['blue'] } }] },
      ['guardrails', 0, 'when'],
      'g-one',
      /blue.*there are red/,
    ],
    [
      'an unknown declared category',
      { guardrails: [{ ...one, when: { categories: { any: ['declared:x'] } } }] },
      ['guardrails', 0, 'when'],
      'g-one',
      /x.*there are health/,
    ],
    ['an id used twice', { guardrails: [one, one] }, ['guardrails', 1, 'id'], 'g-one', /twice/],
    [
      'an id used in two tables',
      { guardrails: [one], routes: [rule('g-one', { prefer: ['cheapest'] })] },
      ['routes', 0, 'id'],
      'g-one',
      /twice/,
    ],
    [
      'an id that receipts use themselves',
      { guardrails: [{ ...one, id: 'context' }] },
      ['guardrails', 0, 'id'],
      'context',
      /themselves/,
    ],
    [
      'an unknown target',
      { routes: [rule('r-one', { prefer: ['cheapest', ['nowhere']] })] },
      ['routes', 0, 'prefer'],
      'r-one',
      /nowhere.*cheapest.*home/,
    ],
    [
      'an unknown destination of an offer',
      { models: [model('m-one', 'mars')], prices: [], aliases: [] },
      ['models', 0, 'offers', 0, 'destination'],
      'm-one',
      /mars.*home, away/,
    ],
    [
      'a model offered twice at one place',
      { models: [model('m-one', 'home', 'home')] },
      ['models', 0, 'offers', 1, 'destination'],
      'm-one',
      /twice/,
    ],
    [
      'an unknown adapter',
      { destinations: [own('home'), { ...place('away'), adapter: 'odd' }] },
      ['destinations', 1, 'adapter'],
      'away',
      /odd.*plain/,
    ],
    [
      'a destination called like a class',
      { destinations: [...valid.destinations, own('edge')] },
      ['destinations', 2, 'id'],
      'edge',
      /something else/,
    ],
    [
      'a price of what is not offered',
      { prices: [priceOf('home', 'm-two')] },
      ['prices', 0],
      'home-m-two',
      /no m-two at home/,
    ],
    [
      'a price version used twice',
      {
        prices: [priceOf('home', 'm-one'), { ...priceOf('away', 'm-one'), version: 'home-m-one' }],
      },
      ['prices', 1, 'version'],
      'home-m-one',
      /twice/,
    ],
    [
      'an alias of an unknown model',
      { aliases: [{ id: 'fast', models: ['m-two'] }] },
      ['aliases', 0, 'models'],
      'fast',
      /m-two/,
    ],
    [
      'an alias called like a model',
      { aliases: [{ id: 'm-one', models: ['m-one'] }] },
      ['aliases', 0, 'id'],
      'm-one',
      /has this name/,
    ],
    [
      'a budget of an unknown team',
      { budgets: [{ id: 'b', scope: 'team', name: 'blue', period: 'month', limitMicroUsd: 1 }] },
      ['budgets', 0, 'name'],
      'b',
      /blue.*red/,
    ],
    [
      'a budget without its name',
      { budgets: [{ id: 'b', scope: 'team', period: 'month', limitMicroUsd: 1 }] },
      ['budgets', 0],
      'b',
      /missing/,
    ],
    [
      'a waiver of what cannot be waived',
      { guardrails: [{ ...one, level: 'enforce-no-waiver' }], waivers: [waiver] },
      ['waivers', 0, 'guardrail'],
      'w-one',
      /enforce can be waived/,
    ],
    [
      'a waiver of nothing',
      { guardrails: [], waivers: [waiver] },
      ['waivers', 0, 'guardrail'],
      'w-one',
      /enforce can be waived/,
    ],
    [
      'a waiver for longer than 90 days',
      { waivers: [{ ...waiver, expires: '2027-02-01' }] },
      ['waivers', 0, 'expires'],
      'w-one',
      /90 days/,
    ],
    [
      'a waiver that one person approves',
      { waivers: [{ ...waiver, approvers: ['a', 'a'] }] },
      ['waivers', 0, 'approvers'],
      'w-one',
      /two different/,
    ],
    [
      'days that end before they begin',
      { guardrails: [{ ...one, window: { from: '2027-01-01', until: '2026-01-01' } }] },
      ['guardrails', 0, 'window'],
      'g-one',
      /after `from`/,
    ],
    [
      'a route that nobody can waive',
      { routes: [rule('r-one', { level: 'enforce-no-waiver', prefer: ['cheapest'] })] },
      ['routes', 0, 'level'],
      'r-one',
      /"simulate".*"enforce"/,
    ],
    [
      'an obligation without an end',
      { obligations: [rule('o-one', { must: { maxCostUsd: 'much' } })] },
      ['obligations', 0, 'must', 'maxCostUsd'],
      'o-one',
      /dollars as text/,
    ],
  ])('%s', (_name, tables, path, id, says) => {
    const parsed = parseBundle({ ...valid, ...tables }, ['plain'])
    if (parsed.ok) throw new Error('parses')
    expect(parsed.error).toContainEqual({ path, rule: id, problem: expect.stringMatching(says) })
  })
})
