import { beforeAll, expect, test } from 'vitest'
import type { Receipt } from '../../src/domain/plan.ts'
import type { EntryBody } from '../../src/journal/entry.ts'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import { decide, type Facts } from '../../src/router/decide.ts'
import type { World } from '../../src/router/world.ts'
import type { Env } from '../../src/worker/env.ts'
import { recordableReceipt } from '../../src/worker/recordable.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { evaluateShadow, setShadow, shadowReport } from '../../src/worker/stores/shadow.ts'
import { chain, refused, reserved } from '../ledger/entries.ts'
import { NOW_MS } from '../policy/fixtures.ts'
import { drawFrom, randomBundle } from '../policy/random.ts'
import { randomFacts, receiptIn, servable, SIZE, worldWith } from '../router/lives.ts'
import { migratedEnv } from './database.ts'

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

async function stored(seed: number): Promise<World> {
  const bundle = servable(randomBundle(seed, SIZE))
  const { text, hash } = canonicalBundle(bundle)
  await env.DB.prepare(
    'INSERT INTO release (hash, bundle, created_ms) VALUES (?1, ?2, 1) ON CONFLICT DO NOTHING',
  )
    .bind(hash, text)
    .run()
  return worldWith(bundle, hash)
}

/** The entry that serving writes of a decision. */
function entryOf(id: string, asked: Omit<Facts, 'world'>, world: World, atMs: number): EntryBody {
  const decision = decide({ ...asked, world })
  const receipt: Receipt = recordableReceipt(receiptIn(decision))
  const { team, app, purpose } = asked.caller
  const { surface } = asked.request
  const [body, no] = [reserved(id), refused(id)]
  if (body.kind !== 'reserve' || no.kind !== 'refuse') throw new Error('other entries')
  return decision.ok
    ? { ...body, atMs, facts: { ...body.facts, team, app, purpose, surface }, receipt }
    : { ...no, atMs, team, app, purpose, surface, code: decision.error.code, receipt }
}

/** Where a request may go, as serving decides it. */
const servedAt = (asked: Omit<Facts, 'world'>, world: World): readonly string[] => {
  const decision = decide({ ...asked, world })
  return decision.ok ? decision.value.attempts.map(({ destination }) => destination) : []
}

type Counts = Record<string, number>

/** What differs between two policies that decide the requests themselves. */
function livesDiffer(all: readonly Omit<Facts, 'world'>[], base: World, candidate: World): Counts {
  const counts: Counts = {}
  const count = (kind: string) => (counts[kind] = (counts[kind] ?? 0) + 1)
  for (const asked of all) {
    const [was, is] = [servedAt(asked, base), servedAt(asked, candidate)]
    if (was.length > 0 && is.length === 0) count('newly-refused')
    else if (was.length === 0 && is.length > 0) count('newly-allowed')
    else {
      if (was.some((id) => !is.includes(id))) count('fewer-destinations')
      if (is.some((id) => !was.includes(id))) count('more-destinations')
    }
  }
  return counts
}

const KINDS = ['newly-refused', 'newly-allowed', 'fewer-destinations', 'more-destinations']

test.each([
  [11, 12],
  [13, 14],
  [15, 16],
])('a shadow says what deciding live would have: %i beside %i', async (first, second) => {
  const tenant = `shadow-${first}`
  const [base, candidate] = [await stored(first), await stored(second)]
  const draw = drawFrom(first)
  // Only chats are served by this one model.
  const all = Array.from({ length: 300 }, () => randomFacts(draw)).filter(
    ({ request }) => request.operation === 'chat' && request.handling.serviceTier === 'default',
  )
  const bodies = all.map((asked, at) => entryOf(`dec_${at}`, asked, base, NOW_MS + at))
  const before = entryOf('dec_before', randomFacts(draw), base, NOW_MS - 1)
  expect(await setShadow(env, tenant, candidate.policy.hash, 'officer', NOW_MS)).toMatchObject({
    ok: true,
  })
  const entries = chain([before, ...bodies])
  for (const until of [1, 20, entries.length]) {
    await insertEntries(env, tenant, entries.slice(0, until), NOW_MS)
    await Promise.all([evaluateShadow(env, tenant), evaluateShadow(env, tenant)])
  }
  const report = await shadowReport(env, tenant)
  const counts: Counts = {}
  for (const { kind, requests, examples } of report?.differences ?? []) {
    expect(examples.length).toBeGreaterThan(0)
    if (KINDS.includes(kind)) counts[kind] = (counts[kind] ?? 0) + requests
  }
  expect(counts).toEqual(livesDiffer(all, base, candidate))
  expect(report).toMatchObject({ requests: all.length, skipped: 0, by: 'officer', until: null })
})

test('the policy in force differs from itself in nothing', async () => {
  const base = await stored(21)
  const draw = drawFrom(21)
  const bodies = Array.from({ length: 50 }, (_, at) =>
    entryOf(`dec_${at}`, randomFacts(draw), base, NOW_MS),
  )
  await setShadow(env, 'same', base.policy.hash, 'officer', NOW_MS)
  await insertEntries(env, 'same', chain(bodies), NOW_MS)
  await evaluateShadow(env, 'same')
  expect(await shadowReport(env, 'same')).toMatchObject({ requests: 50, differing: 0 })
})

test('a shadow ends, and another begins at nothing', async () => {
  const base = await stored(21)
  await setShadow(env, 'same', null, 'officer', NOW_MS + 5)
  expect(await shadowReport(env, 'same')).toMatchObject({ requests: 50, until: expect.anything() })
  await setShadow(env, 'same', base.policy.hash, 'other', NOW_MS + 10)
  await evaluateShadow(env, 'same')
  expect(await shadowReport(env, 'same')).toMatchObject({ requests: 0, by: 'other', until: null })
})

test('what is not stored cannot be tried', async () => {
  expect(await setShadow(env, 'same', 'f'.repeat(64), 'officer', NOW_MS)).toEqual({
    ok: false,
    error: 'unknown-release',
  })
})

test('what an entry does not tell is counted', async () => {
  const base = await stored(21)
  await setShadow(env, 'old', base.policy.hash, 'officer', 0)
  await insertEntries(env, 'old', chain([reserved()]), NOW_MS)
  await evaluateShadow(env, 'old')
  expect(await shadowReport(env, 'old')).toMatchObject({ requests: 0, skipped: 1 })
})
