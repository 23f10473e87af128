import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonRows, tableOf, writeParquet, writeXlsx } from '../../scripts/lib/ledger-files.ts'
import { rollUp } from '../../src/ledger/rollup.ts'
import { focusRows } from '../../src/ledger/focus/rows.ts'
import { answered, contextOf } from '../ledger/books.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demarc-files-'))
})
afterAll(async () => await rm(folder, { recursive: true }))

const COST = '9007.199254740993'
const POSTING = {
  ...answered('anthropic/claude-haiku-4-5@2026-01-01', { input: 1234 }),
  cost_pico: '9007199254740993',
}

async function* bodyOf(rows: readonly object[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}

test('Parquet holds every pico-dollar of a posting, in as many row groups as it takes', async () => {
  const path = join(folder, 'postings.parquet')
  const rows = Array.from({ length: 20_001 }, (_, at) => ({ ...POSTING, seq: at + 1 }))
  await writeParquet(path, jsonRows(bodyOf(rows)), tableOf('postings'))
  const file = await asyncBufferFromFile(path)
  expect((await parquetMetadataAsync(file)).row_groups).toHaveLength(2)
  const [first, last] = [0, 20_000].map(
    async (at) => await parquetReadObjects({ file, rowStart: at, rowEnd: at + 1 }),
  )
  expect(await first).toMatchObject([
    {
      seq: 1n,
      cost_pico: 9007199254740993n,
      input_tokens: 1234n,
      finish: 'stop',
      service_tier: null,
    },
  ])
  expect(await last).toMatchObject([{ seq: 20_001n }])
})

test('FOCUS in Parquet has decimals, times and nulls', async () => {
  const path = join(folder, 'focus.parquet')
  const rows = rollUp(
    [answered('anthropic/claude-haiku-4-5@2026-01-01', { input: 1_234_567 })],
    () => [],
  ).flatMap((row) => focusRows(row, contextOf()))
  await writeParquet(path, jsonRows(bodyOf(rows)), tableOf('focus'))
  const file = await asyncBufferFromFile(path)
  const { schema } = await parquetMetadataAsync(file)
  expect(schema.find(({ name }) => name === 'BilledCost')).toMatchObject({
    converted_type: 'DECIMAL',
    scale: 12,
    precision: 38,
  })
  expect(await parquetReadObjects({ file })).toMatchObject([
    {
      BilledCost: 1.234567,
      InvoiceId: null,
      ChargePeriodStart: new Date('2026-11-24T00:00:00Z'),
      x_RequestCount: 1n,
    },
  ])
})

test('a spreadsheet holds the exact cost as text beside the number', async () => {
  const path = join(folder, 'focus.xlsx')
  await writeXlsx(
    path,
    jsonRows(bodyOf([{ BilledCost: COST, ServiceName: '=1+1' }])),
    tableOf('focus'),
  )
  const text = sheetOf(await readFile(path))
  expect(text).toContain('BilledCost (exact)')
  expect(text).toContain('9007.199254740993')
  expect(text).not.toContain('<f>')
})

/** Everything in the archive that is XML: local file headers of a ZIP, one after the other. */
function sheetOf(zip: Buffer): string {
  const texts: string[] = []
  for (
    let at = zip.indexOf('PK\u0001\u0002');
    at !== -1;
    at = zip.indexOf('PK\u0001\u0002', at + 1)
  ) {
    const [size, name, local] = [
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt32LE(at + 42),
    ]
    if (!zip.toString('utf8', at + 46, at + 46 + name).endsWith('.xml')) continue
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(start, start + size)
    texts.push((zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)).toString('utf8'))
  }
  return texts.join('')
}
