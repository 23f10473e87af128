import { beforeAll, expect, test } from 'vitest'
import { GENESIS_HASH, type StoredEntry } from '../../src/journal/entry.ts'
import { entryHash } from '../../src/journal/chain.ts'
import type { Env } from '../../src/worker/env.ts'
import {
  entriesAfter,
  entriesOfDecision,
  insertEntries,
  ledgerFacts,
  postingsAfter,
  watermark,
} from '../../src/worker/stores/ledger.ts'
import { chain, refused, reserved, settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const NOW_MS = Date.UTC(2026, 10, 24)
let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

const insert = (tenant: string, entries: readonly StoredEntry[]) =>
  insertEntries(env, tenant, entries, NOW_MS)

const three = chain([reserved(), settled('700'), refused()])

test('entries become rows, closing entries become postings, and the watermark follows', async () => {
  expect(await insert('whole', three)).toEqual({ throughSeq: 3, conflicts: [] })
  expect(await entriesAfter(env, 'whole', 0, 10)).toEqual(three)
  expect(await entriesOfDecision(env, 'whole', 'dec_1')).toEqual(three.slice(0, 2))
  const postings = await postingsAfter(env, 'whole', { after: 0, period: '2026-11' }, 10)
  expect(postings).toMatchObject([
    { seq: 2, cost_pico: '700', cost_centre: 'cc-4711', input_tokens: 1200, service_tier: null },
  ])
  expect(await postingsAfter(env, 'whole', { after: 0, period: '2026-12' }, 10)).toEqual([])
  expect(await ledgerFacts(env, 'whole', 3)).toEqual({
    min: 1,
    max: 3,
    count: 3,
    lastHash: three[2]?.hash,
    sumCostPicoUsd: 700n,
    conflicts: 0,
    highest: 3,
  })
})

test('nothing is counted twice, however often and in whatever order it comes', async () => {
  const entries = chain(Array.from({ length: 60 }, () => settled('9007199254740993')))
  await insert('again', entries.slice(40))
  expect(await watermark(env, 'again')).toBe(0)
  await insert('again', entries.slice(0, 30).toReversed())
  expect(await watermark(env, 'again')).toBe(30)
  await insert('again', entries.slice(20, 45))
  await insert('again', entries)
  await insert('again', [...entries, ...entries])
  const { count, sumCostPicoUsd, conflicts } = await ledgerFacts(env, 'again', 60)
  expect(await watermark(env, 'again')).toBe(60)
  expect({ count, sumCostPicoUsd, conflicts }).toEqual({
    count: 60,
    sumCostPicoUsd: 60n * 9007199254740993n,
    conflicts: 0,
  })
})

test('sums are exact with every sign and far above 2^53', async () => {
  const costs = ['4611686018427387903', '4611686018427387903', '-1', '-1999999', '0', '1']
  await insert('large', chain(costs.map((cost) => settled(cost))))
  const { sumCostPicoUsd } = await ledgerFacts(env, 'large', costs.length)
  expect(sumCostPicoUsd).toBe(costs.reduce((sum, cost) => sum + BigInt(cost), 0n))
})

test('an insert reads no more rows for what is there already', async () => {
  const entries = chain(Array.from({ length: 1010 }, () => settled('1')))
  await insert('grown', entries.slice(0, 1000))
  let rowsRead = 0
  const DB = new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== 'batch') return Reflect.get(target, name).bind(target)
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements)
        for (const { meta } of results) rowsRead += meta.rows_read
        return results
      }
    },
  })
  await insertEntries({ DB }, 'grown', entries.slice(1000), NOW_MS)
  expect(await watermark(env, 'grown')).toBe(1010)
  expect(rowsRead).toBeGreaterThan(10)
  expect(rowsRead).toBeLessThan(500)
})

test('a large batch is split and still whole', async () => {
  const receipt = { note: 'x'.repeat(20_000) }
  const entries = chain(Array.from({ length: 100 }, () => ({ ...refused(), receipt })))
  expect(await insert('batch', entries)).toEqual({ throughSeq: 100, conflicts: [] })
})

const [one, two] = three
if (one === undefined || two === undefined) throw new Error('a chain of three has three entries')
const body = two.body.replace('"700"', '"7"')
const rewritten = { ...two, body, hash: entryHash(two.prevHash, body) }
const tail = chain([settled('1'), settled('2')], three[2])

test.each<[string, StoredEntry[], StoredEntry[], string, number, number]>([
  ['the same number with another hash', three, [rewritten, ...tail], 'sequence', 2, 3],
  ['a hash that is not that of the body', [one], [{ ...two, body }, ...tail], 'hash', 2, 1],
  ['a body that is no entry', [one], [foreign(), ...tail], 'body', 2, 1],
  ['an entry that is not linked', [one], [unlinked()], 'link', 2, 1],
])(
  '%s stops the tenant and raises the alarm',
  async (name, before, after, problem, seq, throughSeq) => {
    const tenant = `conflict-${problem}`
    await insert(tenant, before)
    const inserted = await insert(tenant, after)
    expect(inserted).toEqual({ throughSeq, conflicts: [seq] })
    const { results } = await env.DB.prepare(
      'SELECT seq, problem, found_ms FROM conflict WHERE tenant = ?1',
    )
      .bind(tenant)
      .all()
    expect(results, name).toEqual([{ seq, problem, found_ms: NOW_MS }])
    expect(await insert(tenant, tail)).toEqual({ throughSeq, conflicts: [seq] })
    const { sumCostPicoUsd, conflicts } = await ledgerFacts(env, tenant, 10)
    expect({ sumCostPicoUsd, conflicts }).toEqual({
      sumCostPicoUsd: before.length === 3 ? 700n : problem === 'link' ? 9n : 0n,
      conflicts: 1,
    })
  },
)

function foreign(): StoredEntry {
  const text = '{"seq":2}'
  return { seq: 2, prevHash: one?.hash ?? '', body: text, hash: entryHash(one?.hash ?? '', text) }
}

function unlinked(): StoredEntry {
  const [first, second] = chain([reserved('dec_7'), settled('9')])
  if (first === undefined || second === undefined) throw new Error('a chain of two')
  return second
}

test('an entry in conflict adds no posting where there was none', async () => {
  await insert('no-posting', three)
  const [forged] = chain([settled('5')], two)
  if (forged === undefined) throw new Error('a chain of one')
  expect((await insert('no-posting', [forged])).conflicts).toEqual([3])
  expect(await postingsAfter(env, 'no-posting', { after: 2 }, 10)).toEqual([])
})

test('the watermark stops before a conflict, even when the gap before it closes later', async () => {
  const [, , third] = three
  const [other] = chain([settled('5')], two)
  if (third === undefined || other === undefined) throw new Error('there are three entries')
  await insert('gap', [one, third])
  expect(await insert('gap', [other])).toEqual({ throughSeq: 1, conflicts: [3] })
  expect(await insert('gap', [two])).toEqual({ throughSeq: 2, conflicts: [3] })
})

test('a first entry that does not start from nothing is a conflict', async () => {
  const [first] = chain([refused()])
  if (first === undefined) throw new Error('a chain of one')
  const prevHash = 'f'.repeat(64)
  const entry = { ...first, prevHash, hash: entryHash(prevHash, first.body) }
  expect(await insert('genesis', [entry])).toEqual({ throughSeq: 0, conflicts: [1] })
  expect((await ledgerFacts(env, 'genesis', 0)).lastHash).toBe(GENESIS_HASH)
})

test.each([
  'UPDATE journal_entry SET body = body',
  'DELETE FROM journal_entry',
  "UPDATE posting SET team = 'other'",
  'DELETE FROM posting',
  'UPDATE activation SET hash = hash',
  'UPDATE release SET bundle = bundle',
])('the database refuses %j', async (sql) => {
  await insert('locked', three)
  await env.DB.batch([
    env.DB.prepare("INSERT OR IGNORE INTO release (hash, bundle, created_ms) VALUES ('h', 'b', 1)"),
    env.DB.prepare("INSERT INTO activation (tenant, hash, activated_ms) VALUES ('locked', 'h', 1)"),
  ])
  await expect(env.DB.prepare(sql).run()).rejects.toThrow(/append-only|immutable/)
})

test('INSERT OR REPLACE rewrites nothing', async () => {
  await insert('replaced', three)
  await env.DB.batch([
    env.DB.prepare(
      `INSERT OR REPLACE INTO journal_entry
       SELECT tenant, seq, kind, decision, attempt, at_ms, 'forged', prev_hash, hash
       FROM journal_entry WHERE tenant = 'replaced'`,
    ),
    env.DB.prepare(
      `INSERT OR REPLACE INTO posting (tenant, seq, entry_hash, reserve_seq, decision, attempt, period, posted_ms, kind,
         outcome, team, app, key_id, cost_centre, purpose, surface, destination, account, region, legal_entity,
         model_requested, model, upstream_model, form, level, policy_hash, price_version, usage_source, cost_pico)
       SELECT tenant, seq, entry_hash, reserve_seq, decision, attempt, period, posted_ms, kind,
         outcome, team, app, key_id, 'forged', purpose, surface, destination, account, region, legal_entity,
         model_requested, model, upstream_model, form, level, policy_hash, price_version, usage_source, '1'
       FROM posting WHERE tenant = 'replaced'`,
    ),
  ])
  expect(await entriesAfter(env, 'replaced', 0, 10)).toEqual(three)
  const [posting] = await postingsAfter(env, 'replaced', { after: 0 }, 10)
  expect(posting).toMatchObject({ cost_centre: 'cc-4711', cost_pico: '700' })
})
