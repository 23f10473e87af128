import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { EntryBody, StoredEntry } from '../../src/journal/entry.ts'
import { entryHash } from '../../src/journal/chain.ts'
import { openEntry } from '../../src/ledger/chain.ts'
import { postingOf, type Posting } from '../../src/ledger/postings.ts'
import type { Env } from '../../src/worker/env.ts'
import {
  entriesAfter,
  insertEntries,
  ledgerFacts,
  postingsAfter,
  watermark,
} from '../../src/worker/stores/ledger.ts'
import { chain, refused, reserved, settled } from '../ledger/entries.ts'
import { closing, deliveries } from '../ledger/arbitrary.ts'
import { migratedEnv } from './database.ts'

const NOW_MS = Date.UTC(2026, 10, 24)
let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

const insert = (tenant: string, entries: readonly StoredEntry[], database: Pick<Env, 'DB'> = env) =>
  insertEntries(database, tenant, entries, NOW_MS)

/** Counts the statements of each transaction: the short way takes three. */
function counted(): { database: Pick<Env, 'DB'>; transactions: number[] } {
  const transactions: number[] = []
  const DB = new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== 'batch') return Reflect.get(target, name).bind(target)
      return (statements: D1PreparedStatement[]) => {
        transactions.push(statements.length)
        return target.batch(statements)
      }
    },
  })
  return { database: { DB }, transactions }
}

const SHORT = 3

/** Requests of one tenant as the journal records them: a reservation, then what it came to, and now and then a refusal. */
const requests = (count: number, after?: StoredEntry): StoredEntry[] =>
  chain(
    Array.from({ length: count }, (_, at): EntryBody[] => [
      reserved(`dec_${at}`),
      settled(String(at)),
      ...(at % 5 === 0 ? [refused(`dec_no_${at}`)] : []),
    ]).flat(),
    after,
  )

const expectedPostings = (entries: readonly StoredEntry[]): Posting[] =>
  entries.flatMap((entry) => {
    const opened = openEntry(entry)
    return opened.ok ? (postingOf(opened.value, entry) ?? []) : []
  })

/** The ledger of the tenant is these entries, each with its posting, and nothing else. */
async function expectLedger(tenant: string, entries: readonly StoredEntry[]): Promise<void> {
  expect(await watermark(env, tenant)).toBe(entries.length)
  expect(await entriesAfter(env, tenant, 0, 10_000)).toEqual(entries)
  expect(await postingsAfter(env, tenant, { after: 0 }, 10_000)).toEqual(expectedPostings(entries))
  const last = entries.at(-1)?.hash
  expect(await ledgerFacts(env, tenant, entries.length)).toMatchObject({
    lastHash: last,
    conflicts: 0,
  })
}

test('entries that continue the ledger take the short way, all others the careful one', async () => {
  const entries = requests(20)
  const { database, transactions } = counted()
  await insert('ways', entries.slice(0, 10), database)
  await insert('ways', entries.slice(10, 20), database)
  await insert('ways', entries.slice(5, 25), database)
  await insert('ways', entries.slice(26, 30), database)
  await insert('ways', entries.slice(25, 28), database)
  await insert('ways', entries.slice(30).toReversed(), database)
  const ways = transactions.map((count) => (count === SHORT ? 'short' : 'careful'))
  expect(ways.join(' ')).toBe(
    [
      'short careful', // the tenant has no watermark yet
      'short',
      'short careful', // some are there already
      'short careful', // a gap
      'short careful', // it closes, but something lies past it
      'short',
    ].join(' '),
  )
  await expectLedger('ways', entries)
})

test('an entry that comes twice in one delivery counts once, and the short way stays open', async () => {
  const entries = requests(10)
  await insert('twice', entries.slice(0, 4))
  const { database, transactions } = counted()
  await insert('twice', [...entries.slice(4), ...entries.slice(4)], database)
  expect(transactions).toEqual([SHORT])
  await expectLedger('twice', entries)
})

const all = requests(8)
const head = all.slice(0, 6)
const forged = chain([settled('1000000'), settled('2000000')], all[6])
const fork = requests(6, all[5]).slice(0, 6)

test.each<[string, StoredEntry[], StoredEntry[], object]>([
  [
    'an entry past the watermark with another history',
    forged, // numbers 8 and 9, before 7 is there
    all.slice(6, 12),
    { throughSeq: 7, conflicts: [8, 9] },
  ],
  [
    'an alarm about a number in the run',
    [corrupt(all[8])],
    all.slice(6, 12),
    { throughSeq: 8, conflicts: [9] },
  ],
  [
    'an alarm about a number past the run',
    [corrupt(all[11])],
    all.slice(6, 9),
    { throughSeq: 9, conflicts: [12] },
  ],
  ['a number that is taken', [], relinked(all.slice(5, 9)), { throughSeq: 6, conflicts: [6] }],
  [
    'another predecessor',
    [],
    relinked(all.slice(5, 9)).slice(1),
    { throughSeq: 6, conflicts: [7] },
  ],
  ['a number left out', [], renumbered(all.slice(6, 9), 1), { throughSeq: 6, conflicts: [] }],
  [
    'a broken link within the run',
    [],
    [...all.slice(6, 7), ...relinked(all.slice(6, 9)).slice(1)],
    { throughSeq: 7, conflicts: [8] },
  ],
  [
    'a changed body within the run',
    [],
    [...all.slice(6, 7), corrupt(all[7]), ...all.slice(8, 9)],
    { throughSeq: 7, conflicts: [8] },
  ],
  [
    'two entries for one number in one delivery',
    [],
    [...all.slice(6, 9), ...fork.slice(0, 1)],
    { throughSeq: 6, conflicts: [7] },
  ],
])('%s is not hidden by the short way', async (name, before, after, expected) => {
  const tenant = `hidden-${name.replaceAll(' ', '-')}`
  await insert(tenant, head)
  await insert(tenant, before)
  expect(await insert(tenant, after)).toEqual(expected)
  expect(await insert(tenant, after)).toEqual(expected)
})

function corrupt(entry: StoredEntry | undefined): StoredEntry {
  if (entry === undefined) throw new Error('there is such an entry')
  return { ...entry, body: entry.body.replace('search', 'sales') }
}

/** The same numbers with another content from the first one on. */
function relinked(entries: readonly StoredEntry[]): StoredEntry[] {
  let prevHash = entries[0]?.prevHash ?? ''
  return entries.map(({ seq, body: text }) => {
    const body = text.replace('search', 'sales')
    const entry = { seq, prevHash, body, hash: entryHash(prevHash, body) }
    prevHash = entry.hash
    return entry
  })
}

/** Linked and hashed as they should be, under numbers that are too high. */
function renumbered(entries: readonly StoredEntry[], by: number): StoredEntry[] {
  let prevHash = entries[0]?.prevHash ?? ''
  return entries.map((given) => {
    const seq = given.seq + by
    const body = given.body.replace(`"seq":${given.seq}`, `"seq":${seq}`)
    const entry = { seq, prevHash, body, hash: entryHash(prevHash, body) }
    prevHash = entry.hash
    return entry
  })
}

test('when one entry cannot be stored, nothing of its delivery is', async () => {
  const entries = chain([settled('1'), settled('2'), settled('9223372036854775808'), settled('3')])
  await insert('whole', entries.slice(0, 1))
  await expect(insert('whole', entries.slice(1))).rejects.toThrow(/CHECK constraint/)
  await expectLedger('whole', entries.slice(0, 1))
})

test('several consumers at once end with one ledger', async () => {
  const entries = requests(40)
  await insert('at-once', entries.slice(0, 2))
  await Promise.all([
    insert('at-once', entries.slice(2, 40)),
    insert('at-once', entries.slice(2, 40)),
    insert('at-once', entries.slice(20, 60)),
    insert('at-once', entries.slice(40)),
    insert('at-once', entries.slice(2)),
  ])
  await expectLedger('at-once', entries)
})

test('of two histories at once one is the ledger, and the other an alarm', async () => {
  await insert('forked', head)
  const [one, other] = [all.slice(6, 12), fork]
  await Promise.all([insert('forked', one), insert('forked', other)])
  const stored = await entriesAfter(env, 'forked', 0, 100)
  const winner = stored[6]?.hash === one[0]?.hash ? one : other
  expect(stored).toEqual([...head, ...winner])
  expect(await postingsAfter(env, 'forked', { after: 0 }, 100)).toEqual(expectedPostings(stored))
  const { conflicts, sumCostPicoUsd } = await ledgerFacts(env, 'forked', 12)
  expect(conflicts).toBe(6)
  const costs = expectedPostings(stored).map(({ cost_pico }) => BigInt(cost_pico))
  expect(sumCostPicoUsd).toBe(costs.reduce((sum, cost) => sum + cost, 0n))
  expect(await insert('forked', winner.slice(0, 1))).toMatchObject({ throughSeq: 12 })
})

test('however the messages come, the ledger is the journal', async () => {
  const entries = requests(15)
  let tenants = 0
  await fc.assert(
    fc.asyncProperty(deliveries, async (rounds) => {
      const tenant = `any-${tenants++}`
      for (const round of rounds) {
        await Promise.all(
          round.map(([from, count]) => insert(tenant, entries.slice(from, from + count))),
        )
      }
      await insert(tenant, entries)
      await expectLedger(tenant, entries)
    }),
    { numRuns: 20 },
  )
})

test('the database makes the same postings as postingOf, and keeps every byte of a body', async () => {
  let tenants = 0
  await fc.assert(
    fc.asyncProperty(fc.array(closing, { minLength: 1, maxLength: 30 }), async (bodies) => {
      const tenant = `exact-${tenants++}`
      const entries = chain(bodies)
      await insert(tenant, entries.slice(0, 1))
      await insert(tenant, entries)
      await insert(tenant, entries.slice(1))
      await expectLedger(tenant, entries)
    }),
    { numRuns: 30 },
  )
})
