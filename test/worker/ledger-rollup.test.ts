import { beforeAll, expect, test } from 'vitest'
import { canonicalJson } from '../../src/encoding/canonical-json.ts'
import { rollUp, type RolledRow } from '../../src/ledger/rollup.ts'
import type { Env } from '../../src/worker/env.ts'
import { slices, sliceSql } from '../../src/worker/stores/ledger-reports.ts'
import { FIRST_POSITION, rolledRows, rollUpDays } from '../../src/worker/stores/ledger-rollup.ts'
import { insertEntries, postingsAfter } from '../../src/worker/stores/ledger.ts'
import { chain, settled } from '../ledger/entries.ts'
import { financeEnv, OCTOBER, usage } from './ledger-books.ts'

let env: Env
beforeAll(async () => {
  env = await financeEnv()
})

const tiersOf = (version: string) => (version === 'price-1' ? [100_000, 200_000] : [])

const byName = (rows: readonly RolledRow[]): string[] =>
  rows.map((row) => canonicalJson({ ...row, costPicoUsd: String(row.costPicoUsd) })).toSorted()

test('the database rolls up as the pure function does, in any number of steps', async () => {
  const bodies = Array.from({ length: 300 }, (_, at) => {
    const body = settled(String((at % 7) * 1_000_003 - 5), {
      kind: at % 11 === 0 ? 'expire' : at % 13 === 0 ? 'reverse' : 'settle',
      usage: at % 5 === 0 ? null : { ...usage, input: at * 1000, reasoning: at },
      atMs: OCTOBER + at * 3_600_000,
    })
    return {
      ...body,
      facts: { ...body.facts, team: `team-${at % 3}`, priceVersion: `price-${at % 2}` },
    }
  })
  await insertEntries(env, 'rolled', chain(bodies), OCTOBER)
  const tiers = { versions: ['price-0', 'price-1'], of: tiersOf }
  await rollUpDays(env, 'rolled', 120, tiers)
  await Promise.all([rollUpDays(env, 'rolled', 300, tiers), rollUpDays(env, 'rolled', 300, tiers)])
  await rollUpDays(env, 'rolled', 300, tiers)
  const stored = await rolledRows(env, 'rolled', '2026-11', FIRST_POSITION, 1000)
  const expected = rollUp(await postingsAfter(env, 'rolled', { after: 0 }, 1000), tiersOf)
  expect(expected.length).toBeGreaterThan(50)
  expect(byName(stored.map(({ row }) => row))).toEqual(byName(expected))
})

test.each([
  ['rollup_owner', ['cost_centre', 'team', 'app'] as const, true],
  ['rollup_month', ['destination', 'model'] as const, false],
  ['rollup_day', ['app', 'model'] as const, true],
])('%s answers by %j by its key, and no table is scanned', async (table, dimensions, byDay) => {
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sliceSql(dimensions, byDay)}`)
    .bind('rolled', '2026-10', '2026-11')
    .all<{ detail: string }>()
  const details = plan.results.map(({ detail }) => detail)
  const key = '(tenant=? AND period>? AND period<?)'
  expect(details).toContainEqual(`SEARCH ${table} USING PRIMARY KEY ${key}`)
  // `r` is what the line before has found.
  expect(details.filter((detail) => detail.startsWith('SCAN') && detail !== 'SCAN r')).toEqual([])
})

const total = async (dimensions: readonly ('team' | 'model')[], byDay: boolean) =>
  (await slices(env, 'rolled', { from: '2026-11', to: '2026-11' }, dimensions, byDay))
    .map(({ costPicoUsd }) => costPicoUsd)
    .reduce((sum, cost) => sum + cost, 0n)

test('the narrow roll-ups agree with the one by day', async () => {
  const byModelAndDay = await total(['model'], true)
  expect(byModelAndDay).not.toBe(0n)
  expect(await total(['team'], true)).toBe(byModelAndDay)
  expect(await total(['model'], false)).toBe(byModelAndDay)
})
