import * as z from 'zod'
import { ROLES } from '../../access/actor.ts'
import type { Grant } from '../../access/admin-token.ts'
import type { Given } from '../../access/principal.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** Who was given what, by whom. */
export type PersonSummary = Given & {
  readonly principal: string
  readonly grantedBy: string
  readonly grantedAtMs: number
}

/** Gives a principal these roles, instead of what it had. */
export async function putRoles(
  env: Database,
  principal: string,
  { roles, apps }: Grant,
  grantedBy: string,
  nowMs: number,
): Promise<PersonSummary> {
  await env.DB.prepare(
    `INSERT INTO admin_role (principal, roles, apps, granted_by, granted_ms) VALUES (?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (principal) DO UPDATE SET roles = ?2, apps = ?3, granted_by = ?4, granted_ms = ?5`,
  )
    .bind(principal, JSON.stringify(roles), JSON.stringify(apps), grantedBy, nowMs)
    .run()
  return { principal, roles, apps, grantedBy, grantedAtMs: nowMs }
}

/** Takes all roles away; false if there were none. */
export async function removeRoles(env: Database, principal: string): Promise<boolean> {
  const { meta } = await env.DB.prepare('DELETE FROM admin_role WHERE principal = ?1')
    .bind(principal)
    .run()
  return meta.changes === 1
}

export async function listPeople(env: Database): Promise<PersonSummary[]> {
  const { results } = await env.DB.prepare(
    'SELECT principal, roles, apps, granted_by, granted_ms FROM admin_role ORDER BY principal',
  ).all()
  return results.map(toSummary)
}

/** What any of these principals was given. */
export async function givenTo(env: Database, principals: readonly string[]): Promise<Given[]> {
  const { results } = await env.DB.prepare(
    `SELECT principal, roles, apps, granted_by, granted_ms FROM admin_role
     WHERE principal IN (SELECT value FROM json_each(?1))`,
  )
    .bind(JSON.stringify(principals))
    .all()
  return results.map(toSummary)
}

const Row = z.object({
  principal: z.string(),
  roles: z.string(),
  apps: z.string(),
  granted_by: z.string(),
  granted_ms: z.int(),
})
const Roles = z.array(z.enum(ROLES))
const Apps = z.array(z.string())

function toSummary(result: unknown): PersonSummary {
  const row = Row.parse(result)
  return {
    principal: row.principal,
    roles: Roles.parse(JSON.parse(row.roles)),
    apps: Apps.parse(JSON.parse(row.apps)),
    grantedBy: row.granted_by,
    grantedAtMs: row.granted_ms,
  }
}
