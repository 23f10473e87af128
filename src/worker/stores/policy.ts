import * as z from 'zod'
import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Env } from '../env.ts'
import { ensureTenant, type Effect } from './key-admin.ts'
import { refreshJournal } from './journal.ts'

type Stores = Pick<Env, 'DB' | 'CACHE'>

/** D1 holds rows of at most 2 MB: https://developers.cloudflare.com/d1/platform/limits/. */
const BUNDLE_BYTES_MAX = 1_900_000
/** A bundle is immutable under its hash, so the edge may keep it. */
const CACHE_TTL_S = 3600

const bundleName = (hash: string): string => `bundle:${hash}`
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Stores a bundle under the hash of its text, which is returned. It is not in force yet. */
export async function putRelease(
  env: Stores,
  canonicalText: string,
  nowMs: number,
): Promise<Result<string, 'too-large'>> {
  if (new TextEncoder().encode(canonicalText).length > BUNDLE_BYTES_MAX) return err('too-large')
  const hash = hashOf(canonicalText)
  await env.DB.prepare(
    'INSERT INTO release (hash, bundle, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
  )
    .bind(hash, canonicalText, nowMs)
    .run()
  await env.CACHE.put(bundleName(hash), canonicalText)
  return ok(hash)
}

/** Puts a stored release in force for a tenant. */
export async function activate(
  env: Env,
  tenant: string,
  hash: string,
  nowMs: number,
  change: PolicyChange = 'unknown',
): Promise<Result<Effect, 'unknown-release'>> {
  const release = await env.DB.prepare('SELECT 1 FROM release WHERE hash = ?1').bind(hash).first()
  if (release === null) return err('unknown-release')
  await env.DB.batch([
    ensureTenant(env, tenant),
    env.DB.prepare('UPDATE tenant SET policy_hash = ?2 WHERE id = ?1').bind(tenant, hash),
    env.DB.prepare(
      'INSERT INTO activation (tenant, hash, change, activated_ms) VALUES (?1, ?2, ?3, ?4)',
    ).bind(tenant, hash, change, nowMs),
  ])
  return ok({ inForce: await refreshJournal(env, tenant) })
}

/** What an activation means beside the policy before it. */
export type PolicyChange = 'first' | 'loosened' | 'tightened' | 'same-meaning' | 'unknown'

const ActivationRow = z.object({
  version: z.int().positive(),
  hash: z.string(),
  change: z.string(),
  activated_ms: z.int(),
})

/** Every activation of a tenant, numbered from 1, the newest first. */
export async function activations(
  env: Pick<Env, 'DB'>,
  tenant: string,
): Promise<z.infer<typeof ActivationRow>[]> {
  const { results } = await env.DB.prepare(
    `SELECT ROW_NUMBER() OVER (ORDER BY id) AS version, hash, change, activated_ms
     FROM activation WHERE tenant = ?1 ORDER BY id DESC`,
  )
    .bind(tenant)
    .all()
  return results.map((row) => ActivationRow.parse(row))
}

/** Hash of the bundle that D1 says is in force; undefined if none is. The journal has the last word. */
export async function activeHash(env: Stores, tenant: string): Promise<string | undefined> {
  const hash = await env.DB.prepare('SELECT policy_hash FROM tenant WHERE id = ?1')
    .bind(tenant)
    .first('policy_hash')
  return typeof hash === 'string' ? hash : undefined
}

/**
 * The text of a bundle, from KV or else D1. Text that does not have the hash is never returned.
 *
 * @throws if neither has it: nothing can be decided then.
 */
export async function loadBundle(env: Stores, hash: string): Promise<string> {
  const cached = await readCache(env, hash)
  if (cached !== null && hashOf(cached) === hash) return cached
  const stored = await env.DB.prepare('SELECT bundle FROM release WHERE hash = ?1')
    .bind(hash)
    .first('bundle')
  if (typeof stored !== 'string') throw new Error(`no policy release ${hash}`)
  if (hashOf(stored) !== hash) throw new Error(`policy release ${hash} has been altered`)
  await env.CACHE.put(bundleName(hash), stored)
  return stored
}

async function readCache(env: Stores, hash: string): Promise<string | null> {
  try {
    return await env.CACHE.get(bundleName(hash), { cacheTtl: CACHE_TTL_S })
  } catch {
    return null // KV only saves a read of D1
  }
}
