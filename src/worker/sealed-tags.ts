import { DAY_MS } from '../policy/facts.ts'
import type { Env } from './env.ts'
import { alarm } from './observability/log.ts'
import { retentionOf } from './stores/retention.ts'
import {
  keysById,
  seal,
  subjectKey,
  unseal,
  vaultOf,
  type SubjectKey,
} from './stores/subject-keys.ts'

type Tags = Readonly<Record<string, string>>

export type Tagged = {
  readonly tenant: string
  readonly app: string
  /** Fit to be recorded but for whose they are. */
  readonly tags: Tags
  /** As the caller wrote them: the subject is found by its own name. */
  readonly written: Tags
  readonly nowMs: number
}

/** What stands for a value that nothing could protect. */
const NOT_KEPT = '[not kept]'
/** What is shown of a value whose key has been destroyed. */
const ERASED = '[erased]'
/** What is shown of a value that this RECORD_KEY does not open. */
const UNREADABLE = '[unreadable]'

const SEALED = /^enc:([0-9a-f]{16}):([\w-]{20,})$/

/**
 * Tags as they are recorded: values that may be about a person are encrypted under the key of the request's subject, its
 * app and the day. Where there is no RECORD_KEY nothing could be erased later, so values that name a subject are not kept.
 */
export async function sealedTags(env: Env, tagged: Tagged): Promise<Tags> {
  const { tenant, app, tags, written, nowMs } = tagged
  const vault = vaultOf(env)
  try {
    const { subject: naming, plain } = (await retentionOf(env, tenant, nowMs)).tags
    if (vault === undefined) {
      return mapValues(tags, (value, name) => (naming.includes(name) ? NOT_KEPT : value))
    }
    const personal = Object.keys(tags).filter((name) => !plain.includes(name))
    if (personal.length === 0) return tags
    const subject = naming.map((name) => written[name]).find((value) => value !== undefined) ?? ''
    const day = new Date(Math.floor(nowMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
    const key = await subjectKey(env, await vault, { tenant, subject, app, day }, nowMs)
    const sealed: Record<string, string> = { ...tags }
    for (const name of personal) sealed[name] = await sealedOnce(key, name, tags[name] ?? '')
    return sealed
  } catch (error) {
    // The request is served all the same; what cannot be protected is not written down.
    alarm('tags could not be encrypted', { tenant, error: nameOf(error) })
    return mapValues(tags, () => NOT_KEPT)
  }
}

/** Values come again and again: encrypted once for each key, equal ones are equal in the records of a subject and day. */
const memos = new WeakMap<CryptoKey, Map<string, string>>()
const MEMO_MAX = 200

async function sealedOnce({ id, key }: SubjectKey, name: string, value: string): Promise<string> {
  const memo = memos.get(key) ?? new Map<string, string>()
  memos.set(key, memo)
  const known = memo.get(`${name}\n${value}`)
  if (known !== undefined) return known
  const text = `enc:${id}:${await seal(key, new TextEncoder().encode(value), `${id} ${name}`)}`
  if (memo.size >= MEMO_MAX) memo.clear()
  memo.set(`${name}\n${value}`, text)
  return text
}

/** Recorded tags as they may be shown, in the same order: decrypted while their keys exist, else `[erased]`; `[unreadable]` without their RECORD_KEY. */
export async function readableTags(
  env: Env,
  tenant: string,
  recorded: readonly Tags[],
): Promise<readonly Tags[]> {
  const ids = new Set<string>()
  for (const tags of recorded)
    for (const value of Object.values(tags)) {
      const id = SEALED.exec(value)?.[1]
      if (id !== undefined) ids.add(id)
    }
  if (ids.size === 0) return recorded
  const vault = await vaultOf(env)
  const keys = vault === undefined ? undefined : await keysById(env, vault, tenant, [...ids])
  return await Promise.all(
    recorded.map(async (tags) => {
      const shown: Record<string, string> = {}
      for (const [name, value] of Object.entries(tags))
        shown[name] = await shownValue(keys, name, value)
      return shown
    }),
  )
}

async function shownValue(
  keys: ReadonlyMap<string, CryptoKey | undefined> | undefined,
  name: string,
  value: string,
): Promise<string> {
  const [, id, text] = SEALED.exec(value) ?? []
  if (id === undefined || text === undefined) return value
  if (keys?.has(id) === false) return ERASED
  const key = keys?.get(id)
  if (key === undefined) return UNREADABLE
  try {
    return new TextDecoder().decode(await unseal(key, text, `${id} ${name}`))
  } catch {
    return UNREADABLE // a caller imitated the form
  }
}

const mapValues = (tags: Tags, map: (value: string, name: string) => string): Tags =>
  Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, map(value, name)]))

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')
