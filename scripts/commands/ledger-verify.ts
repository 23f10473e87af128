import * as z from 'zod'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'

const Verified = z.object({
  tenant: z.string(),
  holds: z.boolean(),
  findings: z.array(z.object({ check: z.string(), problem: z.string() })),
  entries: z.number(),
  headHash: z.string(),
  postedUsd: z.string(),
})

/** Compares the ledger with the journal, entry by entry. */
export async function verify(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readOptions(args, {})
  if (positionals.length > 0) return wrong(`${positionals.join(' ')}: not expected here`, usage)
  return await withAdmin(targetOf(values.url), async (request) => {
    const path = `/admin/api/ledger/verify?tenant=${encodeURIComponent(values.tenant)}`
    const response = await request('GET', path)
    if (!response.ok) return await explain(response)
    const audit = Verified.parse(await response.json())
    if (values.json) console.log(JSON.stringify(audit))
    else report(audit)
    return audit.holds ? 0 : 1
  })
}

function report(audit: z.infer<typeof Verified>): void {
  const { tenant, holds, findings, entries, headHash, postedUsd } = audit
  const what = `${entries} entries of tenant ${tenant}, ${postedUsd} USD posted, head ${headHash}`
  console.log(holds ? `holds: ${what}` : `does not hold: ${what}`)
  for (const { check, problem } of findings) console.log(`  ${check}: ${problem}`)
}
