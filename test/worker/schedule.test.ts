import { beforeAll, expect, test } from 'vitest'
import { onSchedule } from '../../src/worker/consumers/schedule.ts'
import type { Env } from '../../src/worker/env.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { lastCheckpoint } from '../../src/worker/stores/checkpoints.ts'
import { activatePolicy } from '../../src/worker/activate.ts'
import { activations } from '../../src/worker/stores/activations.ts'
import { putRelease } from '../../src/worker/stores/policy.ts'
import { canonicalBundle, parseBundle } from '../../src/policy/bundle.ts'
import { bundleOf } from '../policy/fixtures.ts'
import { chain, refused } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const TENANT = 'scheduled'
const AUDIT_KEY = 'MC4CAQAwBQYDK2VwBCIEIBERERERERERERERERERERERERERERERERERERERERER'
const HOUR_MS = Date.UTC(2026, 11, 20, 6)

let env: Env
beforeAll(async () => {
  env = { ...(await migratedEnv()), AUDIT_KEY, AUDIT_ORIGIN: 'test' }
  await insertEntries(env, TENANT, chain([refused(), refused()]), 1)
})

const run = (atMs: number): Promise<void> =>
  onSchedule({ scheduledTime: atMs, cron: '* * * * *', noRetry: () => undefined }, env)

const told = async (): Promise<unknown[]> => {
  const { results } = await env.DB.prepare('SELECT name FROM told WHERE tenant = ?1 ORDER BY name')
    .bind(TENANT)
    .all()
  return results.map(({ name }) => name)
}

test('each minute there is a checkpoint of what is new', async () => {
  await run(HOUR_MS + 60_000)
  expect((await lastCheckpoint(env, TENANT))?.size).toBe(2)
})

test('facts that expire soon are told of, once for each step', async () => {
  const parsed = parseBundle(bundleOf({}))
  if (!parsed.ok) throw new Error('the fixture does not parse')
  const [destination] = parsed.value.destinations
  if (destination === undefined) throw new Error('the fixture has no destination')
  const soon = {
    ...destination,
    adapter: 'vllm',
    facts: {
      ...destination.facts,
      retentionDays: { ...destination.facts.retentionDays, expires: '2027-01-01' },
    },
  }
  const bundle = { ...parsed.value, destinations: [soon, ...parsed.value.destinations.slice(1)] }
  const stored = await putRelease(env, canonicalBundle(bundle).text, 1)
  if (!stored.ok) throw new Error('not stored')
  await activatePolicy(env, TENANT, stored.value, { by: 'test', nowMs: 1, change: 'first' })
  await run(HOUR_MS)
  expect(await told()).toEqual([`expiry ${destination.id} retentionDays 2027-01-01 14`])
  await run(HOUR_MS + 3_600_000)
  expect(await told()).toHaveLength(1)
  await run(HOUR_MS + 9 * 24 * 3_600_000)
  expect(await told()).toHaveLength(2)
  expect(await activations(env, TENANT)).toMatchObject([{ version: 1, change: 'first' }])
})
