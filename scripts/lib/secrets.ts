import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { JOURNAL_VERSION } from '../../src/journal/state.ts'

/** What the local Demarc made up for itself the first time it ran. */
const Secrets = z.object({
  adminToken: z.string().min(16),
  hashKey: z.string().min(16),
  /** Signs checkpoints: PKCS #8 of an Ed25519 key, in base64. */
  auditKey: z.string().min(16).optional(),
  /** Signs policy releases, likewise. */
  policyKey: z.string().min(16).optional(),
  /** Wraps the keys of personal detail in records. */
  recordKey: z.string().min(16).optional(),
  /** The key that `npm start` shows; absent until there is one. */
  key: z.string().optional(),
  /** Which code wrote the journals beside it. */
  journalVersion: z.string().default('1'),
})
export type Secrets = z.infer<typeof Secrets>

/** A key for AUDIT_KEY or POLICY_SIGNING_KEY. */
export const newSigningKey = (): string =>
  generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('base64')

export const newSecrets = (): Secrets => ({
  adminToken: randomBytes(24).toString('base64url'),
  hashKey: randomBytes(32).toString('base64url'),
  auditKey: newSigningKey(),
  policyKey: newSigningKey(),
  recordKey: randomBytes(32).toString('base64url'),
  journalVersion: JOURNAL_VERSION,
})

const fileIn = (directory: string): string => join(directory, 'secrets.json')

/**
 * The secrets kept in `directory`; made, and kept, if there are none. Data that other code wrote, which this code would
 * refuse to read, are moved aside.
 */
export function keptSecrets(directory: string): Secrets {
  const file = fileIn(directory)
  if (existsSync(file)) {
    const kept = Secrets.safeParse(parseJson(readFileSync(file, 'utf8')))
    if (!kept.success) {
      throw new Error(`${file} is damaged: delete the folder ${directory} to start afresh`)
    }
    const { journalVersion } = kept.data
    if (journalVersion === JOURNAL_VERSION) return withLaterKeys(directory, kept.data)
    const aside = freeName(`${directory}-v${journalVersion}`)
    renameSync(directory, aside)
    console.error(
      `The data were written by another version. They are in ${aside} now; this starts afresh.`,
    )
  }
  const secrets = newSecrets()
  keepSecrets(directory, secrets)
  return secrets
}

/** Data from before there were such keys: the next start stores its policy again, and signs it; later tags are encrypted. */
function withLaterKeys(directory: string, secrets: Secrets): Secrets {
  if (secrets.policyKey !== undefined && secrets.recordKey !== undefined) return secrets
  const complete = { ...newSecrets(), ...secrets }
  keepSecrets(directory, complete)
  return complete
}

export function keepSecrets(directory: string, secrets: Secrets): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(fileIn(directory), `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
}

/** The name, or the first one with a number after it that nothing has yet. */
function freeName(name: string): string {
  let free = name
  for (let number = 2; existsSync(free); number++) free = `${name}-${number}`
  return free
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
