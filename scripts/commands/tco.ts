import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { formatUsd } from '../../src/domain/money.ts'
import { tcoOf, TcoInputs, type Tco, type TcoLine, type Traffic } from '../../src/ledger/tco.ts'
import type { Command } from '../demarc.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import { readOptions, targetOf } from '../lib/ledger-options.ts'
import { tableText } from '../lib/table-text.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'

const USAGE = `demarc tco --period 2026-11 [--inputs FILE] [--destination NAME] [--json]     self-host, or API?

  The traffic is the ledger's own; what self-hosting costs is in policies/tco.yaml, each figure with its source.
  --destination   only the traffic that went there; default: everything
  --input N --output N --usd X   instead of the ledger: a month's tokens, and what they cost by API
  --tenant, --url as for demarc ledger`

/** Compares a month's API spend with what the same tokens would cost on own or rented GPUs. */
export const tcoCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values } = readOptions(args, {
      period: { type: 'string' },
      inputs: { type: 'string', default: join(POLICIES_DIRECTORY, 'tco.yaml') },
      destination: { type: 'string' },
      input: { type: 'string' },
      output: { type: 'string' },
      usd: { type: 'string' },
    })
    const inputs = TcoInputs.safeParse(parse(await readFile(values.inputs, 'utf8')))
    if (!inputs.success) {
      for (const { path, message } of inputs.error.issues)
        console.error(`${values.inputs}: ${path.join('.')}: ${message}`)
      return 2
    }
    const given = givenTraffic(values.input, values.output, values.usd)
    if (given !== undefined) return print(tcoOf(given, inputs.data), inputs.data, values.json)
    if (values.period === undefined)
      return wrong('--period: a calendar month such as 2026-11', USAGE)
    const query = new URLSearchParams({
      tenant: values.tenant,
      period: values.period,
      by: 'destination',
    })
    return await withAdmin(targetOf(values.url), async (request) => {
      const response = await request('GET', `/admin/api/ledger/report/statement?${String(query)}`)
      if (!response.ok) return await explain(response)
      const traffic = trafficOf(Statement.parse(await response.json()).lines, values.destination)
      return print(tcoOf(traffic, inputs.data), inputs.data, values.json)
    })
  },
}

const Statement = z.object({
  lines: z.array(
    z.object({
      key: z.string(),
      input_tokens: z.number(),
      cached_input_tokens: z.number(),
      cache_write_5m_tokens: z.number(),
      cache_write_1h_tokens: z.number(),
      output_tokens: z.number(),
      costPicoUsd: z.string(),
    }),
  ),
})

function trafficOf(
  lines: z.infer<typeof Statement>['lines'],
  destination: string | undefined,
): Traffic {
  const own = lines.filter(({ key }) => destination === undefined || key === destination)
  const sum = (pick: (line: (typeof lines)[number]) => number): bigint =>
    own.reduce((all, line) => all + BigInt(pick(line)), 0n)
  return {
    inputTokens: sum(
      (line) => line.input_tokens + line.cache_write_5m_tokens + line.cache_write_1h_tokens,
    ),
    cachedInputTokens: sum((line) => line.cached_input_tokens),
    outputTokens: sum((line) => line.output_tokens),
    apiPicoUsd: own.reduce((all, { costPicoUsd }) => all + BigInt(costPicoUsd), 0n),
  }
}

function givenTraffic(
  input: string | undefined,
  output: string | undefined,
  usd: string | undefined,
): Traffic | undefined {
  if (input === undefined || output === undefined || usd === undefined) return undefined
  const dollars = /^\d{1,9}$/.test(usd) ? BigInt(usd) : undefined
  if (dollars === undefined || !/^\d+$/.test(input) || !/^\d+$/.test(output)) {
    throw new Error('--input, --output and --usd: whole numbers')
  }
  return {
    inputTokens: BigInt(input),
    cachedInputTokens: 0n,
    outputTokens: BigInt(output),
    apiPicoUsd: dollars * 1_000_000_000_000n,
  }
}

const dollars = (picoUsd: bigint): string => Number(formatUsd(picoUsd)).toFixed(2)
const times = (hundredths: bigint | null): string =>
  hundredths === null ? 'over 1000 x' : `${Number(hundredths) / 100} x`

const cellsOf = (line: TcoLine): Record<string, string> => ({
  host: line.host,
  setup: line.fits ? line.setup : `${line.setup} (does not fit)`,
  gpus: String(line.gpus),
  'usd/month': dollars(line.selfPicoUsdPerMonth),
  'usd/M tokens': dollars(line.selfPicoUsdPerMTok),
  'API usd/M': dollars(line.apiPicoUsdPerMTok),
  'cheaper from': times(line.breakEvenE2),
})

function print(tco: Tco, inputs: TcoInputs, json: boolean): number {
  if (json) {
    console.log(
      JSON.stringify(tco, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    )
    return 0
  }
  console.log(tableText(tco.lines.map(cellsOf)))
  console.log('\nthe cheapest, at multiples of this traffic (usd a month)')
  console.log(
    tableText(
      tco.curve.map((each) => ({
        traffic: times(each.timesE2),
        API: dollars(each.apiPicoUsd),
        'self-hosted': dollars(each.selfPicoUsd),
      })),
    ),
  )
  console.log('\nwhat decides: the cheapest with one input changed')
  console.log(tableText(tco.sensitivity.map(({ change, line }) => ({ change, ...cellsOf(line) }))))
  console.log('\nsources')
  for (const { name, microUsdPerGpuHour } of inputs.hosts)
    console.log(`  ${name}: ${microUsdPerGpuHour.source}`)
  for (const setup of inputs.setups) {
    console.log(`  ${setup.name}: reads: ${setup.inputTokensPerS.source}`)
    console.log(`  ${setup.name}: writes: ${setup.outputTokensPerS.source}`)
  }
  for (const [name, { source }] of Object.entries({
    utilisation: inputs.utilisationBasisPoints,
    peak: inputs.peakE2,
    replicas: inputs.replicasMin,
    staff: inputs.staffMicroUsdPerMonth,
  }))
    console.log(`  ${name}: ${source}`)
  return 0
}
