import { createHash, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { Caller } from '../domain/caller.ts'
import { err, ok, type Result } from '../domain/result.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What is stored of a key: hashes of it, and what it may do. */
export const KeyRecord = z.strictObject({
  caller: Caller,
  /** SHA-256 (hex) of the whole key, `dmk_` included. */
  secretHash: Sha256,
  /** The key before the last rotation, still good until `untilMs`. */
  previous: z.strictObject({ hash: Sha256, untilMs: z.int() }).nullable(),
  revokedAtMs: z.int().nullable(),
  /** Comes from another gateway: found by its hash. */
  imported: z.boolean(),
})
export type KeyRecord = z.infer<typeof KeyRecord>

/** Bytes of randomness that `newKey` needs: 8 for the id, 32 for the secret. */
export const KEY_RANDOM_BYTES = 40

const KEY = /^dmk_([a-z0-9]{12})_([A-Za-z0-9]{43})$/
/** Longer than any key in use; keeps hashing of nonsense cheap. */
const PRESENTED_LENGTH_MAX = 512
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const DUMMY_HASH = createHash('sha256').update('no such key').digest()

/** The parts of `dmk_<id>_<secret>`; undefined for anything else. */
export function parseKey(presented: string): { id: string; secret: string } | undefined {
  const match = KEY.exec(presented)
  const [, id, secret] = match ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** A fresh key. `key` is shown once and kept nowhere. */
export function newKey(randomBytes: Uint8Array): { id: string; key: string; secretHash: string } {
  const id = encode(randomBytes.subarray(0, 8), 36n, 12)
  return { id, ...keyWithId(id, randomBytes.subarray(8)) }
}

/** A fresh secret for an id that exists: what a rotation makes. Takes 32 random bytes. */
export function keyWithId(
  id: string,
  randomBytes: Uint8Array,
): { key: string; secretHash: string } {
  if (randomBytes.length !== 32) throw new RangeError('a secret takes 32 random bytes')
  const key = `dmk_${id}_${encode(randomBytes, 62n, 43)}`
  return { key, secretHash: hashSecret(key) }
}

/** SHA-256 (hex) of a whole key, ours or another gateway's. Keys are random, so no slow hash is needed. */
export const hashSecret = (key: string): string => createHash('sha256').update(key).digest('hex')

/** What a presented token is looked up by: the id in it, or its hash; undefined if it cannot be a key. */
export function lookupOf(presented: string): string | undefined {
  if (presented === '' || presented.length > PRESENTED_LENGTH_MAX) return undefined
  return parseKey(presented)?.id ?? hashSecret(presented)
}

/**
 * The caller that a token proves to be. Unknown, wrong, revoked and expired look the same, also on the clock: the
 * digests are compared whichever it is.
 */
export function verifyKey(
  record: KeyRecord | undefined,
  presented: string,
  nowMs: number,
): Result<Caller, 'unauthenticated'> {
  const digest = createHash('sha256').update(presented).digest()
  const isCurrent = timingSafeEqual(digest, bytesOf(record?.secretHash))
  const isPrevious = timingSafeEqual(digest, bytesOf(record?.previous?.hash))
  if (record === undefined || record.revokedAtMs !== null) return err('unauthenticated')
  const { caller, previous } = record
  if (caller.expiresAtMs !== null && caller.expiresAtMs <= nowMs) return err('unauthenticated')
  const inOverlap = previous !== null && nowMs < previous.untilMs
  return isCurrent || (isPrevious && inOverlap) ? ok(caller) : err('unauthenticated')
}

/** Hashes of records as bytes: the same few are compared on every request. */
const bytesByHash = new Map<string, Buffer>()
const BYTES_MAX = 10_000

function bytesOf(hash: string | undefined): Buffer {
  if (hash === undefined) return DUMMY_HASH
  const known = bytesByHash.get(hash)
  if (known !== undefined) return known
  const bytes = Buffer.from(hash, 'hex')
  if (bytesByHash.size >= BYTES_MAX) bytesByHash.clear()
  bytesByHash.set(hash, bytes)
  return bytes
}

function encode(bytes: Uint8Array, base: bigint, length: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (let at = 0; at < length; at++) {
    text = (BASE62[Number(rest % base)] ?? '0') + text
    rest /= base
  }
  return base === 36n ? text.toLowerCase() : text
}
