import { expect, test } from 'vitest'
import { openBook, priceAt, priceProblems } from '../../src/pricing/book.ts'
import { price } from './price.ts'

const ms = (iso: string) => Date.parse(iso)

const book = openBook([
  price({ version: 'old', validFrom: '2026-06-30', validTo: '2026-09-01' }),
  price({ version: 'new', validFrom: '2026-09-01' }),
  price({ version: 'gap-1', model: 'gap', validFrom: '2026-01-01', validTo: '2026-02-01' }),
  price({ version: 'gap-2', model: 'gap', validFrom: '2026-03-01', validTo: '2026-04-01' }),
])

test.each([
  ['nothing before the first day', 'model', '2026-06-29T23:59:59.999Z', undefined],
  ['the first price from its first midnight UTC', 'model', '2026-06-30T00:00:00.000Z', 'old'],
  [
    'the old price in the last millisecond of its last day',
    'model',
    '2026-08-31T23:59:59.999Z',
    'old',
  ],
  ['the new price from midnight UTC of the change', 'model', '2026-09-01T00:00:00.000Z', 'new'],
  ['the open-ended price years later', 'model', '2036-01-01T00:00:00.000Z', 'new'],
  ['the first of two separate spans', 'gap', '2026-01-31T23:59:59.999Z', 'gap-1'],
  ['nothing between two spans', 'gap', '2026-02-01T00:00:00.000Z', undefined],
  ['nothing after the last span', 'gap', '2026-04-01T00:00:00.000Z', undefined],
  ['nothing for a model that is not listed', 'default', '2026-07-01T00:00:00.000Z', undefined],
])('finds %s', (_name, model, at, version) =>
  expect(priceAt(book, 'somewhere', model, ms(at))?.version).toBe(version),
)

test('keeps destinations apart, also where their names could be glued together', () => {
  const glued = openBook([price({ version: 'a', destination: 'a', model: 'b-c' })])
  expect(priceAt(glued, 'a-b', 'c', ms('2026-07-01'))).toBeUndefined()
})

const layered = openBook([
  price({ version: 'list-1', validFrom: '2026-01-01', validTo: '2026-09-01' }),
  price({ version: 'list-2', validFrom: '2026-09-01' }),
  price({
    version: 'deal',
    layer: 'contract',
    validFrom: '2026-03-01',
    validTo: '2026-12-01',
  }),
  price({
    version: 'ours',
    layer: 'organisation',
    validFrom: '2026-05-01',
    validTo: '2026-06-01',
  }),
])

test.each([
  ['the catalogue before there is a contract', '2026-02-28', 'list-1'],
  ['the contract over the catalogue', '2026-03-01', 'deal'],
  ['the organisation over the contract', '2026-05-31T23:59:59.999Z', 'ours'],
  ['the contract again when the organisation says no more', '2026-06-01', 'deal'],
  ['the contract also over a newer catalogue', '2026-09-01', 'deal'],
  ['the catalogue of the day when the contract has ended', '2026-12-01', 'list-2'],
])('takes %s', (_name, at, version) =>
  expect(priceAt(layered, 'somewhere', 'model', ms(at))?.version).toBe(version),
)

test.each([
  ['a book without faults', [price({})], []],
  ['two layers for one day', [price({ version: 'a' }), price({ layer: 'contract' })], []],
  [
    'two contracts for one day',
    [
      price({ version: 'a', layer: 'contract' }),
      price({ version: 'b' }),
      price({ version: 'c', layer: 'contract', validFrom: '2026-09-01' }),
    ],
    ['a and c overlap'],
  ],
  [
    'a price without a layer beside one that says catalogue',
    [price({ version: 'a' }), price({ version: 'b', layer: 'catalogue', validFrom: '2026-09-01' })],
    ['a and b overlap'],
  ],
  [
    'two open-ended prices for one model',
    [price({ version: 'a' }), price({ version: 'b', validFrom: '2026-09-01' })],
    ['a and b overlap'],
  ],
  [
    'two prices that share a day',
    [
      price({ version: 'a', validTo: '2026-09-02' }),
      price({ version: 'b', validFrom: '2026-09-01' }),
    ],
    ['a and b overlap'],
  ],
  [
    'two prices from the same day',
    [price({ version: 'a' }), price({ version: 'b' })],
    ['b and a overlap'],
  ],
  [
    'one version for two lines',
    [price({}), price({ destination: 'elsewhere' })],
    ['version v1 is used twice'],
  ],
  ['a span without a day', [price({ validTo: '2026-06-30' })], ['v1 ends before it starts']],
  [
    'tiers that do not rise',
    [price({ tiers: [tier(2000), tier(1000)] })],
    ['tiers of v1 do not rise'],
  ],
  [
    'two tiers from one size',
    [price({ tiers: [tier(2000), tier(2000)] })],
    ['tiers of v1 do not rise'],
  ],
])('names what is wrong with %s', (_name, prices, problems) => {
  expect(priceProblems(prices)).toEqual(problems)
  if (problems.length > 0) expect(() => openBook(prices)).toThrow(RangeError)
})

function tier(aboveInputTokens: number) {
  return { aboveInputTokens, meters: { input: 1, output: 1 } }
}
