import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod'
import { Alias, Model, Price } from '../../src/domain/catalog.ts'
import { wrong } from '../lib/admin-report.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'
import { compareOffer, type Verdict } from '../lib/price-compare.ts'
import { readGenaiPrices } from '../lib/price-genai.ts'
import type { Catalogue } from '../lib/price-listing.ts'
import { readModelsDev } from '../lib/price-modelsdev.ts'
import { PORTKEY_FILES, readPortkey, readTokencost } from '../lib/price-per-token.ts'
import { appendPrices } from '../lib/price-write.ts'

const DAY_MS = 86_400_000
const PRICES_FILE = join(POLICIES_DIRECTORY, 'prices.yaml')

/** Compares `policies/prices.yaml` with public catalogues and, with `--write`, takes over what two of them agree on. */
export async function importPrices(args: readonly string[], usage: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      genai: { type: 'string' },
      modelsdev: { type: 'string' },
      portkey: { type: 'string' },
      tokencost: { type: 'string' },
      at: { type: 'string' },
      prices: { type: 'string', default: PRICES_FILE },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const { genai, modelsdev, portkey, tokencost } = values
  if (genai === undefined || modelsdev === undefined)
    return wrong('--genai and --modelsdev: one source alone is never believed', usage)
  const tomorrow = dayOf(Date.now() + DAY_MS)
  const at = values.at ?? tomorrow
  if (!z.iso.date().safeParse(at).success) return wrong('--at: a day such as 2026-12-01', usage)
  if (values.write && at < tomorrow)
    return wrong('--at: with --write a day after today (UTC), as today is billed already', usage)

  const catalogues = await readCatalogues({ genai, modelsdev, portkey, tokencost })
  const text = await readFile(values.prices, 'utf8')
  const verdicts = compareAll(await readModels(), pricesIn(text), catalogues, at)
  console.log(values.json ? JSON.stringify(verdicts) : words(verdicts))
  const accepted = verdicts.flatMap(({ destination, model, accepted: price }) =>
    price === undefined ? [] : [{ destination, model, ...price }],
  )
  if (values.write && accepted.length > 0) {
    const written = appendPrices(text, accepted, at)
    if (!written.ok) return wrong(`nothing was written: ${written.error.join('; ')}`, usage)
    await writeFile(values.prices, written.value)
    console.error(
      `${accepted.length} written to ${values.prices}; next: demarc policy check, then push`,
    )
  }
  return verdicts.some(({ state }) => state === 'sign') ? 1 : 0
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

const pricesIn = (text: string): readonly Price[] =>
  z.object({ prices: z.array(Price) }).parse(parse(text)).prices

async function readModels(): Promise<readonly Model[]> {
  const text = await readFile(join(POLICIES_DIRECTORY, 'models.yaml'), 'utf8')
  return z.object({ models: z.array(Model), aliases: z.array(Alias) }).parse(parse(text)).models
}

type Paths = {
  readonly genai: string
  readonly modelsdev: string
  readonly portkey: string | undefined
  readonly tokencost: string | undefined
}

/** The catalogues at these paths. @throws Error if one cannot be read, or is not what it should be. */
export async function readCatalogues(paths: Paths): Promise<readonly Catalogue[]> {
  const { genai, modelsdev, portkey, tokencost } = paths
  return [
    named('--genai', readGenaiPrices, await readJson(genai)),
    readModelsDev(await readTomls(modelsdev)),
    ...(portkey === undefined ? [] : [named('--portkey', readPortkey, await readJsons(portkey))]),
    ...(tokencost === undefined
      ? []
      : [named('--tokencost', readTokencost, await readJson(tokencost))]),
  ]
}

/** What a file holds, or an error that says which option named it and where it is not as expected. */
function named<T>(option: string, read: (data: T) => Catalogue, data: T): Catalogue {
  try {
    return read(data)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const [issue] = error.issues
    throw new Error(`${option}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, {
      cause: error,
    })
  }
}

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

/** Files under `providers`, which may be the folder itself or in it. */
async function readTomls(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith('.toml'),
  )
  if (names.length === 0) throw new Error(`--modelsdev: no TOML file under ${folder}`)
  return new Map(
    await Promise.all(
      names.map(
        async (name) =>
          [
            name.replaceAll('\\', '/').replace(/^(?:.*\/)?providers\//, ''),
            await readFile(join(folder, name), 'utf8'),
          ] as const,
      ),
    ),
  )
}

async function readJsons(folder: string): Promise<ReadonlyMap<string, unknown>> {
  const there = new Set(await readdir(folder))
  const names = Object.values(PORTKEY_FILES).filter((name) => there.has(name))
  if (names.length === 0) throw new Error(`--portkey: none of its files is in ${folder}`)
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readJson(join(folder, name))] as const),
    ),
  )
}

/** Every offer that somebody else bills: own hardware has no list price. */
export function compareAll(
  models: readonly Model[],
  prices: readonly Price[],
  catalogues: readonly Catalogue[],
  at: string,
): readonly Verdict[] {
  return models.flatMap(({ id, operation, offers }) =>
    offers.flatMap(({ destination, upstreamModel }) => {
      const lines = prices.filter(
        (price) =>
          price.destination === destination &&
          price.model === id &&
          (price.layer ?? 'catalogue') === 'catalogue',
      )
      const isOwn =
        lines.length > 0 && lines.every(({ meters }) => meters.input + meters.output === 0)
      const isEmbedding = operation === 'embeddings'
      const question = { destination, model: id, upstreamModel, isEmbedding, lines, at }
      return isOwn ? [] : [compareOffer(question, catalogues)]
    }),
  )
}

const TITLES = {
  sign: 'a person must sign',
  accept: 'accepted',
  disputed: 'signed before, the dearest of what disagrees',
  unlisted: 'not listed',
  same: 'stands',
} as const

/** What differs, state by state; prices that stand and that nobody doubts are only counted. */
function words(verdicts: readonly Verdict[]): string {
  const parts = (['sign', 'accept', 'disputed', 'unlisted', 'same'] as const).map((state) => {
    const of = verdicts.filter((verdict) => verdict.state === state)
    const lines = of
      .filter(({ says }) => says.length > 0)
      .map(
        ({ destination, model, says }) => `  ${destination}/${model}\n    ${says.join('\n    ')}`,
      )
    return [`${TITLES[state]}: ${of.length} of ${verdicts.length}`, ...lines].join('\n')
  })
  return parts.join('\n\n')
}
