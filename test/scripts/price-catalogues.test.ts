import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { compareAll, readCatalogues } from '../../scripts/commands/price-import.ts'
import { POLICIES_DIRECTORY, ROOT_DIRECTORY } from '../../scripts/lib/paths.ts'
import { compareOffer, type Question } from '../../scripts/lib/price-compare.ts'
import { ratesOf } from '../../scripts/lib/price-listing.ts'
import { neuronRates } from '../../scripts/lib/price-neurons.ts'
import { Alias, Model, Price } from '../../src/domain/catalog.ts'

/** An offer that the book has no price for. */
const unpriced = (destination: string, upstreamModel: string): Question => ({
  destination,
  model: 'model',
  upstreamModel,
  isEmbedding: false,
  lines: [],
  at: '2026-08-21',
})

const models = z
  .object({ models: z.array(Model), aliases: z.array(Alias) })
  .parse(parse(await readFile(join(POLICIES_DIRECTORY, 'models.yaml'), 'utf8'))).models
const book = z
  .object({ prices: z.array(Price) })
  .parse(parse(await readFile(join(POLICIES_DIRECTORY, 'prices.yaml'), 'utf8'))).prices

test('every price of Workers AI is exactly what its neurons make', () => {
  const lines = book.filter(({ destination }) => destination === 'workers-ai')
  const quoted = lines.filter(({ source }) => source.includes('neurons'))
  expect(quoted.length).toBeGreaterThan(10)
  for (const line of quoted)
    expect(Object.fromEntries(ratesOf(line)), line.version).toMatchObject(
      Object.fromEntries(neuronRates(line.source) ?? []),
    )
})

/** Snapshots of the catalogues: not part of this repository. */
const DATA = join(ROOT_DIRECTORY, '../shared/data/prices')

test.skipIf(!existsSync(DATA))('finds our book in order by the real catalogues', async () => {
  const tokencost = (await readdir(DATA)).find((name) => name.startsWith('tokencost'))
  const real = await readCatalogues({
    genai: join(DATA, 'genai-prices/data-v2.json'),
    modelsdev: join(DATA, 'modelsdev'),
    portkey: join(DATA, 'portkey'),
    tokencost: join(DATA, tokencost ?? ''),
  })
  const verdicts = compareAll(models, book, real, '2026-08-30')
  const state = (wanted: string) => verdicts.filter((verdict) => verdict.state === wanted)
  expect(verdicts.length).toBeGreaterThan(100)
  expect(state('sign')).toEqual([])
  expect(state('accept')).toEqual([])
  const doubted = verdicts.filter(({ says: words }) => words.some((each) => each.includes('×10 ')))
  expect(doubted.map(({ model }) => model)).toEqual(
    expect.arrayContaining(['qwen3.5-397b-a17b', 'qwen3-235b-a22b-2507']),
  )
  const wrong: readonly (readonly [string, string, string])[] = [
    ['together', 'MiniMaxAI/MiniMax-M2.5', '×1000 that of models.dev'],
    ['together', 'Qwen/Qwen3.5-9B', 'Portkey has input $1, output $1.5'],
    ['workers-ai', '@cf/moonshotai/kimi-k3', 'only one source lists it'],
    ['gemini', 'gemini-3.6-flash', 'from 2027-01-01 genai-prices has input raised by 100 %'],
    ['gemini', 'gemini-3.7-flash', 'from 2027-01-01 genai-prices has input raised by 100 %'],
  ]
  for (const [destination, upstreamModel, words] of wrong)
    expect(compareOffer(unpriced(destination, upstreamModel), real)).toMatchObject({
      state: 'sign',
      says: expect.arrayContaining([expect.stringContaining(words)]),
    })
  const pro = compareOffer(unpriced('openai', 'gpt-5-pro'), real)
  expect(pro.accepted?.meters).toEqual({ input: 15_000_000, output: 120_000_000 })
})
