import * as z from 'zod'
import { ROLES, type Actor } from '../../access/actor.ts'
import {
  ADMIN_TOKEN_RANDOM_BYTES,
  adminTokenId,
  newAdminToken,
  verifyAdminToken,
  type AdminTokenRecord,
  type AdminTokenRequest,
} from '../../access/admin-token.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** A token as lists show it: without its hash. */
export type AdminTokenSummary = Omit<AdminTokenRecord, 'secretHash'>

/** Makes a token. The returned text of it exists nowhere else. Fails if a token of this name is in use. */
export async function createAdminToken(
  env: Database,
  request: AdminTokenRequest,
  createdBy: Actor,
  nowMs: number,
): Promise<Result<{ readonly token: string; readonly summary: AdminTokenSummary }, 'exists'>> {
  const randomBytes = crypto.getRandomValues(new Uint8Array(ADMIN_TOKEN_RANDOM_BYTES))
  const { token, record } = newAdminToken(request, createdBy, randomBytes, nowMs)
  const { meta } = await env.DB.prepare(
    `INSERT INTO admin_token (id, name, secret_hash, roles, apps, created_by, created_ms, expires_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING`,
  )
    .bind(
      record.id,
      record.name,
      record.secretHash,
      JSON.stringify(record.roles),
      JSON.stringify(record.apps),
      record.createdBy,
      record.createdAtMs,
      record.expiresAtMs,
    )
    .run()
  return meta.changes === 1 ? ok({ token, summary: summaryOf(record) }) : err('exists')
}

/** All tokens, the newest first. */
export async function listAdminTokens(env: Database): Promise<AdminTokenSummary[]> {
  const { results } = await env.DB.prepare(`${SELECT} ORDER BY created_ms DESC, id`).all()
  return results.map((row) => summaryOf(toRecord(row)))
}

/** Ends a token for good, from the next call on: tokens are cached nowhere. */
export async function revokeAdminToken(
  env: Database,
  id: string,
  nowMs: number,
): Promise<Result<AdminTokenSummary, 'unknown'>> {
  const row = await env.DB.prepare(
    `UPDATE admin_token SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE id = ?1 RETURNING ${COLUMNS}`,
  )
    .bind(id, nowMs)
    .first()
  return row === null ? err('unknown') : ok(summaryOf(toRecord(row)))
}

/** The actor that a token proves to be. */
export async function authenticateAdminToken(
  env: Database,
  presented: string,
  nowMs: number,
): Promise<Result<Actor, 'unauthenticated'>> {
  const id = adminTokenId(presented)
  if (id === undefined) return err('unauthenticated')
  const row = await env.DB.prepare(`${SELECT} WHERE id = ?1`).bind(id).first()
  return verifyAdminToken(row === null ? undefined : toRecord(row), presented, nowMs)
}

const COLUMNS = 'id, name, secret_hash, roles, apps, created_by, created_ms, expires_ms, revoked_ms'
const SELECT = `SELECT ${COLUMNS} FROM admin_token`

const Row = z.object({
  id: z.string(),
  name: z.string(),
  secret_hash: z.string(),
  roles: z.string(),
  apps: z.string(),
  created_by: z.string(),
  created_ms: z.int(),
  expires_ms: z.int(),
  revoked_ms: z.int().nullable(),
})
const Roles = z.array(z.enum(ROLES))
const Apps = z.array(z.string())

function toRecord(result: unknown): AdminTokenRecord {
  const row = Row.parse(result)
  return {
    id: row.id,
    name: row.name,
    roles: Roles.parse(JSON.parse(row.roles)),
    apps: Apps.parse(JSON.parse(row.apps)),
    secretHash: row.secret_hash,
    createdBy: row.created_by,
    createdAtMs: row.created_ms,
    expiresAtMs: row.expires_ms,
    revokedAtMs: row.revoked_ms,
  }
}

function summaryOf({ id, name, roles, apps, ...rest }: AdminTokenRecord): AdminTokenSummary {
  const { createdBy, createdAtMs, expiresAtMs, revokedAtMs } = rest
  return { id, name, roles, apps, createdBy, createdAtMs, expiresAtMs, revokedAtMs }
}
