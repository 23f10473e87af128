import { beforeAll, expect, test, vi } from 'vitest'
import { activatePolicy } from '../../src/worker/activate.ts'
import { variable, type Env } from '../../src/worker/env.ts'
import { loadSignedBundle, putRelease } from '../../src/worker/stores/policy.ts'
import { inForceFor } from '../../src/worker/world.ts'
import { cut } from './authority-parts.ts'
import { migratedEnv } from './database.ts'

type Key = { readonly secret: string; readonly publicKey: string }

async function newKey(): Promise<Key> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new Error('not a pair')
  const [secret, raw] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', pair.privateKey),
    crypto.subtle.exportKey('raw', pair.publicKey),
  ])
  if (!(secret instanceof ArrayBuffer) || !(raw instanceof ArrayBuffer))
    throw new Error('not bytes')
  return { secret: base64(secret), publicKey: base64(raw) }
}

const base64 = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64')

const alarms = vi.spyOn(console, 'error').mockImplementation(() => undefined)
let env: Env
let first: Key
let second: Key
beforeAll(async () => {
  env = await migratedEnv()
  first = await newKey()
  second = await newKey()
})

const signing = (key: Key, listed = ''): Env => ({
  ...env,
  POLICY_SIGNING_KEY: key.secret,
  POLICY_PUBLIC_KEYS: listed,
})
const checking = (...keys: readonly Key[]): Env => ({
  ...env,
  POLICY_PUBLIC_KEYS: keys.map(({ publicKey }) => publicKey).join(' '),
})

let texts = 0
const newText = (): string => `{"text":${texts++}}`

async function store(bindings: Env, text: string): Promise<string> {
  const stored = await putRelease(bindings, text, Date.now())
  if (!stored.ok) throw new Error(stored.error)
  return stored.value
}

/** The text by which would be decided, or why nothing can be. */
const used = (bindings: Env, hash: string): Promise<string> =>
  loadSignedBundle(bindings, hash).catch((error: unknown) =>
    error instanceof Error ? error.message : 'thrown',
  )

const UNSIGNED = /no valid signature/

test('what this Worker has signed is used, from KV and without it', async () => {
  const text = newText()
  const hash = await store(signing(first), text)
  expect(await used(signing(first), hash)).toBe(text)
  await env.CACHE.delete(`bundle:${hash}`)
  expect(await used(signing(first), hash)).toBe(text)
  expect(await used(cut(signing(first), 'CACHE'), hash)).toBe(text)
  expect(await used(cut(signing(first), 'DB'), hash)).toBe(text)
})

test.each([
  ['other text', '{"loose":true}', { signatures: ['A'] }],
  ['no signature', undefined, null],
  ['an unreadable signature', undefined, { signatures: ['%%%'] }],
  ['metadata of another shape', undefined, 'signed'],
])('KV with %s counts for nothing: D1 is read', async (_name, put, metadata) => {
  const text = newText()
  const hash = await store(signing(first), text)
  await env.CACHE.put(`bundle:${hash}`, put ?? text, { metadata })
  expect(await used(signing(first), hash)).toBe(text)
  await env.CACHE.put(`bundle:${hash}`, put ?? text, { metadata })
  expect(await used(cut(signing(first), 'DB'), hash)).toBe('DB cannot be reached')
})

test('a release that nobody signed, or somebody else, is neither used nor put in force', async () => {
  const unsigned = await store(env, newText())
  const foreign = await store(signing(second), newText())
  for (const hash of [unsigned, foreign]) {
    for (const bindings of [signing(first), checking(first)]) {
      expect(await used(bindings, hash)).toMatch(UNSIGNED)
      const order = { by: 'test', nowMs: Date.now() }
      expect(await activatePolicy(bindings, 'signed', hash, order)).toEqual({
        ok: false,
        error: 'not-signed',
      })
    }
  }
})

test('a signature counts for its own release only', async () => {
  const [mine, other] = [await store(signing(first), newText()), await store(env, newText())]
  await env.DB.prepare(
    `INSERT INTO release_signature (hash, key_id, signature, signed_ms)
     SELECT ?2, key_id, signature, signed_ms FROM release_signature WHERE hash = ?1`,
  )
    .bind(mine, other)
    .run()
  expect(await used(signing(first), other)).toMatch(UNSIGNED)
})

test('a policy in force that was put there past the API is not decided by', async () => {
  const tenant = 'smuggled'
  const hash = await store(env, variable(env, 'TEST_BUNDLE') ?? '')
  await env.DB.prepare('INSERT INTO tenant (id, policy_hash) VALUES (?1, ?2)')
    .bind(tenant, hash)
    .run()
  expect(await inForceFor(signing(first), tenant)).toBeUndefined()
  await store(signing(first), variable(env, 'TEST_BUNDLE') ?? '')
  expect(await inForceFor(signing(first), tenant)).toMatchObject({ compiled: { hash } })
})

test('keys are changed with two public keys for a while', async () => {
  const text = newText()
  const hash = await store(signing(first), text)
  expect(await used(signing(second, first.publicKey), hash)).toBe(text)
  expect(await used(checking(second, first), hash)).toBe(text)
  expect(await used(signing(second), hash)).toMatch(UNSIGNED)
  await store(signing(second), text)
  expect(await used(checking(second), hash)).toBe(text)
  expect(await used(checking(first), hash)).toBe(text)
})

test('with a key that cannot be read, nothing is used', async () => {
  const hash = await store(signing(first), newText())
  const broken = { ...env, POLICY_PUBLIC_KEYS: 'AAAA' }
  await expect(loadSignedBundle(broken, hash)).rejects.toThrow()
  expect(await inForceFor(broken, 'smuggled-2')).toBeUndefined()
})

test('where no key is configured, releases need no signature, and that is said', async () => {
  const text = newText()
  const hash = await store(env, text)
  expect(await used(env, hash)).toBe(text)
  expect(alarms).toHaveBeenCalledWith(expect.stringContaining('policies are not signed'))
})
