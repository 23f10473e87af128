import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { readPolicies } from '../../scripts/lib/seed.ts'
import { destinations } from '../../src/destinations/index.ts'
import { parseBundle } from '../../src/policy/bundle.ts'
import { listOf, objectOf, objectsOf } from '../../src/wire/read.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/destinations.md'), 'utf8')
const BLOCKS = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) =>
  objectOf(parseYaml(text)),
)
const block = (key: string): unknown => BLOCKS.find((each) => key in each)?.[key]

test('the blocks to copy fit into the policy as it is shipped', async () => {
  const shipped = await readPolicies()
  const offers = objectOf(block('offers'))
  const models = shipped.models.map((model) => ({
    ...model,
    offers: [...model.offers, ...listOf(offers[model.id])],
  }))
  const bundle = {
    ...shipped,
    destinations: [...shipped.destinations, ...listOf(block('destinations'))],
    models: [...models, ...listOf(block('models'))],
    prices: [...shipped.prices, ...listOf(block('prices'))],
  }
  const parsed = parseBundle(JSON.parse(JSON.stringify(bundle)), Object.keys(destinations))
  expect(parsed).toMatchObject({ ok: true })
  const known = new Set(shipped.models.map(({ id }) => id))
  expect(Object.keys(offers).filter((id) => !known.has(id))).toEqual([])
})

test('every adapter is in the table, and every one that is not shipped has a block', async () => {
  const shipped = (await readPolicies()).destinations.map(({ adapter }) => adapter)
  const shown = new Set(objectsOf(block('destinations')).map(({ adapter }) => adapter))
  for (const name of Object.keys(destinations)) {
    expect(PAGE).toContain(`\`${name}\``)
    expect(shown.has(name) || shipped.includes(name)).toBe(true)
  }
})
