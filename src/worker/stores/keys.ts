import { waitUntil } from 'cloudflare:workers'
import * as z from 'zod'
import { KeyRecord, lookupOf, verifyKey } from '../../access/key.ts'
import { Caller } from '../../domain/caller.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Env } from '../env.ts'

/** A key as it was read, and the tenant's key epoch at that moment: under a later epoch it is read again. */
export const FoundKey = z.strictObject({
  record: KeyRecord,
  epoch: z.int(),
  readAtMs: z.int(),
})
export type FoundKey = z.infer<typeof FoundKey>

type KeyStores = Pick<Env, 'DB' | 'CACHE'>

export type Authenticated = { readonly caller: Caller; readonly keyEpoch: number }

/** Freshness rides on the key epoch, so these only bound memory and reads. */
const MEMORY_MS = 60_000
const ABSENT_MS = 5_000
const MEMORY_ENTRIES_MAX = 10_000
const KV_TTL_S = 300
/** A wrong secret for a known id is looked up again after this: the key may have been rotated elsewhere. */
const RELOAD_AFTER_MS = 5_000

type Slot = { readonly found: FoundKey | undefined; readonly untilMs: number }
const memory = new Map<string, Slot>()

/** KV key of a cached key record; `lookup` is an id or a hash, never a secret. */
export const keyCacheName = (lookup: string): string => `key:${lookup}`

/**
 * Tokens that were verified within the last seconds, and the record that they were verified against. The digest of a key
 * that comes again and again need not be computed again; a record that is read anew is another object, so nothing proven
 * under the old one counts.
 */
const proven = new Map<string, { readonly found: FoundKey; readonly untilMs: number }>()
const PROVEN_MS = 10_000
const PROVEN_MAX = 1_000

function remembersProof(presented: string, found: FoundKey, nowMs: number): boolean {
  const proof = proven.get(presented)
  return proof?.found === found && nowMs < proof.untilMs
}

function rememberProof(presented: string, found: FoundKey, nowMs: number): void {
  if (proven.size >= PROVEN_MAX) proven.clear()
  const { previous, caller } = found.record
  const ends = [previous?.untilMs, caller.expiresAtMs, nowMs + PROVEN_MS]
  proven.set(presented, {
    found,
    untilMs: Math.min(...ends.filter((end) => typeof end === 'number')),
  })
}

/** Who a token proves to be. No I/O when warm; the reason of a refusal is not told. */
export async function authenticateKey(
  env: KeyStores,
  presented: string,
  nowMs: number,
): Promise<Result<Authenticated, 'unauthenticated'>> {
  const lookup = lookupOf(presented)
  if (lookup === undefined) return err('unauthenticated')
  const found = await findKey(env, lookup, nowMs)
  if (found !== undefined && remembersProof(presented, found, nowMs)) {
    return ok({ caller: found.record.caller, keyEpoch: found.epoch })
  }
  const verified = verifyKey(found?.record, presented, nowMs)
  if (found === undefined) return err('unauthenticated')
  if (verified.ok) {
    rememberProof(presented, found, nowMs)
    return ok({ caller: verified.value, keyEpoch: found.epoch })
  }
  if (nowMs - found.readAtMs < RELOAD_AFTER_MS) return verified
  return await reauthenticateKey(env, presented, nowMs)
}

/** The same, past every cache: for when the journal says that the key epoch moved. */
export async function reauthenticateKey(
  env: KeyStores,
  presented: string,
  nowMs: number,
): Promise<Result<Authenticated, 'unauthenticated'>> {
  const lookup = lookupOf(presented)
  if (lookup === undefined) return err('unauthenticated')
  const found = await reloadKey(env, lookup, nowMs)
  const verified = verifyKey(found?.record, presented, nowMs)
  if (!verified.ok || found === undefined) return err('unauthenticated')
  return ok({ caller: verified.value, keyEpoch: found.epoch })
}

/** Looks in this isolate's memory, then KV, then D1. `lookup` comes from `lookupOf`. */
export async function findKey(
  env: KeyStores,
  lookup: string,
  nowMs: number,
): Promise<FoundKey | undefined> {
  const slot = memory.get(lookup)
  if (slot !== undefined && nowMs < slot.untilMs) return slot.found
  const cached = await readCache(env, lookup)
  if (cached === undefined) return await reloadKey(env, lookup, nowMs)
  remember(lookup, cached, nowMs)
  return cached
}

/** Reads D1 and refreshes both caches. */
async function reloadKey(
  env: KeyStores,
  lookup: string,
  nowMs: number,
): Promise<FoundKey | undefined> {
  const found = await readRecord(env, lookup, nowMs)
  remember(lookup, found, nowMs)
  if (found !== undefined) {
    const text = JSON.stringify(found)
    waitUntil(env.CACHE.put(keyCacheName(lookup), text, { expirationTtl: KV_TTL_S }))
  }
  return found
}

/** Forgets one key, or all of them, in this isolate. */
export function dropKeyCache(lookup?: string): void {
  if (lookup === undefined) memory.clear()
  else memory.delete(lookup)
}

function remember(lookup: string, found: FoundKey | undefined, nowMs: number): void {
  if (memory.size >= MEMORY_ENTRIES_MAX) {
    for (const oldest of memory.keys()) {
      memory.delete(oldest)
      break
    }
  }
  memory.delete(lookup)
  memory.set(lookup, { found, untilMs: nowMs + (found === undefined ? ABSENT_MS : MEMORY_MS) })
}

async function readCache(env: KeyStores, lookup: string): Promise<FoundKey | undefined> {
  try {
    const cached = FoundKey.safeParse(await env.CACHE.get(keyCacheName(lookup), 'json'))
    return cached.success ? cached.data : undefined
  } catch {
    return undefined // KV only saves a read of D1
  }
}

const KeyRow = z.object({
  caller: z.string(),
  secret_hash: z.string(),
  previous_hash: z.string().nullable(),
  previous_until_ms: z.int().nullable(),
  revoked_ms: z.int().nullable(),
  imported: z.int(),
  key_epoch: z.int(),
})

const SELECT_KEY = `
  SELECT k.caller, k.secret_hash, k.previous_hash, k.previous_until_ms, k.revoked_ms, k.imported, t.key_epoch
  FROM "key" k JOIN tenant t ON t.id = k.tenant`

async function readRecord(
  env: KeyStores,
  lookup: string,
  nowMs: number,
): Promise<FoundKey | undefined> {
  const where =
    lookup.length === 64
      ? 'k.imported = 1 AND (k.secret_hash = ?1 OR k.previous_hash = ?1)'
      : 'k.id = ?1'
  const row = await env.DB.prepare(`${SELECT_KEY} WHERE ${where}`).bind(lookup).first()
  if (row === null) return undefined
  const { key_epoch: epoch, ...rest } = KeyRow.parse(row)
  return { record: toRecord(rest), epoch, readAtMs: nowMs }
}

function toRecord(row: Omit<z.infer<typeof KeyRow>, 'key_epoch'>): KeyRecord {
  const { previous_hash: hash, previous_until_ms: untilMs } = row
  return {
    caller: Caller.parse(JSON.parse(row.caller)),
    secretHash: row.secret_hash,
    previous: hash === null || untilMs === null ? null : { hash, untilMs },
    revokedAtMs: row.revoked_ms,
    imported: row.imported === 1,
  }
}
