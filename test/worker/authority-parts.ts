import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, vi } from 'vitest'
import type { CommitReply } from '../../src/journal/messages.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { journalOf, type authorityOf, type Env } from '../../src/worker/env.ts'
import type { PolicyAuthority } from '../../src/worker/objects/authority.ts'
import type { Journal } from '../../src/worker/objects/journal.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { request } from '../journal/harness.ts'

export const by = 'officer@example.org'

/** A release that says no more than its own name. */
export async function release(env: Env, name: string): Promise<string> {
  const stored = await putRelease(env, JSON.stringify({ name }), Date.now())
  if (!stored.ok) throw new Error(stored.error)
  return stored.value
}

/** Puts such a release in force and answers its hash. */
export async function put(env: Env, tenant: string, name: string): Promise<string> {
  const hash = await release(env, name)
  const done = await activatePolicy(env, tenant, hash, { by, nowMs: Date.now() })
  if (!done.ok) throw new Error(done.error)
  return hash
}

let attempts = 0

/** Asks to hold an attempt, at a third party unless told otherwise, that was decided under a policy. */
export function reserve(
  env: Env,
  tenant: string,
  policyHash: string,
  more = {},
): Promise<CommitReply> {
  const attempt = `a${attempts++}`
  const expiresAtMs = Date.now() + 600_000
  const asked = { attempt, decision: attempt, expiresAtMs, policyHash, caps: [], ...more }
  const call = request({ zone: 'third-party', ...asked })
  return journalOf(env, tenant).commit({ settlements: [], refusals: [], reserve: call })
}

/** Bindings with which calls of one kind never arrive. */
export const cut = (env: Env, binding: 'AUTHORITY' | 'JOURNAL' | 'DB' | 'CACHE'): Env => ({
  ...env,
  [binding]: new Proxy(env[binding], {
    get: () => () => {
      throw new Error(`${binding} cannot be reached`)
    },
  }),
})

type Part = ReturnType<typeof journalOf> | ReturnType<typeof authorityOf>

/** Gives an object other bindings: those of `cut`, or the real ones again. */
export const connect = (part: Part, bindings: Env): Promise<boolean> =>
  runInDurableObject<Journal | PolicyAuthority, boolean>(part, (instance) =>
    Reflect.set(instance, 'env', bindings),
  )

/** What is on record as in force everywhere, the oldest first. */
export async function everywhere(env: Env, tenant: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    'SELECT version, key_epoch, since_ms, everywhere_ms, proofs FROM in_force WHERE tenant = ?1 ORDER BY term',
  )
    .bind(tenant)
    .all()
  return results
}

/** Lets so much time pass, on all clocks. */
export const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

/** In each test of the file the clock stands still but for `pass`, and nothing is said of what is broken on purpose. */
export function moveTheClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}
