import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where `llama-server.ts` puts what it fetches; kept between checkouts. */
export const LLAMA_DIRECTORY = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'demarc',
  'llama-server',
)

/** Path of a `llama-server`: `LLAMA_SERVER` alone if it is set, else the first on the PATH, else the fetched one. */
export function findLlama(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = environment['LLAMA_SERVER']
  if (given !== undefined && given !== '') return isExecutable(given) ? given : undefined
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, LLAMA_DIRECTORY]
    .map((folder) => join(folder, 'llama-server'))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
