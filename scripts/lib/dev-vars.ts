import { existsSync, readFileSync } from 'node:fs'
import { err, ok, type Result } from '../../src/domain/result.ts'

export type Vars = Readonly<Record<string, string>>

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/

/**
 * Reads the lines of a `.dev.vars` file: `NAME=value`, quoted or not, with `#` comments.
 *
 * The error names the line and never shows it: it may hold a key.
 */
export function parseDevVars(text: string): Result<Vars, string> {
  const vars: Record<string, string> = {}
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, rest] = LINE.exec(line) ?? []
    const value = rest === undefined ? undefined : unquote(rest)
    if (name === undefined || value === undefined) {
      return err(`.dev.vars line ${at + 1}: expected NAME=value, or NAME="value"`)
    }
    if (value !== '') vars[name] = value
  }
  return ok(vars)
}

/** Undefined if a quote is opened and not closed. */
function unquote(rest: string): string | undefined {
  const quote = rest.charAt(0)
  if (quote !== '"' && quote !== "'") return rest.replace(/\s+#.*$/, '').trim()
  const end = rest.indexOf(quote, 1)
  if (end < 0 || !/^\s*(#.*)?$/.test(rest.slice(end + 1))) return undefined
  return rest.slice(1, end)
}

/** The variables of a file; none if there is no file. */
export function readDevVars(file: string): Result<Vars, string> {
  return existsSync(file) ? parseDevVars(readFileSync(file, 'utf8')) : ok({})
}
