import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'

/** Books the corrections of a file: a JSON list. The same file is booked once, however often it is sent. */
export async function correct(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, { reason: { type: 'string' } })
  const [path, ...rest] = positionals
  const { tenant, reason } = values
  if (path === undefined || rest.length > 0) return wrong('say one FILE', usage)
  if (reason === undefined) return wrong('--reason: why, in a sentence', usage)
  const text = await readFile(path, 'utf8')
  const corrections: unknown = JSON.parse(text)
  const batch = `correction-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  return await withAdmin(targetOf(values.url), async (request) => {
    const body = { tenant, batch, reason, corrections }
    const response = await request('POST', '/admin/api/ledger/corrections', body)
    if (!response.ok) return await explain(response)
    const { entries } = z.object({ entries: z.array(z.number()) }).parse(await response.json())
    console.log(`batch ${batch}: entries ${entries.join(', ')}`)
    return 0
  })
}
