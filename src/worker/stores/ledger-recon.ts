import type { LedgerRequest, Variance } from '../../ledger/reconcile.ts'
import { dayOf, TOKEN_METERS } from '../../ledger/rollup.ts'
import type { Env } from '../env.ts'
import type { Months } from './ledger-reports.ts'

type Database = Pick<Env, 'DB'>

/** Keeps a comparison: the same file again changes nothing, so a run is what was found the first time. */
export async function storeRun(
  env: Database,
  given: {
    readonly tenant: string
    readonly run: string
    readonly format: string
    readonly destination: string
    readonly fileHash: string
    readonly nowMs: number
    readonly variances: readonly Variance[]
  },
): Promise<void> {
  const { tenant, run, format, destination, fileHash, nowMs, variances } = given
  const lines = variances.map((each) =>
    JSON.stringify(each, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  )
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO recon_run (id, tenant, format, destination, file_hash, created_ms)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    ).bind(run, tenant, format, destination, fileHash, nowMs),
    env.DB.prepare(
      `INSERT INTO recon_line (tenant, run, line, body)
       SELECT ?1, ?2, key + 1, value FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING`,
    ).bind(tenant, run, JSON.stringify(lines)),
  ])
}

/** Requests that the ledger has of a destination, by the provider's own id. Reads the months: not for interactive use. */
export async function requestsAt(
  env: Database,
  tenant: string,
  destination: string,
  { from, to }: Months,
): Promise<readonly LedgerRequest[]> {
  const { results } = await env.DB.prepare(
    `SELECT upstream_request_id AS requestId, MIN(posted_ms) AS atMs, MIN(model) AS model,
       CAST(SUM(CAST(cost_pico AS INTEGER)) AS TEXT) AS cost,
       SUM(${TOKEN_METERS.map((name) => `COALESCE(${name}, 0)`).join(' + ')}) AS tokens
     FROM posting
     WHERE tenant = ?1 AND period >= ?2 AND period <= ?3 AND destination = ?4 AND upstream_request_id IS NOT NULL
     GROUP BY upstream_request_id`,
  )
    .bind(tenant, from, to, destination)
    .all<{ requestId: string; atMs: number; model: string; cost: string; tokens: number }>()
  return results.map(({ requestId, atMs, model, cost, tokens }) => ({
    requestId,
    day: dayOf(atMs),
    model,
    costPicoUsd: BigInt(cost),
    tokens: BigInt(tokens),
  }))
}
