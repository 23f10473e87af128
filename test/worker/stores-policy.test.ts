import { beforeAll, expect, test } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { activeHash, loadSignedBundle, putRelease } from '../../src/worker/stores/policy.ts'
import { migratedEnv } from './database.ts'

const NOW_MS = Date.UTC(2026, 10, 24)
let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

async function release(text: string): Promise<string> {
  const stored = await putRelease(env, text, NOW_MS)
  if (!stored.ok) throw new Error(stored.error)
  return stored.value
}

test('a release is found by its hash, from KV and without it', async () => {
  const hash = await release('{"a":1}')
  expect(hash).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862')
  expect(await loadSignedBundle(env, hash)).toBe('{"a":1}')
  await env.CACHE.delete(`bundle:${hash}`)
  expect(await loadSignedBundle(env, hash)).toBe('{"a":1}')
  expect(await env.CACHE.get(`bundle:${hash}`)).toBe('{"a":1}')
})

test('text that does not have the hash is never used', async () => {
  const hash = await release('{"b":1}')
  await env.CACHE.put(`bundle:${hash}`, '{"b":2}')
  expect(await loadSignedBundle(env, hash)).toBe('{"b":1}')
  const forged = 'f'.repeat(64)
  await env.CACHE.put(`bundle:${forged}`, '{"b":2}')
  await expect(loadSignedBundle(env, forged)).rejects.toThrow('no policy release')
  await env.DB.prepare('INSERT INTO release (hash, bundle, created_ms) VALUES (?1, ?2, 1)')
    .bind(forged, '{"b":2}')
    .run()
  await expect(loadSignedBundle(env, forged)).rejects.toThrow('altered')
})

test('activation puts a release in force for one tenant, and every step is kept', async () => {
  const [first, second] = [await release('{"c":1}'), await release('{"c":2}')]
  let version = 0
  expect(await activeHash(env, 'acme')).toBeUndefined()
  for (const hash of [first, second, first]) {
    expect(await activatePolicy(env, 'acme', hash, { by: 'test', nowMs: NOW_MS })).toMatchObject({
      ok: true,
      value: { state: 'everywhere', version: ++version },
    })
    expect(await activeHash(env, 'acme')).toBe(hash)
  }
  expect(await activeHash(env, 'other')).toBeUndefined()
  const { results } = await env.DB.prepare(
    "SELECT hash FROM activation WHERE tenant = 'acme' ORDER BY id",
  ).all()
  expect(results).toEqual([{ hash: first }, { hash: second }, { hash: first }])
})

test('what is not stored cannot be activated', async () => {
  const hash = 'e'.repeat(64)
  expect(await activatePolicy(env, 'acme-2', hash, { by: 'test', nowMs: NOW_MS })).toEqual({
    ok: false,
    error: 'unknown-release',
  })
  expect(await activeHash(env, 'acme-2')).toBeUndefined()
})

test('a bundle that no row can hold is refused', async () => {
  expect(await putRelease(env, 'ü'.repeat(1_000_000), NOW_MS)).toEqual({
    ok: false,
    error: 'too-large',
  })
})
