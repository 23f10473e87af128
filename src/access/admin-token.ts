import { createHash, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { may, ROLES, type Actor } from './actor.ts'

/** Bytes of randomness that `newAdminToken` needs: 8 for the id, 32 for the secret. */
export const ADMIN_TOKEN_RANDOM_BYTES = 40

const TOKEN = /^dma_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/
const DUMMY_HASH = createHash('sha256').update('no such token').digest()
const DAY_MS = 86_400_000

/** Somebody has to look at an automation once a year. */
const TOKEN_DAYS_MAX = 366
const TOKEN_DAYS = 90

const Name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  message: 'lower-case letters, digits, dot, dash and underscore; at most 64 characters',
})

const Roles = z
  .array(z.enum(ROLES, { message: `some of ${ROLES.join(', ')}` }))
  .min(1, { message: 'at least one role' })
  .transform((roles) => [...new Set(roles)].toSorted())
const Apps = z.array(Name).max(100).default([])

/** What somebody asks for when they make a token for an automation. */
export const AdminTokenRequest = z.strictObject({
  /** `admin` is the bearer of ADMIN_TOKEN. */
  name: Name.refine((name) => name !== 'admin', { message: 'another name than admin' }),
  roles: Roles,
  /** The apps whose decisions it sees, if it is only a developer's. */
  apps: Apps,
  days: z.int().min(1).max(TOKEN_DAYS_MAX).default(TOKEN_DAYS),
})
export type AdminTokenRequest = z.infer<typeof AdminTokenRequest>

/** What somebody is given: roles, and for developers the apps they belong to. */
export const Grant = z.strictObject({ roles: Roles, apps: Apps })
export type Grant = z.infer<typeof Grant>

/** What is stored of a token. */
export const AdminTokenRecord = Grant.extend({
  id: z.string(),
  name: z.string(),
  /** SHA-256 (hex) of the whole token. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  createdBy: z.string(),
  createdAtMs: z.int(),
  expiresAtMs: z.int(),
  revokedAtMs: z.int().nullable(),
})
export type AdminTokenRecord = z.infer<typeof AdminTokenRecord>

/** A fresh token, `dma_<id>_<secret>`. `token` is shown once and kept nowhere. */
export function newAdminToken(
  { name, roles, apps, days }: AdminTokenRequest,
  createdBy: Actor,
  randomBytes: Uint8Array,
  nowMs: number,
): { readonly token: string; readonly record: AdminTokenRecord } {
  if (randomBytes.length !== ADMIN_TOKEN_RANDOM_BYTES) {
    throw new RangeError(`a token takes ${ADMIN_TOKEN_RANDOM_BYTES} random bytes`)
  }
  const id = Buffer.from(randomBytes.subarray(0, 8)).toString('hex')
  const token = `dma_${id}_${Buffer.from(randomBytes.subarray(8)).toString('base64url')}`
  return {
    token,
    record: {
      id,
      name,
      roles,
      apps,
      secretHash: createHash('sha256').update(token).digest('hex'),
      createdBy: createdBy.id,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + days * DAY_MS,
      revokedAtMs: null,
    },
  }
}

/** The id in a token; undefined for what is not one of ours. */
export const adminTokenId = (presented: string): string | undefined => TOKEN.exec(presented)?.[1]

/** The actor that a token proves to be. Unknown, wrong, revoked and expired look the same, also on the clock. */
export function verifyAdminToken(
  record: AdminTokenRecord | undefined,
  presented: string,
  nowMs: number,
): Result<Actor, 'unauthenticated'> {
  const digest = createHash('sha256').update(presented).digest()
  const isSame = timingSafeEqual(
    digest,
    record === undefined ? DUMMY_HASH : Buffer.from(record.secretHash, 'hex'),
  )
  if (!isSame || record === undefined) return err('unauthenticated')
  if (record.revokedAtMs !== null || record.expiresAtMs <= nowMs) return err('unauthenticated')
  const { name, roles, apps, createdBy } = record
  return ok({ id: `token:${name}`, kind: 'service', roles, apps, madeBy: createdBy })
}

/**
 * Why an actor may not give these roles away; undefined if they may. Nobody gives what they do not have, so that a token or
 * a second name is no way to more.
 */
export function cannotGive(giver: Actor, roles: Grant['roles']): string | undefined {
  if (!may(giver, 'admin.write')) return 'this needs the right admin.write'
  const missing = roles.filter((role) => !giver.roles.includes(role))
  return missing.length === 0
    ? undefined
    : `nobody gives a token roles that they do not have: ${giver.id} is not ${missing.join(', ')}`
}
