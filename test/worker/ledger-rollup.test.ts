import { beforeAll, expect, test } from 'vitest'
import { canonicalJson } from '../../src/encoding/canonical-json.ts'
import { rollUp, type RolledRow } from '../../src/ledger/rollup.ts'
import type { Env } from '../../src/worker/env.ts'
import { sliceSql } from '../../src/worker/stores/ledger-reports.ts'
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
  [['cost_centre', 'team', 'app'] as const, true],
  [['destination', 'model'] as const, false],
])(
  'a report by %j reads the roll-up by its key, never a whole table',
  async (dimensions, byDay) => {
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sliceSql(dimensions, byDay)}`)
      .bind('rolled', '2026-10', '2026-11')
      .all<{ detail: string }>()
    const details = plan.results.map(({ detail }) => detail)
    expect(
      details.filter((detail) => detail.startsWith('SCAN') && !/^SCAN r$/.test(detail)),
    ).toEqual([])
    expect(details).toContainEqual(
      expect.stringMatching(
        /^SEARCH rollup_day USING PRIMARY KEY \(tenant=\? AND period>\? AND period<\?\)$/,
      ),
    )
    expect(details).toContainEqual(expect.stringMatching(/^SEARCH g USING INTEGER PRIMARY KEY/))
  },
)
