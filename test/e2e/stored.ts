import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { rows, type Stage } from './harness.ts'

export async function everythingInD1(stage: Stage): Promise<unknown[]> {
  const tables = await rows(
    stage,
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'`,
  )
  return await Promise.all(tables.map(({ name }) => rows(stage, `SELECT * FROM "${String(name)}"`)))
}

export async function everythingInKv(stage: Stage): Promise<string> {
  const namespace = await stage.local.miniflare.getKVNamespace('CACHE')
  const { keys } = await namespace.list()
  const values = await Promise.all(
    keys.map(async ({ name }) => `${name} ${(await namespace.get(name, 'text')) ?? ''}`),
  )
  return values.join('\n')
}

export const everyFile = (folder: string): { path: string; bytes: Buffer }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, bytes: readFileSync(path) }))

/** All rows of all tables, if it is a database: a row may lie on pages that are not next to each other. */
export function everythingInSqlite(path: string): string {
  if (!path.endsWith('.sqlite')) return ''
  const database = new DatabaseSync(path)
  const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all()
  const dump = tables.map((table) => {
    const statement = database.prepare(`SELECT * FROM "${String(table['name'])}"`)
    statement.setReadBigInts(true)
    return statement
      .all()
      .flatMap((row) => Object.values(row).map(String))
      .join('\n')
  })
  database.close()
  return dump.join('\n')
}
