import { beforeAll, describe, expect, test } from 'vitest'
import { PUBLIC, type Label } from '../../src/domain/label.ts'
import type { Receipt } from '../../src/domain/plan.ts'
import type { Seen } from '../../src/domain/seen.ts'
import type { EntryBody } from '../../src/journal/entry.ts'
import type { Env } from '../../src/worker/env.ts'
import { insertEntries } from '../../src/worker/stores/ledger.ts'
import { rollUpTraffic, trafficRecords, trafficSkipped } from '../../src/worker/stores/traffic.ts'
import { chain, refused, reserved, settled } from '../ledger/entries.ts'
import { migratedEnv } from './database.ts'

const DAY_1 = Date.UTC(2026, 10, 23, 10)
const DAY_2 = Date.UTC(2026, 10, 24, 12)
const restricted: Label = { ...PUBLIC, level: 'restricted', categories: ['health'] }

let env: Env
beforeAll(async () => {
  env = await migratedEnv()
})

const receiptOf = (label: Label, seen?: Seen): Receipt => ({
  label,
  evidence: [],
  findingCount: 0,
  unscanned: [],
  policyHash: 'a'.repeat(64),
  requestedModel: 'auto',
  guardrails: [],
  removed: [],
  route: 'all',
  obligations: [],
  attempts: [],
  ...(seen === undefined ? {} : { seen }),
})

type Times = { readonly atMs: number; readonly number?: number; readonly destination?: string }

function attempt(decision: string, receipt: Receipt | undefined, times: Times): EntryBody {
  const { atMs, number = 1, destination } = times
  const body = reserved(decision)
  if (body.kind !== 'reserve') throw new Error('not a reservation')
  const facts = { ...body.facts, destination: destination ?? body.facts.destination }
  return {
    ...body,
    atMs,
    number,
    attempt: `${decision}.${number}`,
    facts,
    ...(receipt === undefined ? {} : { receipt }),
  }
}

const settle = (decision: string, cost: string, times: Times): EntryBody => {
  const { atMs, number = 1 } = times
  return settled(cost, { decision, attempt: `${decision}.${number}`, atMs })
}

function refusal(decision: string, receipt: unknown, atMs: number): EntryBody {
  const body = refused(decision)
  if (body.kind !== 'refuse') throw new Error('not a refusal')
  return {
    ...body,
    atMs,
    purpose: 'support',
    ...(receipt === undefined ? {} : { receipt }),
  }
}

const TRAFFIC: readonly EntryBody[] = [
  attempt('dec_a', receiptOf(PUBLIC, {}), { atMs: DAY_1 }),
  settle('dec_a', '100', { atMs: DAY_1 + 1000 }),
  attempt('dec_b', receiptOf(PUBLIC, {}), { atMs: DAY_2 }),
  // A first attempt that failed, and another that is paid for: one decision.
  settle('dec_b', '0', { atMs: DAY_2 }),
  attempt('dec_b', undefined, { atMs: DAY_2, number: 2, destination: 'together' }),
  settle('dec_b', '9007199254740993', { atMs: DAY_2, number: 2 }),
  refusal('dec_c', receiptOf(restricted, { quality: 'frontier' }), DAY_2),
  // Refused after an attempt: that is the same decision still.
  attempt('dec_d', receiptOf(PUBLIC, {}), { atMs: DAY_2, destination: 'together' }),
  refusal('dec_d', receiptOf(PUBLIC, {}), DAY_2),
  attempt('dec_old', receiptOf(PUBLIC), { atMs: DAY_2 }),
  refusal('dec_none', undefined, DAY_2),
  refusal('dec_form', { label: PUBLIC, seen: { later: 1 } }, DAY_2),
  refusal('dec_masked', receiptOf({ ...PUBLIC, categories: ['declared:*'] }, {}), DAY_2),
]

const read = async (tenant: string, fromMs: number, toMs: number) =>
  (await trafficRecords(env, tenant, fromMs, toMs))
    .map(({ attributes, destination, count, tokens, costPicoUsd }) => [
      attributes.label.level,
      attributes.quality,
      destination,
      count,
      tokens.input,
      costPicoUsd,
    ])
    .toSorted(([, , a], [, , b]) => (String(a) < String(b) ? -1 : 1))

describe('stored traffic', () => {
  const expected = [
    ['public', 'basic', 'fireworks', 2, 4500, 9007199254741093n],
    ['restricted', 'frontier', null, 1, 0, 0n],
    ['public', 'basic', 'together', 1, 0, 0n],
  ]

  test('counts each decision once, where it was sent first, with all that it cost', async () => {
    await insertEntries(env, 'once', chain(TRAFFIC), DAY_2)
    expect(await rollUpTraffic(env, 'once')).toBe(TRAFFIC.length)
    expect(await read('once', DAY_1, DAY_2)).toEqual(expected)
    expect(await trafficSkipped(env, 'once', DAY_1, DAY_2)).toEqual({
      'before-recording': 1,
      'no-decision': 1,
      masked: 1,
      'unknown-form': 1,
    })
  })

  test('is the same however often, and in however many parts, it is added up', async () => {
    const entries = chain(TRAFFIC)
    for (const until of [1, 3, 5, 6, 12]) {
      await insertEntries(env, 'parts', entries.slice(0, until), DAY_2)
      await Promise.all([rollUpTraffic(env, 'parts'), rollUpTraffic(env, 'parts')])
    }
    await rollUpTraffic(env, 'parts')
    expect(await read('parts', DAY_1, DAY_2)).toEqual(expected)
  })

  test.each([
    ['the day before', DAY_1, DAY_1 + 1, [['public', 'basic', 'fireworks', 1, 1500, 100n]]],
    ['a day without any', DAY_2 + 86_400_000, DAY_2 + 86_400_001, []],
  ])('is asked for by day: %s', async (_name, fromMs, toMs, those) => {
    expect(await read('once', fromMs, toMs)).toEqual(those)
  })

  test('of others is not there', async () => expect(await read('nobody', DAY_1, DAY_2)).toEqual([]))
})
