import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { priceLine, readCatalog } from '../../scripts/commands/price.ts'
import { ROOT_DIRECTORY } from '../../scripts/lib/paths.ts'
import { fields, list, parseFields, text, type Fields } from '../upstreams/read.ts'

/** Usage that providers reported, and what others say that it cost: not part of this repository. */
const FILE = join(ROOT_DIRECTORY, '../shared/data/usage/usages-dev.jsonl')
/** The day on which the prices were recorded. */
const AT = '2026-08-21'

type Row = {
  readonly provider: string
  readonly api: string
  readonly model: string
  readonly usage: Fields
  readonly picoUsd: bigint
}

/** Dollars as text to pico-dollars; the record has at most 12 decimals. */
function pico(usd: string): bigint {
  const [digits = '0', exponent = '0'] = usd.toUpperCase().split('E')
  const [whole = '0', part = ''] = digits.split('.')
  const places = 12 + Number(exponent) - part.length
  return BigInt(whole + part) * 10n ** BigInt(places)
}

/** The maker of a model, by its name. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^claude/, 'anthropic'],
  [/^gemini/, 'google'],
  [/^(?:gpt|o\d|text-embedding)/, 'openai'],
]

/** Which of OpenAI's APIs reports usage in this form. */
const openaiApi = (usage: Fields, model: string): string =>
  'input_tokens' in usage ? 'responses' : model.includes('embedding') ? 'embeddings' : 'chat'

/** The row of the model's own maker, and of the API that the usage object fits; undefined if nobody priced that. */
function rowOf(line: string): Row | undefined {
  const { body, extracted } = parseFields(line) ?? {}
  const reply = fields(body)
  const model = text(reply['model']) ?? text(reply['modelVersion']) ?? ''
  const usage = fields(reply['usage'] ?? reply['usageMetadata'])
  const provider = MAKERS.find(([names]) => names.test(model))?.[1]
  if (provider === undefined) return undefined
  const api = provider === 'openai' ? openaiApi(usage, model) : 'default'
  for (const one of list(extracted).flatMap((each) => list(fields(each)['extractors']))) {
    const { provider_id, api_flavor, input_price, output_price } = fields(one)
    if (provider_id !== provider || api_flavor !== api) continue
    const input = text(input_price)
    if (input === undefined) continue
    return { provider, api, model, usage, picoUsd: pico(input) + pico(text(output_price) ?? '0') }
  }
  return undefined
}

test.skipIf(!existsSync(FILE))(
  'recorded usage costs what others say, to the pico-dollar, wherever our book has the price',
  async () => {
    const catalog = await readCatalog()
    const rows = readFileSync(FILE, 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : (rowOf(line) ?? [])))
    let equal = 0
    const different: unknown[] = []
    for (const { picoUsd, ...row } of rows) {
      const priced = priceLine(JSON.stringify({ id: 1, ...row, at: AT }), catalog, 0)
      if (!('cost_pico_usd' in priced)) continue
      if (BigInt(priced.cost_pico_usd) === picoUsd) equal++
      else different.push({ ...row, ours: priced.cost_pico_usd, theirs: picoUsd })
    }
    expect(different).toEqual([])
    console.log(`${rows.length} rows, ${equal} priced, all equal`)
    // What is not priced is billed by meters that the book does not have (audio, web searches), or a model that it does not list.
    expect(equal / rows.length).toBeGreaterThan(0.9)
  },
)
