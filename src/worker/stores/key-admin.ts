import * as z from 'zod'
import { KEY_RANDOM_BYTES, keyWithId, newKey } from '../../access/key.ts'
import { callerOf, type ImportRequest, type KeyRequest } from '../../access/key-request.ts'
import { Caller } from '../../domain/caller.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Env } from '../env.ts'
import { tellAuthority } from './authority.ts'
import { dropKeyCache, keyCacheName } from './keys.ts'

type Database = Pick<Env, 'DB'>

/** Whether every journal has already taken note; if not, they have when their leases have run out. */
export type Effect = { readonly inForce: boolean }

/** A key as lists show it: without its hashes. */
export type KeySummary = {
  readonly caller: Caller
  readonly createdAtMs: number
  readonly revokedAtMs: number | null
  /** Until when the key before the last rotation still works. */
  readonly previousUntilMs: number | null
  readonly imported: boolean
}

/** Makes a key. The returned text of it exists nowhere else. */
export async function createKey(
  env: Database,
  request: KeyRequest,
  nowMs: number,
): Promise<{ key: string; caller: Caller }> {
  const { id, key, secretHash } = newKey(random(KEY_RANDOM_BYTES))
  const caller = callerOf(id, request)
  await putKey(env, { caller, secretHash, imported: false }, nowMs)
  return { key, caller }
}

/** Takes over a key of another gateway. Fails if that key is known already, revoked or not. */
export async function importKey(
  env: Database,
  { sha256, ...request }: ImportRequest,
  nowMs: number,
): Promise<Result<Caller, 'exists'>> {
  const caller = callerOf(newKey(random(KEY_RANDOM_BYTES)).id, request)
  const stored = await putKey(env, { caller, secretHash: sha256, imported: true }, nowMs)
  dropKeyCache(sha256)
  return stored ? ok(caller) : err('exists')
}

/** Stores a key; false if one with this secret exists. */
async function putKey(
  env: Database,
  key: { readonly caller: Caller; readonly secretHash: string; readonly imported: boolean },
  nowMs: number,
): Promise<boolean> {
  const { caller, secretHash, imported } = key
  const [, inserted] = await env.DB.batch([
    ensureTenant(env, caller.tenant),
    env.DB.prepare(
      `INSERT INTO "key" (id, tenant, secret_hash, caller, created_ms, expires_ms, imported)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE NOT EXISTS (SELECT 1 FROM "key" WHERE secret_hash = ?3 OR previous_hash = ?3)`,
    ).bind(
      caller.keyId,
      caller.tenant,
      secretHash,
      JSON.stringify(caller),
      nowMs,
      caller.expiresAtMs,
      imported ? 1 : 0,
    ),
  ])
  return inserted?.meta.changes === 1
}

/** All keys of a tenant, the newest first. */
export async function listKeys(env: Database, tenant: string): Promise<KeySummary[]> {
  const { results } = await env.DB.prepare(
    `SELECT caller, created_ms, revoked_ms, previous_until_ms, imported FROM "key"
     WHERE tenant = ?1 ORDER BY created_ms DESC, id`,
  )
    .bind(tenant)
    .all()
  return results.map((result) => {
    const row = SummaryRow.parse(result)
    return {
      caller: Caller.parse(JSON.parse(row.caller)),
      createdAtMs: row.created_ms,
      revokedAtMs: row.revoked_ms,
      previousUntilMs: row.previous_until_ms,
      imported: row.imported === 1,
    }
  })
}

const SummaryRow = z.object({
  caller: z.string(),
  created_ms: z.int(),
  revoked_ms: z.int().nullable(),
  previous_until_ms: z.int().nullable(),
  imported: z.int(),
})

/** Ends a key for good. D1 first: whatever fails after that, no cache outlives the epoch. */
export async function revokeKey(
  env: Env,
  id: string,
  nowMs: number,
): Promise<Result<Effect, 'unknown'>> {
  const changed = await changeKey(
    env,
    id,
    env.DB.prepare(
      'UPDATE "key" SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE id = ?1 RETURNING tenant, secret_hash, previous_hash',
    ).bind(id, nowMs),
  )
  return changed === undefined ? err('unknown') : ok(changed)
}

/** Gives a key a new secret under the same id. The old one works until the overlap ends; one older still, no longer. */
export async function rotateKey(
  env: Env,
  id: string,
  overlapMs: number,
  nowMs: number,
): Promise<Result<Effect & { key: string; previousUntilMs: number }, 'unknown'>> {
  const { key, secretHash } = keyWithId(id, random(32))
  const previousUntilMs = nowMs + overlapMs
  const changed = await changeKey(
    env,
    id,
    env.DB.prepare(
      `UPDATE "key" SET previous_hash = secret_hash, previous_until_ms = ?2, secret_hash = ?3
       WHERE id = ?1 AND revoked_ms IS NULL RETURNING tenant, secret_hash, previous_hash`,
    ).bind(id, previousUntilMs, secretHash),
  )
  return changed === undefined ? err('unknown') : ok({ ...changed, key, previousUntilMs })
}

const ChangedRow = z.object({
  tenant: z.string(),
  secret_hash: z.string(),
  previous_hash: z.string().nullable(),
})

/** Changes a key and moves its tenant's epoch in one transaction, then clears caches and has the journals told. */
async function changeKey(
  env: Env,
  id: string,
  change: D1PreparedStatement,
): Promise<Effect | undefined> {
  const [changed] = await env.DB.batch([
    change,
    env.DB.prepare(
      `UPDATE tenant SET key_epoch = key_epoch + 1
       WHERE id = (SELECT tenant FROM "key" WHERE id = ?1) AND changes() > 0`,
    ).bind(id),
  ])
  const [result] = changed?.results ?? []
  if (result === undefined) return undefined
  const row = ChangedRow.parse(result)
  const lookups = [id, row.secret_hash, ...(row.previous_hash === null ? [] : [row.previous_hash])]
  await Promise.all(
    lookups.map(async (lookup) => {
      dropKeyCache(lookup)
      await env.CACHE.delete(keyCacheName(lookup)).catch(() => undefined) // stale by its epoch
    }),
  )
  const inForce = await tellAuthority(env, row.tenant)
  return { inForce: typeof inForce?.keys.everywhereMs === 'number' }
}

/** A tenant must have a row before anything points at it. */
export const ensureTenant = ({ DB }: Database, tenant: string): D1PreparedStatement =>
  DB.prepare('INSERT INTO tenant (id) VALUES (?1) ON CONFLICT DO NOTHING').bind(tenant)

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
