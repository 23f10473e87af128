import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { POLICIES_DIRECTORY } from '../../scripts/lib/paths.ts'
import { appendPrices, type NewPrice } from '../../scripts/lib/price-write.ts'

const BOOK = `# Prices.

prices:
  # Somewhere.
  - version: somewhere/a@2026-01-01
    destination: somewhere
    model: a
    validFrom: '2026-01-01' # from the contract
    meters: { input: 1, output: 2 }
    source: 'it''s a test'

  # Elsewhere.
  - version: elsewhere/b@2026-01-01
    destination: elsewhere
    model: b
    validFrom: '2026-01-01'
    validTo: '2027-01-01'
    meters: { input: 3, output: 4 }
    tiers:
      - aboveInputTokens: 1000
        meters: { input: 5, output: 6 }
    source: 'a test'
  - version: elsewhere/b@2027-01-01
    destination: elsewhere
    model: b
    validFrom: '2027-01-01'
    meters: { input: 7, output: 8 }
    source: 'a test'
`

const added = (changes: Partial<NewPrice>): NewPrice => ({
  destination: 'somewhere',
  model: 'a',
  meters: { input: 10, output: 20 },
  tiers: [],
  source: "two sources' word",
  ...changes,
})

const written = (prices: readonly NewPrice[], from = '2026-12-01', book = BOOK): string => {
  const result = appendPrices(book, prices, from)
  if (!result.ok) throw new Error(result.error.join('; '))
  return result.value
}

test('ends the line in force and puts the new one under it, and changes no other byte', () =>
  expect(written([added({})])).toBe(
    BOOK.replace(
      '# from the contract\n',
      "# from the contract\n    validTo: '2026-12-01'\n",
    ).replace(
      "    source: 'it''s a test'\n",
      `    source: 'it''s a test'
  - version: somewhere/a@2026-12-01
    destination: somewhere
    model: a
    validFrom: '2026-12-01'
    meters: { input: 10, output: 20 }
    source: 'two sources'' word'
`,
    ),
  ))

test('lets the new line end where the old one would have, so that what was dated already still comes', () => {
  const tiers = [{ aboveInputTokens: 1000, meters: { input: 11, output: 12 } }]
  const text = written([added({ destination: 'elsewhere', model: 'b', tiers })])
  expect(
    parse(text).prices.map(({ version, validTo }: Record<string, string>) => [version, validTo]),
  ).toEqual([
    ['somewhere/a@2026-01-01', undefined],
    ['elsewhere/b@2026-01-01', '2026-12-01'],
    ['elsewhere/b@2026-12-01', '2027-01-01'],
    ['elsewhere/b@2027-01-01', undefined],
  ])
  expect(parse(text).prices[2].tiers).toEqual(tiers)
})

test('adds several at once, and those that have no line yet at the end', () => {
  const text = written([added({}), added({ model: 'new' })])
  expect(
    parse(text)
      .prices.map(({ version }: Record<string, string>) => version)
      .at(-1),
  ).toBe('somewhere/new@2026-12-01')
  expect(text.endsWith("word'\n")).toBe(true)
})

test('leaves a contract alone: a catalogue price is another layer', () => {
  const contract = BOOK.replace('    model: a\n', '    model: a\n    layer: contract\n')
  const lines = parse(written([added({})], '2026-12-01', contract)).prices
  expect(lines[0].validTo).toBeUndefined()
  expect(lines.at(-1).version).toBe('somewhere/a@2026-12-01')
})

test.each([
  ['the same version again', written([added({})]), '2026-12-01', 'is there already'],
  [
    'the day on which the line in force begins',
    BOOK.replace('a@2026-01-01', 'a@x'),
    '2026-01-01',
    'begins on the same day',
  ],
  ['no list of prices', 'prices: {}\n', '2026-12-01', 'a list is expected'],
])('refuses %s', (_name, book, from, problem) =>
  expect(appendPrices(book, [added({})], from)).toEqual({
    ok: false,
    error: [expect.stringContaining(problem)],
  }),
)

test('writes into our own book, too', async () => {
  const book = await readFile(join(POLICIES_DIRECTORY, 'prices.yaml'), 'utf8')
  const { destination, model } = parse(book).prices.find(
    ({ validTo }: Record<string, string>) => validTo === undefined,
  )
  const text = written([added({ destination, model })], '2031-01-01', book)
  const lines = text.split('\n')
  expect(book.split('\n').filter((line) => !lines.includes(line))).toEqual([])
  expect(parse(text).prices).toHaveLength(parse(book).prices.length + 1)
})
