import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import { MIGRATIONS_DIRECTORY } from './paths.ts'

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>

/** Applies the migrations that this database does not have yet, in order, and remembers them as wrangler does. */
export async function migrate(database: Database): Promise<void> {
  await database
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    )
    .run()
  const { results } = await database
    .prepare('SELECT name FROM d1_migrations')
    .all<{ name: string }>()
  const applied = new Set(results.map(({ name }) => name))
  const files = (await readdir(MIGRATIONS_DIRECTORY)).filter((name) => name.endsWith('.sql'))
  for (const name of files.toSorted()) {
    if (applied.has(name)) continue
    const sql = await readFile(join(MIGRATIONS_DIRECTORY, name), 'utf8')
    await database.batch([
      ...statementsOf(sql).map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name),
    ])
  }
}

/** One token at a time: a comment, a quoted text or name, a word, or any one character. */
const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_]\w*|[\s\S]/g

/** Splits SQL at the semicolons that end a statement; those between BEGIN and END of a trigger do not. */
export function statementsOf(sql: string): string[] {
  const statements: string[] = []
  let statement = ''
  let depth = 0
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token.startsWith('--') || token.startsWith('/*')) continue
    const word = token.toUpperCase()
    if (word === 'BEGIN' || word === 'CASE') depth++
    if (word === 'END') depth--
    if (token === ';' && depth === 0) {
      if (statement.trim() !== '') statements.push(statement.trim())
      statement = ''
    } else statement += token
  }
  if (statement.trim() !== '') statements.push(statement.trim())
  return statements
}
