import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { Finance } from '../../src/ledger/finance.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'

/** Puts finance's file in force: how entries are read from now on. No entry changes. */
export async function finance(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {})
  const [path = join(POLICIES_DIRECTORY, 'finance.yaml'), ...rest] = positionals
  if (rest.length > 0) return wrong(`${rest.join(' ')}: not expected here`, usage)
  const checked = Finance.safeParse(parse(await readFile(path, 'utf8')))
  if (!checked.success) {
    for (const { path: field, message } of checked.error.issues)
      console.error(`${path}: ${field.join('.')}: ${message}`)
    return 2
  }
  return await withAdmin(targetOf(values.url), async (request) => {
    const query = `tenant=${encodeURIComponent(values.tenant)}`
    const response = await request('PUT', `/admin/api/ledger/finance?${query}`, checked.data)
    if (!response.ok) return await explain(response)
    const { hash } = z.object({ hash: z.string() }).parse(await response.json())
    console.log(`in force: ${hash}`)
    return 0
  })
}
