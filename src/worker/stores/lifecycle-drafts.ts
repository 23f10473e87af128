import * as z from 'zod'
import { parseBundle } from '../../policy/bundle.ts'
import type { Bundle } from '../../policy/schema.ts'
import { sha256Hex } from '../../encoding/sha256.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

/** What a draft would put in force, as it is now. */
export type DraftContent = {
  readonly id: string
  readonly revision: number
  readonly base: string | null
  readonly hash: string
  readonly bundle: Bundle
}

const DraftRow = z.object({
  id: z.string(),
  revision: z.int(),
  base: z.string().nullable(),
  hash: z.string(),
  bundle: z.string(),
})

/** @throws if what is stored is no bundle: it was parsed before it was stored. */
export async function draftContent(
  env: Database,
  tenant: string,
  id: string,
): Promise<DraftContent | undefined> {
  const found = await env.DB.prepare(
    'SELECT id, revision, base, hash, bundle FROM draft WHERE tenant = ?1 AND id = ?2',
  )
    .bind(tenant, id)
    .first()
  if (found === null) return undefined
  const row = DraftRow.parse(found)
  const bundle = parseBundle(JSON.parse(row.bundle))
  if (!bundle.ok || sha256Hex(row.bundle) !== row.hash) {
    throw new TypeError(`draft ${id} has been altered`)
  }
  return { ...row, bundle: bundle.value }
}

/** Drafts of a tenant, the newest first. */
export async function draftIds(
  env: Database,
  tenant: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(
    'SELECT id FROM draft WHERE tenant = ?1 ORDER BY created_ms DESC, rowid DESC LIMIT ?2',
  )
    .bind(tenant, limit)
    .all()
  return results.map((row) => z.object({ id: z.string() }).parse(row).id)
}

/** Bundle text of a draft, to be stored together with the step that says so. */
export type DraftWrite = {
  readonly tenant: string
  readonly id: string
  readonly base: string | null
  readonly hash: string
  readonly text: string
  readonly nowMs: number
}

export const insertDraft = (
  { DB }: Database,
  { tenant, id, base, hash, text, nowMs }: DraftWrite,
): D1PreparedStatement =>
  DB.prepare(
    `INSERT INTO draft (tenant, id, revision, base, hash, bundle, created_ms, updated_ms)
     VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?6)`,
  ).bind(tenant, id, base, hash, text, nowMs)

export const updateDraft = (
  { DB }: Database,
  { tenant, id, base, hash, text, nowMs }: DraftWrite,
): D1PreparedStatement =>
  DB.prepare(
    `UPDATE draft SET revision = revision + 1, base = ?3, hash = ?4, bundle = ?5, updated_ms = ?6
     WHERE tenant = ?1 AND id = ?2`,
  ).bind(tenant, id, base, hash, text, nowMs)

/** The YAML that a bundle was written in, by the name of the file. */
export type Sources = Readonly<Record<string, string>>

export const putSources = (
  { DB }: Database,
  hash: string,
  sources: Sources,
): readonly D1PreparedStatement[] =>
  Object.entries(sources).map(([file, text]) =>
    DB.prepare(
      `INSERT INTO policy_source (hash, file, text) VALUES (?1, ?2, ?3)
       ON CONFLICT (hash, file) DO UPDATE SET text = ?3`,
    ).bind(hash, file, text),
  )

/** Empty if nobody gave any. */
export async function sourcesOf(env: Database, hash: string): Promise<Sources> {
  const { results } = await env.DB.prepare('SELECT file, text FROM policy_source WHERE hash = ?1')
    .bind(hash)
    .all()
  return Object.fromEntries(
    results.map((row) => {
      const { file, text } = z.object({ file: z.string(), text: z.string() }).parse(row)
      return [file, text]
    }),
  )
}

export const putDiff = (
  { DB }: Database,
  digest: string,
  report: string,
  nowMs: number,
): D1PreparedStatement =>
  DB.prepare(
    'INSERT INTO policy_diff (digest, report, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
  ).bind(digest, report, nowMs)

/** A comparison that was submitted; undefined if there is none with this digest. */
export async function storedDiff(env: Database, digest: string): Promise<unknown> {
  const report = await env.DB.prepare('SELECT report FROM policy_diff WHERE digest = ?1')
    .bind(digest)
    .first('report')
  return typeof report === 'string' ? JSON.parse(report) : undefined
}
