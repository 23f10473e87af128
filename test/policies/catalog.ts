import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { Alias, CatalogDestination, Model, Price } from '../../src/domain/catalog.ts'
import { openBook, priceAt } from '../../src/pricing/book.ts'

export const ROOT = join(import.meta.dirname, '../..')

const read = <T extends z.ZodType>(name: string, schema: T): z.output<T> =>
  schema.parse(parse(readFileSync(join(ROOT, 'policies', `${name}.yaml`), 'utf8')))

export const { destinations } = read(
  'destinations',
  z.strictObject({ destinations: z.array(CatalogDestination) }),
)
export const { models, aliases } = read(
  'models',
  z.strictObject({ models: z.array(Model), aliases: z.array(Alias) }),
)
export const { prices } = read('prices', z.strictObject({ prices: z.array(Price) }))

const book = openBook(prices)

export const offers = models.flatMap((model) => model.offers.map((offer) => ({ model, offer })))

export const own = destinations
  .filter(({ facts }) => facts.zone.value === 'own')
  .map(({ id }) => id)

/** What a model costs on a day, by default the one on which the catalogue was written. */
export const priceOn = (destination: string, model: string, date = '2026-11-24') =>
  priceAt(book, destination, model, Date.parse(date))
