import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { formatUsd } from '../../src/domain/money.ts'
import { INVOICE_FORMATS } from '../../src/ledger/invoices/index.ts'
import { csvObjects } from '../../src/ledger/invoices/table.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'

const Reconciled = z.object({
  run: z.string(),
  proposed: z.number(),
  booked: z.array(z.number()),
  variances: z.array(
    z.object({
      day: z.string(),
      model: z.string(),
      requestId: z.string().nullable(),
      ledgerPicoUsd: z.string(),
      invoicePicoUsd: z.string(),
      differencePicoUsd: z.string(),
      reason: z.string(),
    }),
  ),
})

/** Compares an invoice or usage report with the ledger; with `--post` books the differences. Exit 1 if there are any. */
export async function reconcile(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {
    destination: { type: 'string' },
    format: { type: 'string' },
    post: { type: 'boolean', default: false },
    reason: { type: 'string' },
  })
  const [path, ...rest] = positionals
  const { tenant, destination, post, reason, json } = values
  if (path === undefined || rest.length > 0) return wrong('say one FILE', usage)
  if (destination === undefined) return wrong('--destination: who sent it, such as openai', usage)
  if (post && reason === undefined) return wrong('--reason: why, in a sentence', usage)
  const text = await readFile(path, 'utf8')
  const content = contentOf(text)
  const format =
    values.format ??
    Object.keys(INVOICE_FORMATS).find((name) => INVOICE_FORMATS[name]?.recognise(content))
  const reader =
    format === undefined || !Object.hasOwn(INVOICE_FORMATS, format)
      ? undefined
      : INVOICE_FORMATS[format]
  if (format === undefined || reader === undefined) {
    return wrong(`--format: one of ${Object.keys(INVOICE_FORMATS).join(', ')}`, usage)
  }
  const lines = reader.read(content)
  if (!lines.ok) return wrong(`${path}: not ${format}: ${lines.error}`, usage)
  const fileHash = createHash('sha256').update(text).digest('hex')
  return await withAdmin(targetOf(values.url), async (request) => {
    const body = {
      tenant,
      destination,
      format,
      fileHash,
      lines: lines.value,
      post,
      reason: reason ?? 'compared only',
    }
    const response = await request('POST', '/admin/api/ledger/reconcile', body)
    if (!response.ok) return await explain(response)
    const answer = Reconciled.parse(await response.json())
    if (json) console.log(JSON.stringify(answer))
    else print(answer)
    return answer.proposed === 0 || answer.booked.length > 0 ? 0 : 1
  })
}

/** JSON, JSON lines or CSV. */
function contentOf(text: string): unknown {
  const start = text.trimStart()[0]
  if (start !== '{' && start !== '[') return csvObjects(text)
  try {
    return JSON.parse(text)
  } catch {
    return text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  }
}

function print({ run, variances, proposed, booked }: z.infer<typeof Reconciled>): void {
  const told = variances.filter(({ reason }) => reason !== 'match')
  for (const {
    day,
    model,
    requestId,
    ledgerPicoUsd,
    invoicePicoUsd,
    differencePicoUsd,
    reason,
  } of told) {
    const [ours, theirs, difference] = [ledgerPicoUsd, invoicePicoUsd, differencePicoUsd].map(
      (pico) => formatUsd(BigInt(pico)),
    )
    console.log(
      `${day} ${requestId ?? model}: ledger ${ours}, invoice ${theirs}, difference ${difference} USD: ${reason}`,
    )
  }
  console.log(
    `${run}: ${variances.length - told.length} of ${variances.length} agree, ${proposed} entries would settle the rest`,
  )
  if (booked.length > 0) console.log(`booked as entries ${booked.join(', ')}`)
}
