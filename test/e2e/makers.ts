import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { parseBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { listOf, objectOf } from '../../src/wire/read.ts'
import type { MakerId } from '../upstreams/makers.ts'

/** One model at each of the makers and clouds that docs/destinations.md says how to add. */
export const MAKER_MODELS: readonly (readonly [MakerId, string])[] = [
  ['mistral', 'mistral/mistral-small-4'],
  ['deepseek', 'deepseek/deepseek-v4-flash'],
  ['zai', 'zai/glm-5.2'],
  ['azure-openai', 'azure-openai/gpt-5-mini'],
  ['vertex', 'vertex/gemini-2.5-flash'],
  ['vertex-anthropic', 'vertex-anthropic/claude-sonnet-4-5'],
  ['bedrock', 'bedrock/nova-lite'],
  ['replicate', 'replicate/llama-3-70b'],
]

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/destinations.md'), 'utf8')

/** What stands under a key in one of the page's blocks to copy. */
const block = (key: string): unknown =>
  [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, text = '']) => objectOf(parseYaml(text)))
    .find((each) => key in each)?.[key]

const ANYWHERE = {
  id: 'anywhere',
  owner: 'tests',
  because: 'every destination is to be spoken to',
  when: {},
  prefer: ['cheapest'],
}

/**
 * The policy with everything added that the page says how to add, and open to all destinations: what a policy may forbid
 * is tested elsewhere, with facts that do not change under it.
 *
 * @throws Error if the page's blocks do not fit.
 */
export function withMakers(shipped: Bundle): Bundle {
  const offers = objectOf(block('offers'))
  const bundle = parseBundle(
    JSON.parse(
      JSON.stringify({
        ...shipped,
        guardrails: [],
        obligations: [],
        waivers: [],
        invariants: [],
        routes: [ANYWHERE],
        destinations: [...shipped.destinations, ...listOf(block('destinations'))],
        models: [
          ...shipped.models.map((model) => ({
            ...model,
            offers: [...model.offers, ...listOf(offers[model.id])],
          })),
          ...listOf(block('models')),
        ],
        prices: [...shipped.prices, ...listOf(block('prices'))],
      }),
    ),
  )
  if (!bundle.ok) throw new Error(`docs/destinations.md: ${JSON.stringify(bundle.error)}`)
  return bundle.value
}
