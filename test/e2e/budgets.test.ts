import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { putPolicy } from '../../scripts/lib/seed.ts'
import type { Budget, BudgetAction } from '../../src/domain/catalog.ts'
import { parseFields } from '../upstreams/read.ts'
import { ask, boundsOf, newKey, openStage, post, rows, settled, type Stage } from './harness.ts'

const MODEL = 'openai/gpt-5-nano'
const REQUEST = ask('Why is the sky blue?', { model: MODEL })
const SECRET = 'a secret of the receiver'
const ACTIONS = ['basic-quality', 'open-weights-only', 'own-zone-only', 'refuse'] as const
const RACERS = 1_000
const FIT = 100

let stage: Stage
let receiver: Server
let boundPicoUsd: bigint
/** What the webhook was told, with its signature. */
const told: { readonly body: string; readonly signature: unknown }[] = []

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      told.push({ body, signature: request.headers['demarc-signature'] })
      response.end()
    })()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  stage = await openStage({
    vars: { WEBHOOK_URL: `http://127.0.0.1:${portOf(receiver)}/`, WEBHOOK_SECRET: SECRET },
  })
  const [bound = 0n] = await boundsOf(stage, REQUEST)
  boundPicoUsd = bound
  await putPolicy(stage.local.admin, {
    ...stage.bundle,
    attributes: { ...stage.bundle.attributes, teams: [...ACTIONS, 'race', 'daily', 'topped'] },
    budgets: [
      ...stage.bundle.budgets,
      ...ACTIONS.map((action) => stepped(action)),
      { id: 'race', scope: 'team', name: 'race', period: 'day', limitMicroUsd: fitting(FIT) },
      {
        id: 'closed-a-day',
        scope: 'team',
        name: 'daily',
        class: 'closed',
        period: 'day',
        limitMicroUsd: fitting(1),
      },
      {
        id: 'topped',
        scope: 'team',
        name: 'topped',
        period: 'quarter',
        limitMicroUsd: 1,
        topUps: [
          {
            amountMicroUsd: fitting(1),
            approvedBy: 'cfo',
            reason: 'launch',
            until: '2999-01-01T00:00:00Z',
          },
          {
            amountMicroUsd: fitting(9),
            approvedBy: 'cfo',
            reason: 'is over',
            until: '2020-01-01T00:00:00Z',
          },
        ],
      },
    ],
  })
})
afterEach(() => stage.fleet.reset())
afterAll(async () => {
  await stage.close()
  receiver.close()
})

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** Whole micro-dollars that hold so many bounds, and not one more. */
const fitting = (count: number): number => Number((BigInt(count) * boundPicoUsd) / 1_000_000n) + 1

/** A budget of which one request, charged at its bound, spends more than a hundredth. */
const stepped = (action: BudgetAction): Budget => ({
  id: action,
  scope: 'team',
  name: action,
  period: 'month',
  limitMicroUsd: fitting(90),
  steps: [{ atPercent: 1, action }],
})

/** Spends one bound: nobody reports usage, so it is charged whole. */
async function spend(key: string): Promise<void> {
  stage.fleet.script('openai', { kind: 'no-usage' })
  const { status } = await post(stage, REQUEST, { key })
  expect(status).toBe(200)
  await settled(stage)
  stage.fleet.reset()
}

test.each<[(typeof ACTIONS)[number], string, number]>([
  ['basic-quality', MODEL, 200],
  ['basic-quality', 'openai/gpt-5', 402],
  ['open-weights-only', MODEL, 402],
  ['open-weights-only', 'together/glm-5', 200],
  ['own-zone-only', 'together/glm-5', 402],
  ['own-zone-only', 'ollama/qwen3-8b', 200],
  ['refuse', MODEL, 402],
])('a budget at its step %s answers %s with %d', async (action, model, expected) => {
  const key = await newKey(stage, { team: action })
  const before = await post(stage, REQUEST, { key })
  if (before.status === 200) await spend(key)
  const reply = await post(stage, { ...REQUEST, model }, { key })
  expect([model, reply.status]).toEqual([model, expected])
  if (expected === 402) {
    expect(reply.error['code']).toBe('insufficient_quota')
    expect(reply.error['message']).toContain(`\`${action}\``)
    expect(reply.headers.get('x-should-retry')).toBe('false')
  }
})

test('`auto` is served by what the step leaves', async () => {
  const key = await newKey(stage, { team: 'own-zone-only' })
  const reply = await post(stage, ask('Why is the sky blue?'), { key })
  expect(reply.status).toBe(200)
  expect(['vllm', 'ollama', 'llama-cpp']).toContain(reply.headers.get('demarc-destination'))
})

test('the webhook is told once of each step, signed', async () => {
  await expect
    .poll(() => told.map(({ body }) => String(parseFields(body)?.['budget'])).toSorted(), {
      timeout: 5_000,
    })
    .toEqual([...ACTIONS].toSorted())
  for (const { body, signature } of told) {
    expect(signature).toBe(`sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`)
    expect(parseFields(body)).toMatchObject({ type: 'budget.step', atPercent: 1 })
    expect(body).not.toContain('sky')
  }
})

test('a budget for one class of destinations leaves the others alone', async () => {
  const key = await newKey(stage, { team: 'daily' })
  await spend(key)
  const closed = await post(stage, REQUEST, { key })
  const open = await post(stage, { ...REQUEST, model: 'together/glm-5' }, { key })
  expect([closed.status, open.status]).toEqual([402, 200])
  expect(closed.error['message']).toContain('`closed-a-day`')
})

test('a top-up counts until it is over', async () => {
  const key = await newKey(stage, { team: 'topped' })
  await spend(key)
  expect((await post(stage, REQUEST, { key })).status).toBe(402)
})

test(`of ${RACERS} requests at once exactly the ${FIT} that fit are served, and none is refused in vain afterwards`, async () => {
  const key = await newKey(stage, { team: 'race' })
  stage.fleet.script('openai', { kind: 'no-usage' })
  const replies = await Promise.all(
    Array.from({ length: RACERS }, () => post(stage, REQUEST, { key })),
  )
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(FIT)
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 402]))
  expect(stage.fleet.requests).toHaveLength(FIT)
  await settled(stage)
  const found = await rows(stage, "SELECT cost_pico FROM posting WHERE team = 'race'")
  const spent = found.reduce((sum, { cost_pico }) => sum + BigInt(String(cost_pico)), 0n)
  expect(spent).toBe(BigInt(FIT) * boundPicoUsd)
  const [open] = await rows(
    stage,
    `SELECT COUNT(*) AS n FROM journal_entry r WHERE kind = 'reserve'
     AND NOT EXISTS (SELECT 1 FROM journal_entry c WHERE c.attempt = r.attempt AND c.kind <> 'reserve')`,
  )
  expect(open).toEqual({ n: 0 })
})
