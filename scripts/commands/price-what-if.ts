import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { Price } from '../../src/domain/catalog.ts'
import { formatUsd } from '../../src/domain/money.ts'
import { err, ok, type Result } from '../../src/domain/result.ts'
import { WhatIfSums, type WhatIf, type WhatIfLine } from '../../src/ledger/what-if.ts'
import { openBook, type PriceBook } from '../../src/pricing/book.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { jsonRows } from '../lib/ledger-files.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'
import { mapped, ModelMap, readRaises } from '../lib/price-map.ts'
import { tableText } from '../lib/table-text.ts'

const Count = z.int().nullable()
const Row = z.object({
  posted_ms: z.int(),
  kind: z.string(),
  destination: z.string(),
  model: z.string(),
  cost_pico: z.string().regex(/^-?\d+$/),
  input_tokens: Count,
  cached_input_tokens: Count,
  cache_write_5m_tokens: Count,
  cache_write_1h_tokens: Count,
  output_tokens: Count,
})

/** What a month would have cost at other prices, or with other models. Changes nothing. */
export async function whatIfPrices(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {
    period: { type: 'string' },
    book: { type: 'string' },
    raise: { type: 'string', multiple: true },
    'model-map': { type: 'string' },
  })
  const { tenant, period, json } = values
  if (positionals.length > 0) return wrong(`${positionals.join(' ')}: not expected here`, usage)
  if (period === undefined) return wrong('--period: a calendar month such as 2026-11', usage)
  const asked = await questionOf(values)
  if (!asked.ok) return wrong(asked.error, usage)

  const query = new URLSearchParams({ tenant, period, format: 'csv', as: 'ndjson' })
  return await withAdmin(targetOf(values.url), async (request) => {
    const response = await request('GET', `/admin/api/ledger/export?${String(query)}`)
    if (!response.ok || response.body === null) return await explain(response)
    const sums = new WhatIfSums(asked.value)
    for await (const row of jsonRows(response.body)) sums.push(Row.parse(row))
    const lines = sums.finish()
    console.log(json ? JSON.stringify(lines.map(inJson)) : tableText(withTotal(lines)))
    const isWhole = lines.every(({ unrepriced }) => unrepriced.size === 0)
    return Math.max(isComplete(response.headers), isWhole ? 0 : 1)
  })
}

type Said = {
  readonly book?: string | undefined
  readonly raise?: readonly string[] | undefined
  readonly 'model-map'?: string | undefined
}

/** @throws Error if a file cannot be read, or is not what it should be. */
async function questionOf(said: Said): Promise<Result<WhatIf, string>> {
  const { book, raise, 'model-map': map } = said
  const isByBook = book !== undefined || map !== undefined
  if ((raise !== undefined) === isByBook)
    return err('say --raise, or --book and --model-map, or one of these two')
  if (raise !== undefined) {
    const percents = readRaises(raise)
    return percents.ok ? ok({ how: 'raise', percentByDestination: percents.value }) : percents
  }
  const moves = map === undefined ? undefined : await readMap(map)
  if (moves?.ok === false) return moves
  return ok({
    how: 'book',
    book: await readBook(book ?? join(POLICIES_DIRECTORY, 'prices.yaml')),
    placeOf: mapped(moves?.value ?? []),
  })
}

async function readMap(path: string): Promise<Result<ModelMap, string>> {
  const parsed = ModelMap.safeParse(parse(await readFile(path, 'utf8')))
  if (parsed.success) return ok(parsed.data)
  const [issue] = parsed.error.issues
  return err(
    `--model-map: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}; a list of {from, to}`,
  )
}

const readBook = async (path: string): Promise<PriceBook> =>
  openBook(z.object({ prices: z.array(Price) }).parse(parse(await readFile(path, 'utf8'))).prices)

const inJson = ({ unrepriced, recordedPicoUsd, repricedPicoUsd, ...line }: WhatIfLine) => ({
  ...line,
  recordedPicoUsd: String(recordedPicoUsd),
  repricedPicoUsd: String(repricedPicoUsd),
  differencePicoUsd: String(repricedPicoUsd - recordedPicoUsd),
  unrepriced: [...unrepriced].map(([reason, { postings, picoUsd }]) => ({
    reason,
    postings,
    picoUsd: String(picoUsd),
  })),
})

function withTotal(lines: readonly WhatIfLine[]): readonly Readonly<Record<string, string>>[] {
  if (lines.length === 0) return []
  const total: WhatIfLine = {
    destination: 'total',
    model: '',
    postings: lines.reduce((sum, { postings }) => sum + postings, 0),
    recordedPicoUsd: lines.reduce((sum, line) => sum + line.recordedPicoUsd, 0n),
    repricedPicoUsd: lines.reduce((sum, line) => sum + line.repricedPicoUsd, 0n),
    unrepriced: new Map(),
  }
  return [...lines, total].map((line) => ({
    destination: line.destination,
    model: line.model,
    postings: String(line.postings),
    recordedUsd: formatUsd(line.recordedPicoUsd),
    repricedUsd: formatUsd(line.repricedPicoUsd),
    differenceUsd: formatUsd(line.repricedPicoUsd - line.recordedPicoUsd),
    notRepriced: [...line.unrepriced]
      .map(([reason, { postings, picoUsd }]) => `${postings} at ${formatUsd(picoUsd)}: ${reason}`)
      .join('; '),
  }))
}

function isComplete(headers: Headers): 0 | 1 {
  const [head, through] = [headers.get('demarc-ledger-head'), headers.get('demarc-ledger-through')]
  if (head === through) return 0
  console.error(`not complete: the ledger is at entry ${through} of ${head}; see "ledger verify"`)
  return 1
}
