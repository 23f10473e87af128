import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { GENESIS, link, type WrittenEntry } from '../../src/journal/chain.ts'
import { journalOf, type Env } from '../../src/worker/env.ts'
import { Segments } from '../../src/worker/objects/segments.ts'
import { migratedEnv } from './database.ts'

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

const DAY_MS = 24 * 3600 * 1000
const START_MS = Date.UTC(2026, 10, 1)

/** Two entries a day, in one row. */
const day = (number: number): WrittenEntry[] =>
  [1, 2].map((half) => {
    const seq = 2 * number + half
    const atMs = START_MS + number * DAY_MS
    return { seq, body: `{"seq":${seq},"kind":"refuse","atMs":${atMs},"decision":"d${seq}"}` }
  })
const days = [...Array(6).keys()].map(day)
const all = [...link(GENESIS, days.flat())]

/** Works on the segments of an object of its own, which holds the six days. */
const withSegments = (name: string, work: (segments: Segments, sql: SqlStorage) => void) =>
  runInDurableObject(journalOf(env, name), (_, { storage }) => {
    const segments = new Segments(storage.sql)
    for (const written of days) segments.write(written)
    work(segments, storage.sql)
  })

const rowsOf = (sql: SqlStorage): unknown[] =>
  sql
    .exec('SELECT first_seq FROM segment ORDER BY first_seq')
    .toArray()
    .map((row) => row['first_seq'])

test.each([
  ['what D1 has not acknowledged stays', 4, START_MS + 9 * DAY_MS, [5, 7, 9, 11]],
  ['a row that D1 has in part stays whole', 5, START_MS + 9 * DAY_MS, [5, 7, 9, 11]],
  ['what is young stays', 12, START_MS + 3 * DAY_MS, [7, 9, 11]],
  ['the last row stays', 12, START_MS + 9 * DAY_MS, [11]],
  ['nothing is old', 12, START_MS, [1, 3, 5, 7, 9, 11]],
  ['nothing is acknowledged', 0, START_MS + 9 * DAY_MS, [1, 3, 5, 7, 9, 11]],
])('of six days: %s', async (name, throughSeq, beforeMs, left) => {
  await withSegments(name, (segments, sql) => {
    expect(segments.prune(throughSeq, beforeMs)).toBe(6 - left.length)
    expect(rowsOf(sql)).toEqual(left)
    const first = Number(left[0])
    expect([...segments.read(1)]).toEqual(all.slice(first - 1))
    expect(segments.headHash()).toBe(all.at(-1)?.hash)
    expect(segments.nextMessage(first + 1)[0]).toEqual(all[first + 1])
  })
})

test('what was sealed inside of a pruned part does not break the chain', async () => {
  await withSegments('sealed', (segments) => {
    for (const at of [0, 2, 4, 7]) segments.seal(all[at] ?? GENESIS)
    segments.prune(6, START_MS + 9 * DAY_MS)
    expect([...segments.read(7)]).toEqual(all.slice(6))
    segments.prune(8, START_MS + 9 * DAY_MS)
    expect([...segments.read(9)]).toEqual(all.slice(8))
    expect([...segments.read(10)]).toEqual(all.slice(9))
  })
})
