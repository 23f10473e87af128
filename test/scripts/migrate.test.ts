import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { statementsOf } from '../../scripts/lib/migrate.ts'
import { MIGRATIONS_DIRECTORY } from '../../scripts/lib/paths.ts'

test.each([
  ['a;b;', ['a', 'b']],
  ['a -- not ; here\n;b', ['a', 'b']],
  ["a ';' ; b", ["a ';'", 'b']],
  ["a 'it''s;' ; b", ["a 'it''s;'", 'b']],
  ['CREATE TRIGGER t BEGIN a; b; END; c', ['CREATE TRIGGER t BEGIN a; b; END', 'c']],
  ['SELECT CASE WHEN 1 THEN 2 END; c', ['SELECT CASE WHEN 1 THEN 2 END', 'c']],
  ['/* a; */ b', ['b']],
  [' ; ;', []],
])('%j is %j', (sql, statements) => {
  expect(statementsOf(sql).map((statement) => statement.replaceAll(/\s+/g, ' '))).toEqual(
    statements,
  )
})

const namesIn = (database: DatabaseSync) =>
  database.prepare('SELECT type, name FROM sqlite_schema ORDER BY name').all()

test('statement by statement, the migrations make the same schema as all at once', () => {
  const scripts = readdirSync(MIGRATIONS_DIRECTORY)
    .toSorted()
    .map((name) => readFileSync(join(MIGRATIONS_DIRECTORY, name), 'utf8'))
  const whole = new DatabaseSync(':memory:')
  const split = new DatabaseSync(':memory:')
  for (const script of scripts) {
    whole.exec(script)
    for (const statement of statementsOf(script)) split.prepare(statement).run()
  }
  expect(namesIn(split)).toEqual(namesIn(whole))
})
