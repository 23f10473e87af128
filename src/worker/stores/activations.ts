import * as z from 'zod'
import { err, ok, type Result } from '../../domain/result.ts'
import { Settled, type Recorded } from '../../journal/authority.ts'
import type { Env } from '../env.ts'
import { ensureTenant } from './key-admin.ts'

/** What an activation means beside the policy before it. */
export type PolicyChange = 'first' | 'loosened' | 'tightened' | 'same-meaning' | 'unknown'

/** An activation as it goes on record. */
export type ActivationRecord = {
  /** Carried out twice, it counts once. */
  readonly order: string
  readonly hash: string
  readonly by: string
  readonly change: PolicyChange
  /** Refused unless this is in force (null: none); undefined: whatever is. */
  readonly base?: string | null | undefined
}

type Database = Pick<Env, 'DB'>

/** Puts an activation on record and answers its version. It is in force when the authority says so. */
export async function recordActivation(
  env: Database,
  tenant: string,
  { order, hash, by, change, base }: ActivationRecord,
  nowMs: number,
): Promise<Result<number, 'base-moved'>> {
  const [, , moved, known] = await env.DB.batch([
    ensureTenant(env, tenant),
    env.DB.prepare(
      `INSERT INTO activation (tenant, hash, change, activated_ms, activated_by, order_id)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6
       WHERE NOT EXISTS (SELECT 1 FROM activation WHERE tenant = ?1 AND order_id = ?6)
         AND (?7 = 0 OR (SELECT policy_hash FROM tenant WHERE id = ?1) IS ?8)`,
    ).bind(tenant, hash, change, nowMs, by, order, base === undefined ? 0 : 1, base ?? null),
    env.DB.prepare(
      `UPDATE tenant SET policy_hash = ?2, policy_version = policy_version + 1
       WHERE id = ?1 AND changes() > 0 RETURNING policy_version AS version`,
    ).bind(tenant, hash),
    env.DB.prepare(
      `SELECT COUNT(*) AS version FROM activation WHERE tenant = ?1
         AND id <= (SELECT id FROM activation WHERE tenant = ?1 AND order_id = ?2)`,
    ).bind(tenant, order),
  ])
  const [row] = [...(moved?.results ?? []), ...(known?.results ?? [])]
  const { version } = VersionRow.parse(row)
  return version === 0 ? err('base-moved') : ok(version)
}

const VersionRow = z.object({ version: z.int().nonnegative() })

const RecordedRow = z.object({
  policy_hash: z.string().nullable(),
  policy_version: z.int(),
  key_epoch: z.int(),
})

/** What the record says is in force for a tenant. */
export async function recorded(env: Database, tenant: string): Promise<Recorded> {
  const row = await env.DB.prepare(
    'SELECT policy_hash, policy_version, key_epoch FROM tenant WHERE id = ?1',
  )
    .bind(tenant)
    .first()
  if (row === null) return { version: 0, policyHash: null, keyEpoch: 0 }
  const {
    policy_hash: policyHash,
    policy_version: version,
    key_epoch: keyEpoch,
  } = RecordedRow.parse(row)
  return { version, policyHash, keyEpoch }
}

/** Records what is in force everywhere. Safe to repeat. */
export async function recordInForce(
  env: Database,
  tenant: string,
  settled: readonly Settled[],
): Promise<void> {
  const insert = env.DB.prepare(
    `INSERT INTO in_force (tenant, term, version, policy_hash, key_epoch, since_ms, everywhere_ms, proofs)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING`,
  )
  await env.DB.batch(
    settled.map(({ term, sinceMs, everywhereMs, proofs }) =>
      insert.bind(
        tenant,
        term.number,
        term.version,
        term.policyHash,
        term.keyEpoch,
        sinceMs,
        everywhereMs,
        JSON.stringify(proofs),
      ),
    ),
  )
}

const SettledRow = z.object({
  term: z.int(),
  version: z.int(),
  policy_hash: z.string().nullable(),
  key_epoch: z.int(),
  since_ms: z.int(),
  everywhere_ms: z.int(),
  proofs: z.string(),
})

/** Every term that was recorded as in force everywhere, the oldest first. */
export async function settledTerms(env: Database, tenant: string): Promise<Settled[]> {
  const { results } = await env.DB.prepare(
    `SELECT term, version, policy_hash, key_epoch, since_ms, everywhere_ms, proofs FROM in_force
     WHERE tenant = ?1 ORDER BY term`,
  )
    .bind(tenant)
    .all()
  return results.map((result) => {
    const { term: number, version, proofs, ...row } = SettledRow.parse(result)
    return Settled.parse({
      term: { number, version, policyHash: row.policy_hash, keyEpoch: row.key_epoch },
      sinceMs: row.since_ms,
      everywhereMs: row.everywhere_ms,
      proofs: JSON.parse(proofs),
    })
  })
}

const InForceRow = z.object({
  version: z.int(),
  hash: z.string().nullable(),
  everywhere_ms: z.int(),
})

/** What was recorded last as in force everywhere. */
export async function lastInForce(
  env: Database,
  tenant: string,
): Promise<{ version: number; hash: string | null; everywhereSince: string } | undefined> {
  const row = await env.DB.prepare(
    `SELECT version, policy_hash AS hash, everywhere_ms FROM in_force WHERE tenant = ?1
     ORDER BY term DESC LIMIT 1`,
  )
    .bind(tenant)
    .first()
  if (row === null) return undefined
  const { everywhere_ms: everywhereMs, ...rest } = InForceRow.parse(row)
  return { ...rest, everywhereSince: new Date(everywhereMs).toISOString() }
}

const ActivationRow = z.object({
  version: z.int().positive(),
  hash: z.string(),
  change: z.string(),
  by: z.string(),
  activated_ms: z.int(),
  everywhere_ms: z.int().nullable(),
})

/** One activation of a tenant's policy. */
export type Version = Omit<z.infer<typeof ActivationRow>, 'everywhere_ms'> & {
  /** Null if it never was, or is not yet on record. */
  readonly everywhereSince: string | null
}

/** Every activation of a tenant, numbered from 1, the newest first. */
export async function activations(env: Database, tenant: string): Promise<Version[]> {
  const { results } = await env.DB.prepare(
    `SELECT version, hash, change, activated_by AS "by", activated_ms, everywhere_ms FROM
       (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS version, hash, change, activated_by, activated_ms
        FROM activation WHERE tenant = ?1)
     LEFT JOIN (SELECT version, MIN(everywhere_ms) AS everywhere_ms FROM in_force
        WHERE tenant = ?1 GROUP BY version) USING (version)
     ORDER BY id DESC`,
  )
    .bind(tenant)
    .all()
  return results.map((row) => {
    const { everywhere_ms: sinceMs, ...rest } = ActivationRow.parse(row)
    return { ...rest, everywhereSince: sinceMs === null ? null : new Date(sinceMs).toISOString() }
  })
}
