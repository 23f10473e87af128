import { existsSync } from 'node:fs'
import { DEV_VARS_FILE, STATE_DIRECTORY } from './paths.ts'
import { readDevVars } from './dev-vars.ts'
import { adminRequest, startLocal, type AdminRequest } from './local.ts'
import { keptSecrets } from './secrets.ts'
import { runningServer } from './server-note.ts'

/**
 * Runs `use` with the admin API of, in this order: `url` (its token in DEMARC_ADMIN_TOKEN), the local server that is
 * running, or a local Demarc started on the data under `.demarc/` for as long as `use` takes.
 *
 * @throws with a message for the person at the terminal if there is none of them.
 */
export async function withAdmin<T>(
  { url }: { readonly url?: string },
  use: (request: AdminRequest) => Promise<T>,
): Promise<T> {
  if (url !== undefined) return await use(adminRequest(originOf(url), tokenFor(url)))
  if (!existsSync(STATE_DIRECTORY)) {
    throw new Error('there is no local Demarc yet: run "npm start" once, or pass --url')
  }
  const vars = localVars()
  const running = await runningServer(STATE_DIRECTORY)
  if (running !== undefined) {
    const token = vars['ADMIN_TOKEN'] ?? keptSecrets(STATE_DIRECTORY).adminToken
    return await use(adminRequest(running.url, token))
  }
  const local = await startLocal({ persist: STATE_DIRECTORY, vars })
  try {
    return await use(local.admin)
  } finally {
    await local.close()
  }
}

function localVars(): Readonly<Record<string, string>> {
  const vars = readDevVars(DEV_VARS_FILE)
  if (!vars.ok) throw new Error(vars.error)
  return vars.value
}

function originOf(url: string): string {
  const isFit = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (!isFit) throw new Error('--url: an address such as https://demarc.example.workers.dev')
  return new URL(url).origin
}

function tokenFor(url: string): string {
  const token = process.env['DEMARC_ADMIN_TOKEN'] ?? ''
  if (token !== '') return token
  throw new Error(`set DEMARC_ADMIN_TOKEN to the admin token of ${originOf(url)}`)
}
