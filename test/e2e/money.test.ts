import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { putPolicy } from '../../scripts/lib/seed.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { text, type Fields } from '../upstreams/read.ts'
import {
  ask,
  boundsOf,
  newKey,
  openStage,
  post,
  rows,
  settled,
  verify,
  type Reply,
  type Stage,
} from './harness.ts'

const MODEL = 'openai/gpt-5-nano'
const REQUEST = ask('Why is the sky blue?', { model: MODEL })
/** So many of REQUEST fit into the budget of each team that has one. */
const FIT = 7
const TEAMS = ['spent', 'in-flight', 'waiting']

let stage: Stage
let boundPicoUsd: bigint

beforeAll(async () => {
  stage = await openStage()
  const [bound = 0n] = await boundsOf(stage, REQUEST)
  boundPicoUsd = bound
  // Caps are whole micro-dollars: a little more than the bounds of seven, far less than those of eight.
  const limitMicroUsd = Number((BigInt(FIT) * bound) / 1_000_000n) + 1
  await putPolicy(stage.local.admin, withTeams(stage.bundle, limitMicroUsd))
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const withTeams = (bundle: Bundle, limitMicroUsd: number): Bundle => ({
  ...bundle,
  attributes: { ...bundle.attributes, teams: TEAMS },
  budgets: [
    ...bundle.budgets,
    ...TEAMS.map(
      (name) => ({ id: name, scope: 'team', name, period: 'month', limitMicroUsd }) as const,
    ),
  ],
  prices: bundle.prices.filter(({ model }) => model !== 'gpt-5-mini'),
})

const countOf = (replies: readonly Reply[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { status, error } of replies) {
    const name = `${status} ${text(error['code']) ?? ''}`.trim()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

const postedBy = async (team: string): Promise<bigint> => {
  await settled(stage)
  const found = await rows(stage, 'SELECT cost_pico FROM posting WHERE team = ?1', team)
  return found.reduce((sum, { cost_pico }) => sum + BigInt(text(cost_pico) ?? 0), 0n)
}

/** Limits count by the minute of the clock; a test that runs into the next one proves nothing. */
const minute = (): number => Math.floor(Date.now() / 60_000)

const together = (count: number, body: Fields, key: string): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, () => post(stage, body, { key })))

const held = () => {
  const { promise: until, resolve: release } = Promise.withResolvers<void>()
  stage.fleet.script('openai', { kind: 'hold', until })
  return release
}

const arrivals = async (count: number): Promise<void> => {
  while (stage.fleet.requests.length < count) await stage.fleet.next('openai')
}

describe('a budget', () => {
  test('lets exactly so many through at once as fit, and nothing is overspent', async () => {
    const key = await newKey(stage, { team: 'spent' })
    stage.fleet.script('openai', { kind: 'no-usage' })
    const replies = await together(40, REQUEST, key)
    expect(countOf(replies)).toEqual({ '200': FIT, '402 insufficient_quota': 40 - FIT })
    expect(stage.fleet.requests).toHaveLength(FIT)
    expect(await postedBy('spent')).toBe(BigInt(FIT) * boundPicoUsd)
  })

  test('that is spent refuses with 402, for good, and says which it is', async () => {
    const key = await newKey(stage, { team: 'spent' })
    const { status, error, headers } = await post(stage, REQUEST, { key })
    expect([status, error['type'], error['code']]).toEqual([
      402,
      'insufficient_quota',
      'insufficient_quota',
    ])
    expect(error['message']).toContain('`spent`')
    expect([headers.get('x-should-retry'), headers.get('retry-after')]).toEqual(['false', null])
    expect(stage.fleet.requests).toEqual([])
  })

  test('that is spent lets through what costs nothing, and does not touch other teams', async () => {
    const key = await newKey(stage, { team: 'spent' })
    const free = await post(stage, ask('Hi', { model: 'ollama/qwen3-8b' }), { key })
    const other = await post(stage, REQUEST)
    expect([free.status, other.status]).toEqual([200, 200])
  })

  test('held by requests in flight makes others wait, then refuses with 429; afterwards all is free again', async () => {
    const key = await newKey(stage, { team: 'in-flight' })
    const release = held()
    const first = together(FIT, REQUEST, key)
    await arrivals(FIT)
    const startedMs = Date.now()
    const late = await together(5, REQUEST, key)
    expect(countOf(late)).toEqual({ '429 budget_busy': 5 })
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(1900)
    for (const { headers } of late) {
      expect([headers.get('retry-after'), headers.get('x-should-retry')]).toEqual(['2', null])
    }
    release()
    expect(countOf(await first)).toEqual({ '200': FIT })
    expect(countOf(await together(FIT - 1, REQUEST, key))).toEqual({ '200': FIT - 1 })
    expect(await postedBy('in-flight')).toBeLessThan(BigInt(FIT) * boundPicoUsd)
  })

  test('is waited for: what becomes free within two seconds is used', async () => {
    const key = await newKey(stage, { team: 'waiting' })
    const release = held()
    const first = together(FIT - 1, REQUEST, key)
    await arrivals(FIT - 1)
    const late = together(3, REQUEST, key)
    release()
    expect(countOf([...(await first), ...(await late)])).toEqual({ '200': FIT + 2 })
  })
})

describe('the limits of a key', () => {
  test('requests a minute', async () => {
    const key = await newKey(stage, { limits: { requestsPerMinute: 3 } })
    const before = minute()
    const replies = await together(8, REQUEST, key)
    const served = replies.filter(({ status }) => status === 200).length
    if (minute() === before) expect(countOf(replies)).toEqual({ '200': 3, '429 rate_limited': 5 })
    expect(served).toBe(stage.fleet.requests.length)
    const refused = replies.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused?.error['message']).toContain('3 requests a minute')
  })

  test('tokens a minute', async () => {
    const key = await newKey(stage, { limits: { tokensPerMinute: 30 } })
    const before = minute()
    const statuses = [await post(stage, REQUEST, { key }), await post(stage, REQUEST, { key })]
    if (minute() === before) {
      expect(statuses.map(({ status, error }) => [status, error['code']])).toEqual([
        [200, undefined],
        [429, 'rate_limited'],
      ])
    }
  })

  test('requests at a time', async () => {
    const key = await newKey(stage, { limits: { concurrency: 2 } })
    const release = held()
    const first = together(2, REQUEST, key)
    await arrivals(2)
    expect(countOf(await together(3, REQUEST, key))).toEqual({ '429 rate_limited': 3 })
    release()
    expect(countOf(await first)).toEqual({ '200': 2 })
    expect(countOf(await together(2, REQUEST, key))).toEqual({ '200': 2 })
  })

  test.each([
    MODEL,
    'together/glm-5',
    'fireworks/glm-5',
    'claude-haiku-4-5',
    'gemini/gemini-2.5-flash',
    'workers-ai/glm-4.7-flash',
    'vllm/qwen3-30b-a3b-2507',
    'ollama/qwen3-8b',
    'llama-cpp/gemma-3-12b-q4',
  ])('its output limit holds at %s where a request sets none, and is told', async (model) => {
    const key = await newKey(stage, { defaultOutputTokens: 77 })
    for (const unset of [{}, { max_completion_tokens: null }, { max_tokens: null }]) {
      stage.fleet.reset()
      const body: Fields = { model, messages: [{ role: 'user', content: 'Hi' }], ...unset }
      const reply = await post(stage, body, { key })
      expect([reply.status, reply.headers.get('demarc-output-limit')]).toEqual([200, '77'])
      expect(stage.fleet.requests[0]?.body).toMatch(/[Tt]okens":77\b/)
      expect(stage.fleet.requests[0]?.body).not.toMatch(/[Tt]okens":null/)
    }
    const own = await post(stage, ask('Hi', { model }), { key })
    expect(own.headers.get('demarc-output-limit')).toBeNull()
  })
})

describe('what a request may cost', () => {
  test('is limited by demarc-max-cost-usd', async () => {
    const headers = { 'demarc-max-cost-usd': '0.000001' }
    const named = await post(stage, REQUEST, { headers })
    expect([named.status, named.error['code'], named.error['param']]).toEqual([
      400,
      'cost_over_limit',
      'demarc-max-cost-usd',
    ])
    expect(stage.fleet.requests).toEqual([])
    const auto = await post(stage, ask('Why is the sky blue?'), { headers })
    expect([auto.status, stage.fleet.requests.map(({ destination }) => destination)]).toEqual([
      200,
      [expect.stringMatching(/vllm|ollama|llama-cpp/)],
    ])
  })

  test('must be known', async () => {
    const reply = await post(stage, ask('Hi', { model: 'openai/gpt-5-mini' }))
    expect([reply.status, reply.error['code']]).toEqual([403, 'price_unknown'])
    expect(stage.fleet.requests).toEqual([])
  })

  test.each<Fields>([
    { service_tier: 'priority' },
    { service_tier: 'flex' },
    { web_search_options: {} },
    { tools: [{ type: 'web_search' }] },
  ])('is not bounded by our prices for %j, so it is not sent', async (more) => {
    const reply = await post(stage, { ...REQUEST, ...more })
    expect([reply.status, reply.error['code']]).toEqual([403, 'price_unknown'])
    expect(stage.fleet.requests).toEqual([])
  })

  test.each([
    MODEL,
    'together/glm-5',
    'fireworks/glm-5',
    'claude-haiku-4-5',
    'gemini/gemini-2.5-flash',
    'workers-ai/glm-4.7-flash',
  ])('is bounded by the output limit, whichever of its names %s gets', async (model) => {
    for (const limits of [
      { max_completion_tokens: 2 },
      { max_completion_tokens: 2, max_tokens: 400 },
      { max_completion_tokens: null, max_tokens: 2 },
      { max_tokens: null, max_completion_tokens: 2 },
      { max_tokens: 2 },
    ]) {
      const body = { model, messages: [{ role: 'user', content: 'Tell me all.' }], ...limits }
      expect((await post(stage, body)).status).toBe(200)
    }
    for (const { body } of stage.fleet.requests) {
      // Where both are set, the larger one is what was held.
      expect(body.match(/[Tt]okens":[^,}]*/g)).toEqual([expect.stringMatching(/":(?:2|400)$/)])
    }
  })
})

test('nothing cost more than was held for it, nothing stays held, and the ledger agrees', async () => {
  await settled(stage)
  const over = await rows(
    stage,
    `SELECT c.decision FROM journal_entry r JOIN journal_entry c ON c.tenant = r.tenant AND c.attempt = r.attempt
     WHERE r.kind = 'reserve' AND c.kind = 'settle'
       AND CAST(c.body ->> 'costPicoUsd' AS INTEGER) > CAST(r.body ->> 'heldPicoUsd' AS INTEGER)`,
  )
  expect(over).toEqual([])
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})

const cellsOf = (line: string): string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) => cell)

test('the export holds every posting once, and says that it is complete', async () => {
  await settled(stage)
  const period = new Date().toISOString().slice(0, 7)
  const response = await stage.local.admin(
    'GET',
    `/admin/api/ledger/export?period=${period}&format=csv`,
  )
  const [head = '', ...lines] = (await response.text()).trimEnd().split('\r\n')
  expect(response.headers.get('demarc-ledger-head')).toBe(
    response.headers.get('demarc-ledger-through'),
  )
  const postings = await rows(stage, 'SELECT attempt, cost_pico FROM posting ORDER BY seq')
  const names = head.split(',')
  const columnOf = (line: string, name: string) => cellsOf(line)[names.indexOf(name)]
  expect(lines.map((line) => columnOf(line, 'attempt'))).toEqual(
    postings.map(({ attempt }) => attempt),
  )
  expect(postings.length).toBeGreaterThan(40)
})
