import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod'
import { Alias, Model, Price } from '../../src/domain/catalog.ts'
import { err, ok, type Result } from '../../src/domain/result.ts'
import type { Usage } from '../../src/domain/usage.ts'
import { openBook, priceAt, type PriceBook } from '../../src/pricing/book.ts'
import { costOf } from '../../src/pricing/cost.ts'
import { readAnthropicUsage } from '../../src/wire/anthropic-reply.ts'
import { readGeminiUsage } from '../../src/wire/gemini-reply.ts'
import { readChatUsage } from '../../src/wire/openai-chat-usage.ts'
import { readWorkersAiUsage } from '../../src/wire/workers-ai-reply.ts'
import type { Command } from '../demarc.ts'
import { wrong } from '../lib/admin-report.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'

const USAGE = `demarc price --jsonl < usage.jsonl     what recorded usage cost, by policies/prices.yaml

in   {"id","provider","model","api"?,"usage","at"?}    usage: the provider's own object; at: ISO 8601, default now
out  {"id","meters":{…},"cost_pico_usd":"…","price_version"} or {"id","unknown":"reason"}; a bad line: {"id","error"}

demarc price import --genai FILE --modelsdev FOLDER [--portkey FOLDER] [--tokencost FILE] [--at DAY]
                    [--prices FILE] [--write] [--json]
    compares policies/prices.yaml, or FILE, with public catalogues; --write takes over what two agree on, from DAY (tomorrow) on
    exit: 0 nothing to decide · 1 a person must sign · 2 cannot run

demarc price what-if --period 2026-11 --raise openai=50%... | [--book FILE] [--model-map FILE]
                     [--tenant NAME] [--url URL] [--json]
    what a month would have cost: dearer (*=10% for all), by another book, or with other models ([{from, to}] as YAML)
    exit: 0 all repriced · 1 not all, or the ledger is behind · 2 cannot run`

/** What an action does with its own arguments; the exit code. */
type Action = (args: readonly string[], usage: string) => Promise<number>

/** Loaded when called for. */
const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  import: async () => (await import('./price-import.ts')).importPrices,
  'what-if': async () => (await import('./price-what-if.ts')).whatIfPrices,
}

/** Prices recorded usage, line by line; keeps the price book; asks what a month would have cost. */
export const priceCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const [name = '', ...rest] = args
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (load !== undefined) return await (await load())(rest, USAGE)
    const { values } = parseArgs({ args: [...args], options: { jsonl: { type: 'boolean' } } })
    if (values.jsonl !== true) return wrong('say --jsonl, import or what-if', USAGE)
    const catalog = await readCatalog()
    for await (const line of createInterface({ input: process.stdin }))
      if (line.trim() !== '') console.log(JSON.stringify(priceLine(line, catalog, Date.now())))
    return 0
  },
}

export type Catalog = { readonly models: readonly Model[]; readonly book: PriceBook }

/** Models and prices as `policies/` has them. */
export async function readCatalog(): Promise<Catalog> {
  const [models, prices] = await Promise.all(['models.yaml', 'prices.yaml'].map(readYaml))
  return {
    models: z.object({ models: z.array(Model), aliases: z.array(Alias) }).parse(models).models,
    book: openBook(z.object({ prices: z.array(Price) }).parse(prices).prices),
  }
}

const readYaml = async (name: string): Promise<unknown> =>
  parse(await readFile(join(POLICIES_DIRECTORY, name), 'utf8'))

const Line = z.object({
  id: z.unknown(),
  provider: z.string(),
  model: z.string(),
  api: z.string().optional(),
  usage: z.record(z.string(), z.unknown()),
  at: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional(),
})

type Priced =
  | {
      readonly id: unknown
      readonly meters: Readonly<Record<string, number>>
      readonly cost_pico_usd: string
      readonly price_version: string
    }
  | { readonly id: unknown; readonly unknown: string }
  | { readonly id: unknown; readonly error: string }

/** What one line of usage cost. Never a guess: what the book or the reader does not know is `unknown`, with the reason. */
export function priceLine(line: string, catalog: Catalog, nowMs: number): Priced {
  const json = parseJson(line)
  if (json === undefined) return { id: null, error: 'the line is not JSON' }
  const id = z.object({ id: z.unknown() }).safeParse(json).data?.id ?? null
  const parsed = Line.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { id, error: `${issue?.path.join('.') || 'line'}: ${issue?.message}` }
  }
  const { provider, model, api, usage, at } = parsed.data
  const destination = DESTINATIONS[provider] ?? provider
  const ours = modelOf(catalog.models, destination, model)
  if (ours === undefined) return { id, unknown: 'models.yaml does not offer this model there' }
  const price = priceAt(catalog.book, destination, ours, at === undefined ? nowMs : Date.parse(at))
  if (price === undefined) return { id, unknown: 'prices.yaml has no price for that day' }
  const spoken = api === undefined || api === DEFAULT_API ? (APIS[destination] ?? 'chat') : api
  const read = readUsage(spoken, usage)
  if (!read.ok) return { id, unknown: read.error }
  return {
    id,
    meters: meterNames(read.value),
    cost_pico_usd: String(costOf(read.value, price)),
    price_version: price.version,
  }
}

/** Names under which others know our destinations. */
const DESTINATIONS: Readonly<Record<string, string>> = {
  google: 'gemini',
  'google-gemini': 'gemini',
  cloudflare: 'workers-ai',
  'cloudflare-workers-ai': 'workers-ai',
  togetherai: 'together',
  'together-ai': 'together',
  'fireworks-ai': 'fireworks',
}

/** Our id of a model that is named by our id, the upstream's, its last part, or one of these with the date of a snapshot. */
function modelOf(models: readonly Model[], destination: string, name: string): string | undefined {
  const undated = name.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '')
  const named = (wanted: string) =>
    models.find(({ id, offers }) =>
      offers.some(
        (offer) =>
          offer.destination === destination &&
          [id, offer.upstreamModel, offer.upstreamModel.split('/').at(-1)].includes(wanted),
      ),
    )
  return (named(name) ?? named(undated))?.id
}

/** What a destination speaks unless the line says otherwise. */
const APIS: Readonly<Record<string, string>> = {
  anthropic: 'messages',
  gemini: 'gemini',
  'workers-ai': 'workers-ai',
}

/** `default` is whatever the destination speaks. */
const DEFAULT_API = 'default'

const READERS: Readonly<Record<string, (usage: unknown) => Usage | undefined>> = {
  chat: readChatUsage,
  'openai-chat': readChatUsage,
  messages: readAnthropicUsage,
  'anthropic-messages': readAnthropicUsage,
  gemini: readGeminiUsage,
  // Some models of Workers AI answer as OpenAI's Responses do, so its reader knows that form.
  'workers-ai': readWorkersAiUsage,
  responses: readWorkersAiUsage,
  'openai-responses': readWorkersAiUsage,
  embeddings: readChatUsage,
}

function readUsage(api: string, usage: Readonly<Record<string, unknown>>): Result<Usage, string> {
  const read = Object.hasOwn(READERS, api) ? READERS[api] : undefined
  if (read === undefined)
    return err(`api ${api} is not read yet; there are ${Object.keys(READERS).join(', ')}`)
  const extra = unpricedOf(usage)
  if (extra !== undefined) return err(`prices.yaml has no meter for ${extra}`)
  const meters = read(usage)
  return meters === undefined ? err(`usage is not what api ${api} reports`) : ok(meters)
}

const Count = z.number().catch(0)
const Details = z.object({ audio_tokens: Count }).catch({ audio_tokens: 0 })
const Modalities = z.array(z.object({ modality: z.string(), tokenCount: Count })).catch([])
const Extras = z.object({
  service_tier: z.string().catch('default'),
  prompt_tokens_details: Details,
  completion_tokens_details: Details,
  input_tokens_details: Details,
  output_tokens_details: Details,
  promptTokensDetails: Modalities,
  candidatesTokensDetails: Modalities,
  server_tool_use: z.object({ web_search_requests: Count }).catch({ web_search_requests: 0 }),
})

/** What the usage holds that is billed by a meter of its own, which the price book does not have. */
function unpricedOf(usage: Readonly<Record<string, unknown>>): string | undefined {
  const extras = Extras.parse(usage)
  if (!['default', 'standard', 'auto'].includes(extras.service_tier)) return 'that service tier'
  const audioIn =
    extras.prompt_tokens_details.audio_tokens + extras.input_tokens_details.audio_tokens
  const audioOut =
    extras.completion_tokens_details.audio_tokens + extras.output_tokens_details.audio_tokens
  if (audioIn + countIn(extras.promptTokensDetails, ['AUDIO']) > 0) return 'audio input'
  if (audioOut + countIn(extras.candidatesTokensDetails, ['AUDIO']) > 0) return 'audio output'
  if (countIn(extras.candidatesTokensDetails, ['IMAGE', 'VIDEO']) > 0) return 'images as output'
  if (extras.server_tool_use.web_search_requests > 0) return 'web searches'
  return undefined
}

const countIn = (list: z.infer<typeof Modalities>, modalities: readonly string[]): number =>
  list.reduce(
    (sum, { modality, tokenCount }) => sum + (modalities.includes(modality) ? tokenCount : 0),
    0,
  )

const meterNames = (usage: Usage): Readonly<Record<string, number>> => ({
  input: usage.input,
  cached_input: usage.cachedInput,
  cache_write_5m: usage.cacheWrite5m,
  cache_write_1h: usage.cacheWrite1h,
  output: usage.output,
  reasoning: usage.reasoning,
})

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // said of the line as a whole
  }
}
