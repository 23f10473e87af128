import { beforeAll, beforeEach, expect, test } from 'vitest'
import { hashSecret } from '../../src/access/key.ts'
import type { Env } from '../../src/worker/env.ts'
import {
  createKey,
  importKey,
  listKeys,
  revokeKey,
  rotateKey,
} from '../../src/worker/stores/key-admin.ts'
import {
  authenticateKey,
  dropKeyCache,
  findKey,
  keyCacheName,
  reauthenticateKey,
  type FoundKey,
} from '../../src/worker/stores/keys.ts'
import { eventually, migratedEnv } from './database.ts'

const NOW_MS = Date.UTC(2026, 10, 24)
const REFUSED = { ok: false, error: 'unauthenticated' }
let env: Env
/** The same bindings, but D1 and KV throw: what is answered with them needed no I/O. */
let offline: Pick<Env, 'DB' | 'CACHE'>

const unreachable = <T extends object>(target: T): T =>
  new Proxy(target, {
    get: () => {
      throw new Error('no I/O is allowed here')
    },
  })

beforeAll(async () => {
  env = await migratedEnv()
  offline = { DB: unreachable(env.DB), CACHE: unreachable(env.CACHE) }
})
beforeEach(() => dropKeyCache())

const create = (tenant: string) =>
  createKey(env, { tenant, team: 'search', app: 'assistant' }, NOW_MS)

test('a key works at once, and needs no I/O when it is warm', async () => {
  const { key, caller } = await create('warm')
  const expected = { ok: true, value: { caller, keyEpoch: 1 } }
  expect(await authenticateKey(env, key, NOW_MS)).toEqual(expected)
  expect(await authenticateKey(offline, key, NOW_MS + 59_000)).toEqual(expected)
  await expect(authenticateKey(offline, key, NOW_MS + 61_000)).rejects.toThrow('no I/O')
})

test('an isolate that has just started finds the key in KV', async () => {
  const { key, caller } = await create('cached')
  await authenticateKey(env, key, NOW_MS)
  await eventually(async () => (await env.CACHE.get(keyCacheName(caller.keyId))) !== null)
  dropKeyCache()
  expect(await authenticateKey({ ...offline, CACHE: env.CACHE }, key, NOW_MS)).toMatchObject({
    ok: true,
  })
})

test('neither D1 nor KV ever holds a key', async () => {
  const { key, caller } = await create('secret')
  await authenticateKey(env, key, NOW_MS)
  await eventually(async () => (await env.CACHE.get(keyCacheName(caller.keyId))) !== null)
  const secret = key.slice(17)
  const { results } = await env.DB.prepare('SELECT * FROM "key"').all()
  const kept = [JSON.stringify(results)]
  for (const { name } of (await env.CACHE.list()).keys) {
    kept.push(name, (await env.CACHE.get(name)) ?? '')
  }
  expect(kept.join(' ')).toContain(hashSecret(key))
  expect(kept.join(' ')).not.toContain(secret)
})

test('a revoked key is refused here at once, and elsewhere as soon as the epoch is seen', async () => {
  const { key, caller } = await create('revoked')
  await authenticateKey(env, key, NOW_MS)
  const elsewhere = await findKey(env, caller.keyId, NOW_MS)
  expect(await revokeKey(env, caller.keyId, NOW_MS)).toMatchObject({ ok: true })
  expect(await authenticateKey(env, key, NOW_MS)).toEqual(REFUSED)
  await eventually(async () => (await cachedRevocation(caller.keyId)) === NOW_MS)
  expect((await findKey(env, caller.keyId, NOW_MS))?.epoch).toBe((elsewhere?.epoch ?? 0) + 1)
})

async function cachedRevocation(id: string): Promise<number | null | undefined> {
  const cached = await env.CACHE.get<FoundKey>(keyCacheName(id), 'json')
  return cached?.record.revokedAtMs
}

test('a stale copy in KV is passed over when the journal says that the epoch moved', async () => {
  const { key, caller } = await create('stale')
  const stale = await findKey(env, caller.keyId, NOW_MS)
  await revokeKey(env, caller.keyId, NOW_MS)
  await env.CACHE.put(keyCacheName(caller.keyId), JSON.stringify(stale))
  dropKeyCache()
  expect(await authenticateKey(env, key, NOW_MS)).toMatchObject({ value: { keyEpoch: 1 } })
  expect(await reauthenticateKey(env, key, NOW_MS)).toEqual(REFUSED)
  expect(await authenticateKey(env, key, NOW_MS)).toEqual(REFUSED)
})

test('a rotated key keeps its id; the old secret works until the overlap ends', async () => {
  const { key, caller } = await create('rotated')
  const rotated = await rotateKey(env, caller.keyId, 7000, NOW_MS)
  if (!rotated.ok) throw new Error(rotated.error)
  expect(rotated.value.key.slice(0, 17)).toBe(key.slice(0, 17))
  expect(await authenticateKey(env, key, NOW_MS + 6999)).toMatchObject({ ok: true })
  expect(await authenticateKey(env, key, NOW_MS + 7000)).toEqual(REFUSED)
  expect(await authenticateKey(env, rotated.value.key, NOW_MS)).toMatchObject({
    value: { caller, keyEpoch: 2 },
  })
})

test('an isolate that holds the old record learns of the new secret by itself', async () => {
  const { key, caller } = await create('learns')
  const before = await findKey(env, caller.keyId, NOW_MS)
  const rotated = await rotateKey(env, caller.keyId, 0, NOW_MS)
  if (!rotated.ok) throw new Error(rotated.error)
  await env.CACHE.put(keyCacheName(caller.keyId), JSON.stringify(before))
  dropKeyCache()
  expect(await authenticateKey(env, rotated.value.key, NOW_MS + 4999)).toEqual(REFUSED)
  expect(await authenticateKey(env, rotated.value.key, NOW_MS + 5000)).toMatchObject({ ok: true })
  expect(await authenticateKey(env, key, NOW_MS + 5001)).toEqual(REFUSED)
})

test('a key of another gateway is known by its hash, and can be rotated into one of ours', async () => {
  const foreign = 'sk-proxy-0123456789'
  const request = {
    tenant: 'imports',
    team: 'search',
    app: 'assistant',
    sha256: hashSecret(foreign),
  }
  expect(await authenticateKey(env, foreign, NOW_MS)).toEqual(REFUSED)
  const imported = await importKey(env, request, NOW_MS)
  if (!imported.ok) throw new Error(imported.error)
  expect(await authenticateKey(env, foreign, NOW_MS)).toMatchObject({
    value: { caller: { keyId: imported.value.keyId } },
  })
  expect(await importKey(env, request, NOW_MS)).toEqual({ ok: false, error: 'exists' })
  const rotated = await rotateKey(env, imported.value.keyId, 1000, NOW_MS)
  if (!rotated.ok) throw new Error(rotated.error)
  expect(await authenticateKey(env, foreign, NOW_MS + 999)).toMatchObject({ ok: true })
  expect(await authenticateKey(env, foreign, NOW_MS + 1000)).toEqual(REFUSED)
  expect(await authenticateKey(env, rotated.value.key, NOW_MS)).toMatchObject({ ok: true })
  expect(await importKey(env, request, NOW_MS)).toEqual({ ok: false, error: 'exists' })
})

test('a key of ours is never found by its hash', async () => {
  const { key } = await create('by-hash')
  expect(await findKey(env, hashSecret(key), NOW_MS)).toBeUndefined()
})

test.each([
  ['an unknown id', `dmk_${'0'.repeat(12)}_${'A'.repeat(43)}`],
  ['no key at all', ''],
  ['a text as long as a book', 'x'.repeat(10_000)],
])('%s is refused', async (_name, presented) => {
  expect(await authenticateKey(env, presented, NOW_MS)).toEqual(REFUSED)
})

test('an unknown key is not looked up twice within seconds', async () => {
  const presented = 'sk-unknown'
  await authenticateKey(env, presented, NOW_MS)
  expect(await authenticateKey(offline, presented, NOW_MS + 4999)).toEqual(REFUSED)
  await expect(authenticateKey(offline, presented, NOW_MS + 5000)).rejects.toThrow('no I/O')
})

test('what is revoked or unknown cannot be rotated, and the list shows all without hashes', async () => {
  const { caller } = await create('listed')
  await revokeKey(env, caller.keyId, NOW_MS)
  expect(await rotateKey(env, caller.keyId, 0, NOW_MS)).toEqual({ ok: false, error: 'unknown' })
  expect(await revokeKey(env, 'nobody', NOW_MS)).toEqual({ ok: false, error: 'unknown' })
  expect(await listKeys(env, 'listed')).toEqual([
    {
      caller,
      createdAtMs: NOW_MS,
      revokedAtMs: NOW_MS,
      previousUntilMs: null,
      imported: false,
    },
  ])
  const epoch = await env.DB.prepare("SELECT key_epoch FROM tenant WHERE id = 'listed'").first(
    'key_epoch',
  )
  expect(epoch).toBe(2)
})
