import * as z from 'zod'
import { formatUsd } from '../../src/domain/money.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'
import { tableText } from '../lib/table-text.ts'

const Line = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const Reported = z.object({
  ledger: z.object({ through: z.number(), head: z.number() }),
  lines: z.array(Line),
})

/** Prints a report as a table in dollars, or as it came. */
export async function report(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {
    period: { type: 'string' },
    by: { type: 'string' },
  })
  const [name, ...rest] = positionals
  const { tenant, period, by, json } = values
  if (name === undefined || rest.length > 0) return wrong('say which report', usage)
  if (period === undefined) return wrong('--period: a calendar month such as 2026-11', usage)
  const query = new URLSearchParams({ tenant, period, ...(by === undefined ? {} : { by }) })
  return await withAdmin(targetOf(values.url), async (request) => {
    const path = `/admin/api/ledger/report/${encodeURIComponent(name)}?${String(query)}`
    const response = await request('GET', path)
    if (!response.ok) return await explain(response)
    const body: unknown = await response.json()
    const { ledger, lines } = Reported.parse(body)
    console.log(json ? JSON.stringify(body) : tableText(lines.map(inDollars)))
    if (ledger.through === ledger.head) return 0
    console.error(`not complete: the ledger is at entry ${ledger.through} of ${ledger.head}`)
    return 1
  })
}

type Cells = Readonly<Record<string, string>>

/** Columns that end in PicoUsd become dollars; counts that are 0 everywhere say nothing and are left to `--json`. */
const inDollars = (line: z.infer<typeof Line>): Cells =>
  Object.fromEntries(
    Object.entries(line).map(([name, value]) =>
      name.endsWith('PicoUsd') && typeof value === 'string'
        ? [`${name.slice(0, -'PicoUsd'.length)}Usd`, formatUsd(BigInt(value))]
        : [name, value === null ? '' : String(value)],
    ),
  )
