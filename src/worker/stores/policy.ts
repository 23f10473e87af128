import * as z from 'zod'
import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Env } from '../env.ts'
import { alarm } from '../observability/log.ts'
import { policyKeysOf } from '../policy-key.ts'

/** D1 holds rows of at most 2 MB: https://developers.cloudflare.com/d1/platform/limits/. */
const BUNDLE_BYTES_MAX = 1_900_000
/** A bundle is immutable under its hash, so the edge may keep it. */
const CACHE_TTL_S = 3600

const bundleName = (hash: string): string => `bundle:${hash}`
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

type Stores = Pick<Env, 'DB' | 'CACHE'>

/** A bundle's text, and who has signed it. */
type Release = { readonly text: string; readonly signatures: readonly string[] }

/**
 * Stores a bundle under the hash of its text, which is returned, and signs it if this Worker can. It is not in force yet.
 * Storing it again adds a signature if the key is another one by now.
 */
export async function putRelease(
  env: Env,
  canonicalText: string,
  nowMs: number,
): Promise<Result<string, 'too-large'>> {
  if (new TextEncoder().encode(canonicalText).length > BUNDLE_BYTES_MAX) return err('too-large')
  const hash = hashOf(canonicalText)
  const release = env.DB.prepare(
    'INSERT INTO release (hash, bundle, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
  ).bind(hash, canonicalText, nowMs)
  const keys = await policyKeysOf(env)
  const signed = await keys?.sign?.(hash)
  const signature = env.DB.prepare(
    'INSERT INTO release_signature (hash, key_id, signature, signed_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING',
  )
  await env.DB.batch([
    release,
    ...(signed === undefined ? [] : [signature.bind(hash, signed.keyId, signed.signature, nowMs)]),
  ])
  await cache(env, hash, {
    text: canonicalText,
    signatures: signed === undefined ? [] : [signed.signature],
  })
  return ok(hash)
}

/** Whether a release may be used here: it is stored, and signed where signatures are asked for. */
export async function checkRelease(
  env: Env,
  hash: string,
): Promise<Result<void, 'unknown-release' | 'not-signed'>> {
  const release = await readRecord(env, hash)
  if (release === undefined) return err('unknown-release')
  return (await isTrusted(env, hash, release)) ? ok(undefined) : err('not-signed')
}

/** Hash of the bundle that D1 says is in force; undefined if none is. The journal has the last word. */
export async function activeHash(
  env: Pick<Env, 'DB'>,
  tenant: string,
): Promise<string | undefined> {
  const hash = await env.DB.prepare('SELECT policy_hash FROM tenant WHERE id = ?1')
    .bind(tenant)
    .first('policy_hash')
  return typeof hash === 'string' ? hash : undefined
}

/**
 * The text of a bundle to look at: to show, to compare. Text that does not have the hash is never returned.
 *
 * @throws if neither KV nor D1 has it.
 */
export async function loadBundle(env: Stores, hash: string): Promise<string> {
  const release = (await readCache(env, hash)) ?? (await readRecord(env, hash))
  if (release === undefined) throw new Error(`no policy release ${hash}`)
  return release.text
}

/**
 * The text of a bundle to decide by: it has the hash, and a valid signature where a key is configured. KV is asked first,
 * and what it holds counts no more than what it proves.
 *
 * @throws if there is none: nothing can be decided then.
 */
export async function loadSignedBundle(env: Env, hash: string): Promise<string> {
  const cached = await readCache(env, hash)
  if (cached !== undefined && (await isTrusted(env, hash, cached))) return cached.text
  const stored = await readRecord(env, hash)
  if (stored === undefined) throw new Error(`no policy release ${hash}`)
  if (!(await isTrusted(env, hash, stored))) {
    throw new Error(`policy release ${hash} has no valid signature: store it again to sign it`)
  }
  await cache(env, hash, stored)
  return stored.text
}

let hasWarned = false

async function isTrusted(env: Env, hash: string, { signatures }: Release): Promise<boolean> {
  const keys = await policyKeysOf(env)
  if (keys !== undefined) return await keys.verify(hash, signatures)
  if (!hasWarned) alarm('policies are not signed: set the secret POLICY_SIGNING_KEY')
  hasWarned = true
  return true
}

const Metadata = z.object({ signatures: z.array(z.string()) })

async function readCache(env: Stores, hash: string): Promise<Release | undefined> {
  try {
    const found = await env.CACHE.getWithMetadata(bundleName(hash), { cacheTtl: CACHE_TTL_S })
    if (found.value === null || hashOf(found.value) !== hash) return undefined
    const metadata = Metadata.safeParse(found.metadata)
    return { text: found.value, signatures: metadata.success ? metadata.data.signatures : [] }
  } catch {
    return undefined // KV only saves a read of D1
  }
}

/** A cache that cannot be written costs reads of D1, and nothing else. */
async function cache(env: Stores, hash: string, { text, signatures }: Release): Promise<void> {
  const metadata = { signatures: signatures.slice(-SIGNATURES_MAX) }
  try {
    await env.CACHE.put(bundleName(hash), text, { metadata })
  } catch {
    // it is read from D1 until somebody else can
  }
}

/** KV keeps 1,024 bytes beside a value: https://developers.cloudflare.com/kv/platform/limits/. */
const SIGNATURES_MAX = 8

const ReleaseRow = z.object({ bundle: z.string(), signatures: z.string() })

async function readRecord(env: Stores, hash: string): Promise<Release | undefined> {
  const row = await env.DB.prepare(
    `SELECT bundle, (SELECT json_group_array(signature) FROM
       (SELECT signature FROM release_signature WHERE hash = ?1 ORDER BY signed_ms)) AS signatures
     FROM release WHERE hash = ?1`,
  )
    .bind(hash)
    .first()
  if (row === null) return undefined
  const { bundle, signatures } = ReleaseRow.parse(row)
  if (hashOf(bundle) !== hash) throw new Error(`policy release ${hash} has been altered`)
  return { text: bundle, signatures: z.array(z.string()).parse(JSON.parse(signatures)) }
}
