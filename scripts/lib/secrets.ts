import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** What the local Demarc made up for itself the first time it ran. */
const Secrets = z.object({
  adminToken: z.string().min(16),
  hashKey: z.string().min(16),
  /** The key that `npm start` shows; absent until there is one. */
  key: z.string().optional(),
})
export type Secrets = z.infer<typeof Secrets>

export const newSecrets = (): Secrets => ({
  adminToken: randomBytes(24).toString('base64url'),
  hashKey: randomBytes(32).toString('base64url'),
})

const fileIn = (directory: string): string => join(directory, 'secrets.json')

/** The secrets kept in `directory`; made, and kept, if there are none. */
export function keptSecrets(directory: string): Secrets {
  const file = fileIn(directory)
  if (existsSync(file)) {
    const kept = Secrets.safeParse(parseJson(readFileSync(file, 'utf8')))
    if (kept.success) return kept.data
    throw new Error(`${file} is damaged: delete the folder ${directory} to start afresh`)
  }
  const secrets = newSecrets()
  keepSecrets(directory, secrets)
  return secrets
}

export function keepSecrets(directory: string, secrets: Secrets): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(fileIn(directory), `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
