import type { SchemaElement } from 'hyparquet'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import writeXlsxFile, { type Cell, type Row as SheetRow } from 'write-excel-file/node'
import * as z from 'zod'
import { FOCUS_COLUMNS, FOCUS_DECIMALS, PICO_SCALE } from '../../src/ledger/focus/columns.ts'
import { decimalOf } from '../../src/ledger/focus/formats.ts'
import { POSTING_COLUMNS } from '../../src/ledger/postings.ts'

type ColumnType = 'decimal' | 'integer' | 'time' | 'text'
export type Table = { readonly name: string; readonly columns: readonly TableColumn[] }
type TableColumn = { readonly name: string; readonly type: ColumnType }

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
type Row = z.infer<typeof Row>

const POSTING_INTEGERS = /^(?:seq|reserve_seq|posted_ms|upstream_status|cost_pico|.*_tokens)$/

/** Columns of an export, with their types. */
export function tableOf(rows: 'focus' | 'postings'): Table {
  if (rows === 'focus') {
    return {
      name: 'FOCUS 1.2',
      columns: FOCUS_COLUMNS.map((name) => ({ name, type: focusType(name) })),
    }
  }
  const columns = POSTING_COLUMNS.map((name) => ({
    name,
    type: POSTING_INTEGERS.test(name) ? ('integer' as const) : ('text' as const),
  }))
  return { name: 'Postings', columns }
}

function focusType(name: string): ColumnType {
  if (FOCUS_DECIMALS.has(name)) return 'decimal'
  if (/Period(?:Start|End)$/.test(name)) return 'time'
  return /^x_(?:RequestCount|FirstEntry|LastEntry)$/.test(name) ? 'integer' : 'text'
}

/** Objects of a body of JSON lines, as they come. */
export async function* jsonRows(body: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield Row.parse(JSON.parse(line))
  }
  if (rest.trim() !== '') yield Row.parse(JSON.parse(rest))
}

/** Rows of a row group: what is in memory at a time. */
const GROUP_ROWS = 20_000
const DECIMAL_BYTES = 16
const DECIMAL_DIGITS = 38

/** Writes a Parquet file, a row group at a time. Costs are DECIMAL(38,12), which holds every pico-dollar. */
export async function writeParquet(
  path: string,
  rows: AsyncIterable<Row>,
  { columns }: Table,
): Promise<void> {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(elementOf),
  ]
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'demarc' })
  let group: Row[] = []
  const flush = async (): Promise<void> => {
    if (group.length === 0) return
    await writer.write({
      columnData: columns.map(({ name, type }) => ({
        name,
        data: group.map((row) => parquetValue(row[name] ?? null, type)),
      })),
      rowGroupSize: GROUP_ROWS,
    })
    group = []
  }
  for await (const row of rows) {
    group.push(row)
    if (group.length === GROUP_ROWS) await flush()
  }
  await flush()
  await writer.finish()
}

function elementOf({ name, type }: TableColumn): SchemaElement {
  const element = { name, repetition_type: 'OPTIONAL' as const }
  if (type === 'integer') return { ...element, type: 'INT64' }
  if (type === 'time') return { ...element, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }
  if (type === 'text') return { ...element, type: 'BYTE_ARRAY', converted_type: 'UTF8' }
  return {
    ...element,
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: DECIMAL_BYTES,
    converted_type: 'DECIMAL',
    scale: PICO_SCALE,
    precision: DECIMAL_DIGITS,
  }
}

function parquetValue(
  value: string | number | null,
  type: ColumnType,
): string | bigint | Date | null {
  if (value === null) return null
  if (type === 'integer') return BigInt(value)
  if (type === 'time') return new Date(value)
  if (type === 'text') return String(value)
  const decimal = decimalOf(String(value))
  if (decimal === undefined) throw new RangeError('a decimal column holds what is no decimal')
  return decimal.units * 10n ** BigInt(PICO_SCALE - decimal.scale)
}

/** https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3: rows of a sheet, the header included. */
const SHEET_ROWS_MAX = 1_048_576

/**
 * Writes a spreadsheet. Excel keeps 15 digits of a number, so every cost stands beside it as text, too: sum the numbers,
 * quote the text.
 *
 * @throws RangeError if there are more rows than a sheet holds: Parquet and CSV have no such limit
 */
export async function writeXlsx(
  path: string,
  rows: AsyncIterable<Row>,
  { name: sheet, columns }: Table,
): Promise<void> {
  const header = columns.flatMap(({ name, type }) =>
    isMoney(name, type) ? [name, `${name} (exact)`] : [name],
  )
  const data: SheetRow[] = [header.map((value) => ({ value, fontWeight: 'bold' as const }))]
  for await (const row of rows) {
    if (data.length === SHEET_ROWS_MAX) {
      throw new RangeError(
        `a sheet holds ${SHEET_ROWS_MAX} rows, there are more: export csv or parquet`,
      )
    }
    data.push(columns.flatMap(({ name, type }) => cellsOf(row[name] ?? null, name, type)))
  }
  await writeXlsxFile(data, { sheet, stickyRowsCount: 1 }).toFile(path)
}

const isMoney = (name: string, type: ColumnType): boolean =>
  (type === 'decimal' && name.endsWith('Cost')) || name === 'cost_pico'

function cellsOf(value: string | number | null, name: string, type: ColumnType): Cell[] {
  if (!isMoney(name, type)) return [value === null ? null : cellOf(value, type)]
  if (value === null) return [null, null]
  return [{ value: Number(value) }, { value: String(value) }]
}

const cellOf = (value: string | number, type: ColumnType): Cell =>
  type === 'decimal' || type === 'integer' ? { value: Number(value) } : { value: String(value) }
