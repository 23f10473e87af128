import { formatUsd } from '../domain/money.ts'
import { csvLine, type Cell } from './csv.ts'
import type { Posting } from './postings.ts'

type Column = {
  readonly name: string
  /** `number` is written bare; `text` comes from people or providers and is made harmless to spreadsheets. */
  readonly type: 'number' | 'text'
  readonly value: (posting: Posting) => string | number | null
}

const text = (name: keyof Posting): Column => ({ name, type: 'text', value: (row) => row[name] })
const number = (name: keyof Posting): Column => ({
  name,
  type: 'number',
  value: (row) => row[name],
})

/**
 * Columns of the export, one row per closed attempt. Reversals are rows of their own with a negative cost, so that
 * sums are always right. `posted_at` is UTC; `cost_usd` is exact, `cost_pico_usd` the same as an integer.
 */
const CSV_COLUMNS: readonly Column[] = [
  number('seq'),
  { name: 'posted_at', type: 'text', value: (row) => new Date(row.posted_ms).toISOString() },
  text('period'),
  text('kind'),
  text('outcome'),
  { name: 'cost_usd', type: 'number', value: (row) => formatUsd(BigInt(row.cost_pico)) },
  { name: 'cost_pico_usd', type: 'number', value: (row) => row.cost_pico },
  text('usage_source'),
  number('input_tokens'),
  number('cached_input_tokens'),
  number('cache_write_5m_tokens'),
  number('cache_write_1h_tokens'),
  number('output_tokens'),
  number('reasoning_tokens'),
  text('cost_centre'),
  text('team'),
  text('app'),
  text('key_id'),
  text('purpose'),
  text('destination'),
  text('account'),
  text('region'),
  text('legal_entity'),
  text('model_requested'),
  text('model'),
  text('upstream_model'),
  text('model_served'),
  text('service_tier'),
  text('upstream_request_id'),
  number('upstream_status'),
  text('finish'),
  text('surface'),
  text('form'),
  text('level'),
  text('price_version'),
  text('policy_hash'),
  text('decision'),
  text('attempt'),
  number('reserve_seq'),
  text('entry_hash'),
]

/** The first line, with its line end. */
export const csvHeader = (): string => csvLine(CSV_COLUMNS.map(({ name }) => ({ text: name })))

/** Lines of RFC 4180, each with its line end; null is an empty field. */
export const csvRows = (postings: readonly Posting[]): string =>
  postings.map((row) => csvLine(CSV_COLUMNS.map((column) => cell(column, row)))).join('')

function cell({ type, value }: Column, row: Posting): Cell {
  const raw = value(row)
  return type === 'number' ? { number: raw } : { text: raw === null ? null : String(raw) }
}
