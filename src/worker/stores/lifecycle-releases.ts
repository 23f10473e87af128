import * as z from 'zod'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

const HashRow = z.object({ hash: z.string() })

/** The release that was a version of a tenant, counted from 1; undefined if there was none. */
export async function releaseHash(
  env: Database,
  tenant: string,
  version: number,
): Promise<string | undefined> {
  const row = await env.DB.prepare(
    'SELECT hash FROM activation WHERE tenant = ?1 ORDER BY id LIMIT 1 OFFSET ?2',
  )
    .bind(tenant, version - 1)
    .first()
  return row === null ? undefined : HashRow.parse(row).hash
}

/** Whether a release was ever in force for a tenant. */
export async function isRelease(env: Database, tenant: string, hash: string): Promise<boolean> {
  const row = await env.DB.prepare('SELECT 1 FROM activation WHERE tenant = ?1 AND hash = ?2')
    .bind(tenant, hash)
    .first()
  return row !== null
}

/** The release that is evaluated in the shadow; undefined if none is. */
export async function shadowHash(env: Database, tenant: string): Promise<string | undefined> {
  const row = await env.DB.prepare('SELECT hash FROM shadow WHERE tenant = ?1 AND until_ms IS NULL')
    .bind(tenant)
    .first()
  return row === null ? undefined : HashRow.parse(row).hash
}
