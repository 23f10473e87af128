import { parseArgs, type ParseArgsConfig } from 'node:util'
import * as z from 'zod'
import type { Command } from '../demarc.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'

const USAGE = `demarc ledger export --period 2026-11 [--format csv]   one row per closed attempt, on stdout
demarc ledger verify [--json]                          compare the ledger with the journal, entry by entry

  --tenant NAME   default: default
  --url URL       a deployed Demarc; default: the local one

exit: 0 holds · 1 does not hold, or the export is not complete · 2 cannot run`

const OPTIONS = {
  url: { type: 'string' },
  tenant: { type: 'string', default: 'default' },
  period: { type: 'string' },
  format: { type: 'string', default: 'csv' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options']

/** Exports and verifies the books. */
export const ledgerCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    })
    const [action, ...rest] = positionals
    const { url, tenant, period, format, json } = values
    const options = url === undefined ? {} : { url }
    if (rest.length > 0) return wrong(`${rest.join(' ')}: not expected here`, USAGE)
    if (action === 'verify') return await verify(options, tenant, json)
    if (action !== 'export') return wrong('say export or verify', USAGE)
    if (period === undefined) return wrong('--period: a calendar month such as 2026-11', USAGE)
    return await exportPeriod(options, new URLSearchParams({ tenant, period, format }))
  },
}

type Target = { url?: string }

async function exportPeriod(target: Target, query: URLSearchParams): Promise<number> {
  return await withAdmin(target, async (request) => {
    const response = await request('GET', `/admin/api/ledger/export?${String(query)}`)
    if (!response.ok || response.body === null) return await explain(response)
    const decoder = new TextDecoder()
    for await (const chunk of response.body) {
      process.stdout.write(decoder.decode(chunk, { stream: true }))
    }
    process.stdout.write(decoder.decode())
    const head = response.headers.get('demarc-ledger-head')
    const through = response.headers.get('demarc-ledger-through')
    if (head === through) return 0
    console.error(`not complete: the ledger is at entry ${through} of ${head}; see "ledger verify"`)
    return 1
  })
}

const Verified = z.object({
  tenant: z.string(),
  holds: z.boolean(),
  findings: z.array(z.object({ check: z.string(), problem: z.string() })),
  entries: z.number(),
  headHash: z.string(),
  postedUsd: z.string(),
})

async function verify(target: Target, tenant: string, json: boolean): Promise<number> {
  return await withAdmin(target, async (request) => {
    const path = `/admin/api/ledger/verify?tenant=${encodeURIComponent(tenant)}`
    const response = await request('GET', path)
    if (!response.ok) return await explain(response)
    const audit = Verified.parse(await response.json())
    if (json) console.log(JSON.stringify(audit))
    else report(audit)
    return audit.holds ? 0 : 1
  })
}

function report({
  tenant,
  holds,
  findings,
  entries,
  headHash,
  postedUsd,
}: z.infer<typeof Verified>): void {
  const what = `${entries} entries of tenant ${tenant}, ${postedUsd} USD posted, head ${headHash}`
  console.log(holds ? `holds: ${what}` : `does not hold: ${what}`)
  for (const { check, problem } of findings) console.log(`  ${check}: ${problem}`)
}
