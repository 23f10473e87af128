import { beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_RETENTION } from '../../src/policy/retention-default.ts'
import type { Retention } from '../../src/policy/retention.ts'
import type { Env } from '../../src/worker/env.ts'
import { readableTags, sealedTags } from '../../src/worker/sealed-tags.ts'
import { eraseSubject } from '../../src/worker/stores/retention-erase.ts'
import { nightly, retentionStatus } from '../../src/worker/stores/retention-night.ts'
import { openHolds, releaseHold, setHold, setRetention } from '../../src/worker/stores/retention.ts'
import { call, financeEnv } from './ledger-books.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2026, 10, 24, 12)
const RECORD_KEY = 'a-record-key-for-tests'

let env: Env
beforeAll(async () => {
  env = { ...(await financeEnv()), RECORD_KEY }
})

type Who = { readonly tenant: string; readonly app?: string; readonly nowMs?: number; env?: Env }

const record = async (tags: Readonly<Record<string, string>>, who: Who) =>
  await sealedTags(who.env ?? env, {
    app: 'bot',
    nowMs: NOW_MS,
    tags,
    written: tags,
    ...who,
  })

const shown = async (tenant: string, tags: Readonly<Record<string, string>>, given = env) =>
  (await readableTags(given, tenant, [tags]))[0]

const down = (): never => {
  throw new Error('D1 is down')
}

const changed = (records: Partial<Retention['records']>): Retention => ({
  ...DEFAULT_RETENTION,
  records: { ...DEFAULT_RETENTION.records, ...records },
})
const span = (atLeastDays: number, atMostDays: number | 'forever') => ({
  atLeastDays,
  atMostDays,
  because: 'a test',
})

describe('values of tags', () => {
  const tags = { user: 'u-1', env: 'prod', note: 'sky' }

  test('are encrypted, but those about nobody, and read again', async () => {
    const recorded = await record(tags, { tenant: 'sealed' })
    expect(recorded).toMatchObject({ env: 'prod' })
    expect(JSON.stringify(recorded)).not.toMatch(/u-1|sky/)
    expect(await shown('sealed', recorded)).toEqual(tags)
  })

  test('are equal in the records if they are equal, for one subject, app and day only', async () => {
    const one = await record(tags, { tenant: 'equal' })
    expect(await record(tags, { tenant: 'equal' })).toEqual(one)
    const others = [
      await record(tags, { tenant: 'equal', app: 'crm' }),
      await record(tags, { tenant: 'equal', nowMs: NOW_MS + DAY_MS }),
      await record({ ...tags, user: 'u-2' }, { tenant: 'equal' }),
    ]
    expect(new Set([one, ...others].map(({ note }) => note)).size).toBe(4)
  })

  test.each([
    ['with another record key', 'equal', 'another-record-key-for-tests', '[unreadable]'],
    ['without a record key', 'equal', '', '[unreadable]'],
    ['by another tenant', 'sealed', RECORD_KEY, '[erased]'],
  ])('are not read %s', async (_name, tenant, key, expected) => {
    const recorded = await record(tags, { tenant: 'equal' })
    const given = { ...env, RECORD_KEY: key }
    expect(await shown(tenant, recorded, given)).toMatchObject({ user: expected, env: 'prod' })
  })

  test('go on being encrypted when the record key is another', async () => {
    await record({ note: 'sky' }, { tenant: 'rotated' })
    const other = { ...env, RECORD_KEY: 'another-record-key-for-tests' }
    const recorded = await record(
      { note: 'sea' },
      { tenant: 'rotated', env: other, nowMs: NOW_MS + 61_000 },
    )
    expect(await shown('rotated', recorded, other)).toEqual({ note: 'sea' })
  })

  test('that nothing could protect are not kept', async () => {
    const broken: D1Database = Object.create(env.DB, { prepare: { value: down } })
    const recorded = await record(tags, { tenant: 'unreachable', env: { ...env, DB: broken } })
    expect(new Set(Object.values(recorded))).toEqual(new Set(['[not kept]']))
  })
})

describe('erasing a subject', () => {
  test('destroys its keys of every day and app, and no other', async () => {
    const tenant = 'erased'
    const mine = [
      await record({ user: 'u-1' }, { tenant }),
      await record({ user: 'u-1' }, { tenant, app: 'crm', nowMs: NOW_MS - DAY_MS }),
    ]
    const other = await record({ user: 'u-2' }, { tenant })
    const erasure = await eraseSubject(env, tenant, 'u-1', 'officer', NOW_MS)
    expect(erasure).toEqual({ destroyed: 2, held: 0, tooYoung: 0, holds: [] })
    for (const tags of mine) expect(await shown(tenant, tags)).toEqual({ user: '[erased]' })
    expect(await shown(tenant, other)).toEqual({ user: 'u-2' })
    // A minute later every isolate has a new key.
    const again = await record({ user: 'u-1' }, { tenant, nowMs: NOW_MS + 61_000 })
    expect(await shown(tenant, again)).toEqual({ user: 'u-1' })
    expect(await shown(tenant, mine[0] ?? {})).toEqual({ user: '[erased]' })
  })

  test('leaves what must be kept longer, and says so', async () => {
    const tenant = 'young'
    await setRetention(env, tenant, changed({ personal: span(30, 400) }), 'officer', NOW_MS)
    await record({ user: 'u-1' }, { tenant, nowMs: NOW_MS - 30 * DAY_MS })
    const young = await record({ user: 'u-1' }, { tenant, nowMs: NOW_MS - 29 * DAY_MS })
    expect(await eraseSubject(env, tenant, 'u-1', 'officer', NOW_MS)).toMatchObject({
      destroyed: 1,
      tooYoung: 1,
    })
    expect(await shown(tenant, young)).toEqual({ user: 'u-1' })
  })

  test.each([
    ['of all', { app: null, from: null, to: null }, 0, 2],
    ['of another app', { app: 'crm', from: null, to: null }, 2, 0],
    ['of its app', { app: 'bot', from: null, to: null }, 0, 2],
    ['of one day', { app: null, from: '2026-11-24', to: '2026-11-24' }, 1, 1],
    ['of days long past', { app: null, from: '2020-01-01', to: '2020-12-31' }, 2, 0],
    ['of days from one on', { app: 'bot', from: '2026-11-23', to: null }, 0, 2],
  ])('stops before a hold %s', async (name, hold, destroyed, held) => {
    const tenant = `hold-${name.replaceAll(' ', '-')}`
    await record({ user: 'u-1' }, { tenant })
    await record({ user: 'u-1' }, { tenant, nowMs: NOW_MS - DAY_MS })
    const id = await setHold(env, tenant, { ...hold, reason: 'a case' }, 'officer', NOW_MS)
    expect(await eraseSubject(env, tenant, 'u-1', 'officer', NOW_MS)).toMatchObject({
      destroyed,
      held,
    })
    const act = { by: 'officer', because: 'closed', nowMs: NOW_MS }
    expect(await releaseHold(env, tenant, id, act)).toBe(true)
    expect(await releaseHold(env, tenant, id, act)).toBe(false)
    expect(await openHolds(env, tenant)).toEqual([])
    expect(await eraseSubject(env, tenant, 'u-1', 'officer', NOW_MS)).toMatchObject({
      destroyed: held,
      held: 0,
    })
  })
})

const traffic = async (tenant: string, day: string, app = 'bot') =>
  await env.DB.batch([
    env.DB.prepare(`INSERT INTO traffic_vector VALUES (?1, ?2, '{}', ?3)`).bind(
      tenant,
      `${day}${app}`,
      day,
    ),
    env.DB.prepare(`INSERT INTO traffic_day VALUES (?1, ?2, ?3, ?4, 'sent:x', 1, 0, 0, 0, 0)`).bind(
      tenant,
      day,
      `${day}${app}`,
      app,
    ),
  ])
const left = async (tenant: string) => {
  const days = env.DB.prepare('SELECT day, app FROM traffic_day WHERE tenant = ?1 ORDER BY 1, 2')
  const vectors = env.DB.prepare('SELECT hash FROM traffic_vector WHERE tenant = ?1 ORDER BY 1')
  const [a, b] = await env.DB.batch([days.bind(tenant), vectors.bind(tenant)])
  return [a?.results, b?.results.length]
}

describe('in the night', () => {
  test('what is over-age goes, once a day, and what is held stays', async () => {
    const tenant = 'night'
    const policy = changed({ personal: span(0, 10), traffic: span(0, 10), rollups: span(0, 40) })
    await setRetention(env, tenant, policy, 'officer', NOW_MS)
    const old = await record({ user: 'u-1' }, { tenant, nowMs: NOW_MS - 11 * DAY_MS })
    const held = await record({ user: 'u-1' }, { tenant, app: 'crm', nowMs: NOW_MS - 11 * DAY_MS })
    const young = await record({ user: 'u-1' }, { tenant, nowMs: NOW_MS - 10 * DAY_MS })
    await traffic(tenant, '2026-11-13')
    await traffic(tenant, '2026-11-13', 'crm')
    await traffic(tenant, '2026-11-14')
    const hold = { app: 'crm', from: null, to: null, reason: 'a case' }
    await setHold(env, tenant, hold, 'officer', NOW_MS)
    const early = Date.UTC(2026, 10, 24, 1, 59)
    expect(await nightly(env, tenant, early)).toBeUndefined()
    const night = Date.UTC(2026, 10, 24, 2)
    expect(await nightly(env, tenant, night)).toEqual({ keys: 1, traffic: 1, rollups: 0 })
    expect(await nightly(env, tenant, night + 60_000)).toBeUndefined()
    expect(await shown(tenant, old)).toEqual({ user: '[erased]' })
    expect(await shown(tenant, held)).toEqual({ user: 'u-1' })
    expect(await shown(tenant, young)).toEqual({ user: 'u-1' })
    expect(await left(tenant)).toEqual([
      [
        { day: '2026-11-13', app: 'crm' },
        { day: '2026-11-14', app: 'bot' },
      ],
      2,
    ])
    expect(await retentionStatus(env, tenant, true, NOW_MS)).toMatchObject({
      encrypted: true,
      keys: { live: 2, destroyed: 1 },
      lastNight: { keys: 1 },
      holds: [{ app: 'crm', reason: 'a case', by: 'officer' }],
    })
  })

  test('sums of months go as wholes, but for months that a hold touches', async () => {
    const tenant = 'months'
    const periods = ['2026-07', '2026-08', '2026-09', '2026-10']
    const cost = `INSERT INTO rollup_cost VALUES (?1, ?2, 'bot', 'vllm', 'm', 0, 1)`
    await env.DB.batch(periods.map((period) => env.DB.prepare(cost).bind(tenant, period)))
    await setRetention(env, tenant, changed({ rollups: span(0, 40) }), 'officer', NOW_MS)
    const hold = { app: null, from: '2026-08-31', to: '2026-08-31', reason: 'a case' }
    await setHold(env, tenant, hold, 'officer', NOW_MS)
    expect(await nightly(env, tenant, NOW_MS)).toMatchObject({ rollups: 2 })
    const kept = await env.DB.prepare('SELECT period FROM rollup_cost WHERE tenant = ?1 ORDER BY 1')
      .bind(tenant)
      .all()
    expect(kept.results).toEqual([{ period: '2026-08' }, { period: '2026-10' }])
  })

  test('nothing goes that the ledger or the log needs', async () => {
    const tables = ['journal_entry', 'posting', 'checkpoint', 'audit_node', 'admin_event']
    const counts = async () =>
      await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT COUNT(*) FROM ${table}`)))
    const before = (await counts()).map(({ results }) => results)
    await nightly(env, 'night', NOW_MS + 4000 * DAY_MS)
    expect((await counts()).map(({ results }) => results)).toEqual(before)
  })

  test('a destroyed key stays on record, and cannot come back', async () => {
    const revive = `UPDATE subject_key SET wrapped = 'x', destroyed_ms = NULL WHERE wrapped IS NULL`
    await expect(env.DB.prepare(revive).run()).rejects.toThrow('can only be destroyed')
    await expect(env.DB.prepare('DELETE FROM subject_key').run()).rejects.toThrow('stays')
  })
})

describe('the admin API', () => {
  test.each([
    ['a policy that deletes entries', 'PUT', '', changed({ journal: span(0, 10) }), 422],
    ['a policy', 'PUT', '', changed({ personal: span(1, 30) }), 200],
    ['a hold without a reason', 'POST', '/holds', { app: 'bot' }, 422],
    ['a hold that ends before it begins', 'POST', '/holds', backwards(), 422],
    ['the release of no hold', 'POST', '/holds/999999/release', { reason: 'x' }, 404],
    ['the release of nonsense', 'POST', '/holds/x/release', { reason: 'x' }, 404],
    ['an erasure of nobody', 'POST', '/erase', { subject: '  ' }, 422],
    ['an erasure', 'POST', '/erase', { subject: 'u-9' }, 200],
    ['a question', 'GET', '', undefined, 200],
  ])('answers %s', async (_name, method, path, body, status) => {
    const answer = await call(env, method, `/retention${path}?tenant=asked`, body)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('u-9')
  })
})

function backwards() {
  return { from: '2026-02-01', to: '2026-01-01', reason: 'x' }
}
