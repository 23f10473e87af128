import * as z from 'zod'
import { formatUsd } from '../../src/domain/money.ts'
import type { Local } from '../lib/local.ts'

/** What the ledger holds of one decision. */
export type Posted = {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: string
}

const Row = z.object({
  decision: z.string(),
  input: z.int().nullable(),
  output: z.int().nullable(),
  cost_pico: z.string(),
})

const Verified = z.object({
  holds: z.boolean(),
  entries: z.int(),
  findings: z.array(z.object({ check: z.string(), problem: z.string() })),
})
export type Verified = z.infer<typeof Verified>

/** Compares ledger and journal. Waits for what has just happened to arrive. */
export async function verifyBooks(local: Local): Promise<Verified> {
  const response = await local.admin('GET', '/admin/api/ledger/verify')
  if (!response.ok) throw new Error(`ledger verify answered ${response.status}`)
  return Verified.parse(await response.json())
}

/** Those of some decisions that the ledger knows, sent or refused. */
export async function recordedAmong(
  local: Local,
  decisions: readonly string[],
): Promise<ReadonlySet<string>> {
  const database = await local.miniflare.getD1Database('DB')
  const { results } = await database
    .prepare(
      `SELECT DISTINCT decision FROM journal_entry WHERE decision IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(decisions))
    .all<{ decision: string }>()
  return new Set(results.map(({ decision }) => decision))
}

/** The postings of some decisions, each summed up. */
export async function postedFor(
  local: Local,
  decisions: readonly string[],
): Promise<ReadonlyMap<string, Posted>> {
  const database = await local.miniflare.getD1Database('DB')
  const { results } = await database
    .prepare(
      `SELECT decision, cost_pico, output_tokens AS output,
         input_tokens + cached_input_tokens + cache_write_5m_tokens + cache_write_1h_tokens AS input
       FROM posting WHERE decision IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(decisions))
    .all()
  const sums = new Map<string, { input: number; output: number; pico: bigint }>()
  for (const result of results) {
    const row = Row.parse(result)
    const sum = sums.get(row.decision) ?? { input: 0, output: 0, pico: 0n }
    sums.set(row.decision, {
      input: sum.input + (row.input ?? 0),
      output: sum.output + (row.output ?? 0),
      pico: sum.pico + BigInt(row.cost_pico),
    })
  }
  return new Map(
    [...sums].map(([decision, { input, output, pico }]) => [
      decision,
      { inputTokens: input, outputTokens: output, costUsd: formatUsd(pico) },
    ]),
  )
}
