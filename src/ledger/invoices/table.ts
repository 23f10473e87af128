import * as z from 'zod'
import { err, ok } from '../../domain/result.ts'
import { amountPico, type InvoiceFormat, type InvoiceLine } from './invoice.ts'

/** Names under which exports of Together, Fireworks, Cloudflare and others give a figure; compared in lower case without separators. */
const NAMES = {
  day: [
    'date',
    'day',
    'timestamp',
    'time',
    'createdat',
    'starttime',
    'usagedate',
    'chargeperiodstart',
    'datetime',
  ],
  model: ['model', 'modelname', 'modelid', 'basemodel', 'skuname', 'resourcename'],
  requestId: ['requestid', 'id', 'upstreamrequestid', 'responseid', 'cfrayid'],
  cost: ['cost', 'amount', 'costusd', 'totalcost', 'amountusd', 'price', 'total', 'billedcost'],
  requests: ['requests', 'requestcount', 'numrequests', 'count'],
  input: ['inputtokens', 'prompttokens', 'tokensin', 'input'],
  cached: ['cachedinputtokens', 'cachedprompttokens', 'cachereadinputtokens', 'cachedtokens'],
  output: ['outputtokens', 'completiontokens', 'tokensout', 'output', 'generatedtokens'],
} as const
type Field = keyof typeof NAMES

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const Rows = z.array(Row)
type Row = z.infer<typeof Row>

/**
 * A table of any provider: a list of objects, or a CSV read into one. What is needed is a day and a cost; the rest helps.
 * Input tokens are taken to include cached ones, if both are given.
 */
export const table: InvoiceFormat = {
  recognise: (json) => Rows.safeParse(json).success,
  read: (json) => {
    const rows = Rows.safeParse(json)
    if (!rows.success) return err('a list of flat objects, or a CSV with a header')
    const lines: InvoiceLine[] = []
    for (const [at, row] of rows.data.entries()) {
      const line = lineOf(row)
      if (line === undefined) {
        return err(
          `row ${at + 1}: needs a day (${NAMES.day.join(', ')}) and a cost (${NAMES.cost.join(', ')})`,
        )
      }
      lines.push(line)
    }
    return ok(lines)
  },
}

function lineOf(row: Row): InvoiceLine | undefined {
  const cells = new Map(
    Object.entries(row).map(([name, value]) => [
      name.toLowerCase().replaceAll(/[^a-z]/g, ''),
      value,
    ]),
  )
  const find = (field: Field): string | undefined => {
    const name = NAMES[field].find((each) => cells.has(each))
    const value = name === undefined ? undefined : cells.get(name)
    return value === undefined || value === null || value === '' ? undefined : String(value)
  }
  const day = dayIn(find('day'))
  const cost = amountPico(find('cost') ?? '')
  if (day === undefined || cost === undefined) return undefined
  const [input, cached, output] = [
    countIn(find('input')),
    countIn(find('cached')),
    countIn(find('output')),
  ]
  const requestId = find('requestId') ?? null
  return {
    day,
    model: find('model') ?? null,
    requestId,
    costPicoUsd: String(cost),
    requests: countIn(find('requests')) ?? (requestId === null ? null : 1),
    tokens:
      input === undefined || output === undefined
        ? null
        : {
            input_tokens: Math.max(0, input - (cached ?? 0)),
            cached_input_tokens: cached ?? 0,
            cache_write_5m_tokens: 0,
            cache_write_1h_tokens: 0,
            output_tokens: output,
          },
  }
}

/** The day of an ISO date or time, or of seconds or milliseconds since 1970. */
function dayIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (/^\d{10}(\d{3})?$/.test(text)) {
    return new Date(Number(text) * (text.length === 10 ? 1000 : 1)).toISOString().slice(0, 10)
  }
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : new Date(atMs).toISOString().slice(0, 10)
}

function countIn(text: string | undefined): number | undefined {
  const count = text === undefined ? Number.NaN : Number(text.replaceAll(',', ''))
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

/** The rows of a CSV (RFC 4180, any line end) as objects by its header. */
export function csvObjects(text: string): readonly Readonly<Record<string, string>>[] {
  const lines: string[][] = [[]]
  for (const [, quoted, bare, end] of `${text.trimEnd()}\n`.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/g,
  )) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '')
    if (end !== ',') lines.push([])
  }
  const [header = [], ...rows] = lines.slice(0, -1)
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])))
}
