import * as z from 'zod'
import { createHmac, hkdfSync } from 'node:crypto'
import { variable, type Env } from '../env.ts'

/**
 * Keys of personal detail in records: one for each subject, app and day. The secret RECORD_KEY wraps them, and hashes the
 * names of subjects; without it there are none.
 */
type Vault = { readonly wrapping: CryptoKey; readonly hashing: Buffer }

const vaults = new Map<string, Promise<Vault>>()
const SECRET_LENGTH_MIN = 16
const AES = 'AES-GCM'
const IV_BYTES = 12

/** Undefined if RECORD_KEY is not set, or too short to protect anything. */
export function vaultOf(env: Env): Promise<Vault> | undefined {
  const secret = variable(env, 'RECORD_KEY')
  if (secret === undefined || secret.length < SECRET_LENGTH_MIN) return undefined
  const known = vaults.get(secret)
  if (known !== undefined) return known
  const opened = openVault(secret)
  vaults.set(secret, opened)
  return opened
}

async function openVault(secret: string): Promise<Vault> {
  const derived = (purpose: string): ArrayBuffer =>
    hkdfSync('sha256', secret, 'demarc-records', purpose, 32)
  const wrapping = await crypto.subtle.importKey('raw', derived('wrap'), AES, false, [
    'encrypt',
    'decrypt',
  ])
  return { wrapping, hashing: Buffer.from(derived('subject')) }
}

/** A subject's name as the key table holds it. */
export const subjectHash = ({ hashing }: Vault, tenant: string, subject: string): string =>
  createHmac('sha256', hashing).update(`${tenant}\n${subject}`).digest('hex')

/** A key to encrypt with. */
export type SubjectKey = { readonly id: string; readonly key: CryptoKey }

export type KeyOwner = {
  readonly tenant: string
  /** As the caller wrote it; empty for nobody. */
  readonly subject: string
  readonly app: string
  /** UTC. */
  readonly day: string
}

type Cached = { readonly key: Promise<SubjectKey>; readonly untilMs: number }

const cached = new Map<string, Cached>()
const CACHED_MAX = 5_000
/** So long an isolate may go on with a key that has been destroyed: what it writes then is erased already. */
const CACHED_MS = 60_000

/** The key of a subject for a day, made if there is none. One read of D1 for each isolate, subject, app and day. */
export async function subjectKey(
  env: Env,
  vault: Vault,
  owner: KeyOwner,
  nowMs: number,
): Promise<SubjectKey> {
  const name = JSON.stringify(owner)
  const known = cached.get(name)
  if (known !== undefined && nowMs < known.untilMs) return await known.key
  const key = findOrMake(env, vault, owner, nowMs)
  if (cached.size >= CACHED_MAX) cached.clear()
  cached.set(name, { key, untilMs: nowMs + CACHED_MS })
  try {
    return await key
  } catch (error) {
    cached.delete(name)
    throw error
  }
}

const KeyRow = z.object({ id: z.string(), wrapped: z.string() })

async function findOrMake(
  env: Env,
  vault: Vault,
  { tenant, subject, app, day }: KeyOwner,
  nowMs: number,
): Promise<SubjectKey> {
  const hash = subjectHash(vault, tenant, subject)
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  const raw = crypto.getRandomValues(new Uint8Array(32))
  const wrapped = await seal(vault.wrapping, raw, `${tenant} ${id}`)
  const [, found] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO subject_key (tenant, id, subject, app, day, wrapped, created_ms)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`,
    ).bind(tenant, id, hash, app, day, wrapped, nowMs),
    env.DB.prepare(
      `SELECT id, wrapped FROM subject_key
       WHERE tenant = ?1 AND subject = ?2 AND app = ?3 AND day = ?4 AND wrapped IS NOT NULL`,
    ).bind(tenant, hash, app, day),
  ])
  const row = KeyRow.parse(found?.results[0])
  return { id: row.id, key: await unwrap(vault, tenant, row) }
}

async function unwrap(
  { wrapping }: Vault,
  tenant: string,
  { id, wrapped }: z.infer<typeof KeyRow>,
): Promise<CryptoKey> {
  const raw = await unseal(wrapping, wrapped, `${tenant} ${id}`)
  return await crypto.subtle.importKey('raw', raw, AES, false, ['encrypt', 'decrypt'])
}

/**
 * Keys by id, as far as they have not been destroyed; undefined for one that another RECORD_KEY has wrapped. Not cached: what
 * was erased a moment ago is not shown.
 */
export async function keysById(
  env: Env,
  vault: Vault,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CryptoKey | undefined>> {
  const { results } = await env.DB.prepare(
    `SELECT id, wrapped FROM subject_key
     WHERE tenant = ?1 AND id IN (SELECT value FROM json_each(?2)) AND wrapped IS NOT NULL`,
  )
    .bind(tenant, JSON.stringify(ids))
    .all()
  const keys = new Map<string, CryptoKey | undefined>()
  for (const result of results) {
    const row = KeyRow.parse(result)
    keys.set(row.id, await unwrap(vault, tenant, row).catch(() => undefined))
  }
  return keys
}

/** AES-256-GCM with a random nonce before it, in base64url. `bound` must be the same for decrypting. */
export async function seal(key: CryptoKey, data: Uint8Array, bound: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const additionalData = new TextEncoder().encode(bound)
  const sealed = await crypto.subtle.encrypt({ name: AES, iv, additionalData }, key, data)
  return Buffer.concat([iv, new Uint8Array(sealed)]).toString('base64url')
}

/** @throws OperationError if it was sealed with another key or for something else, or was changed. */
export async function unseal(key: CryptoKey, text: string, bound: string): Promise<ArrayBuffer> {
  const bytes = Buffer.from(text, 'base64url')
  const [iv, data] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES)]
  const additionalData = new TextEncoder().encode(bound)
  return await crypto.subtle.decrypt({ name: AES, iv, additionalData }, key, data)
}
