import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'
import { jsonRows, tableOf, writeParquet, writeXlsx } from '../lib/ledger-files.ts'

const TEXT_FORMATS = ['csv', 'focus', 'journal']
const FILE_FORMATS = ['parquet', 'xlsx']

/** A month of the ledger as a file: text formats on stdout or in a file, the others in a file. */
export async function exportPeriod(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {
    period: { type: 'string' },
    format: { type: 'string', default: 'csv' },
    rows: { type: 'string', default: 'focus' },
    out: { type: 'string' },
  })
  const { tenant, period, format, rows, out } = values
  if (positionals.length > 0) return wrong(`${positionals.join(' ')}: not expected here`, usage)
  if (period === undefined) return wrong('--period: a calendar month such as 2026-11', usage)
  const isFile = FILE_FORMATS.includes(format)
  if (!isFile && !TEXT_FORMATS.includes(format)) {
    return wrong(`--format: ${[...TEXT_FORMATS, ...FILE_FORMATS].join(', ')}`, usage)
  }
  if (isFile && out === undefined)
    return wrong(`--out: the file to write, as ${format} is no text`, usage)
  if (rows !== 'focus' && rows !== 'postings') return wrong('--rows: focus or postings', usage)
  const source = isFile ? (rows === 'focus' ? 'focus' : 'csv') : format
  const query = new URLSearchParams({
    tenant,
    period,
    format: source,
    as: isFile ? 'ndjson' : 'csv',
  })
  return await withAdmin(targetOf(values.url), async (request) => {
    const response = await request('GET', `/admin/api/ledger/export?${String(query)}`)
    if (!response.ok || response.body === null) return await explain(response)
    if (out === undefined) await writeText(response.body, process.stdout)
    else if (!isFile) await writeFile(response.body, out)
    else if (format === 'parquet') await writeParquet(out, jsonRows(response.body), tableOf(rows))
    else await writeXlsx(out, jsonRows(response.body), tableOf(rows))
    return isComplete(response.headers)
  })
}

function isComplete(headers: Headers): number {
  const [head, through] = [headers.get('demarc-ledger-head'), headers.get('demarc-ledger-through')]
  if (head === through) return 0
  console.error(`not complete: the ledger is at entry ${through} of ${head}; see "ledger verify"`)
  return 1
}

/** Waits where the reader is slower than the ledger. */
async function writeText(
  body: AsyncIterable<Uint8Array>,
  to: NodeJS.WritableStream,
): Promise<void> {
  for await (const chunk of body) if (!to.write(chunk)) await once(to, 'drain')
}

async function writeFile(body: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const file = createWriteStream(path)
  await writeText(body, file)
  file.end()
  await once(file, 'close')
}
