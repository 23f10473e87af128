import type { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fields, list, parseFields, text } from '../upstreams/read.ts'
import {
  apiErrorOf,
  ask,
  decisionOf,
  entriesOf,
  get,
  newKey,
  openStage,
  post,
  sdk,
  type Stage,
} from './harness.ts'
import { question } from './models.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage()
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

test('models are those that the key may use, and other names are refused', async () => {
  const key = await newKey(stage, { allowedModels: ['fast', 'openai/gpt-5-nano'] })
  const { data } = await sdk(stage, key).models.list()
  expect(data.map(({ id }) => id).toSorted()).toEqual(['fast', 'gpt-5-nano', 'openai/gpt-5-nano'])
  const all = await client.models.list()
  expect(all.data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['auto', 'fast', 'gpt-5', 'vllm/qwen3-30b-a3b-2507']),
  )
  for (const model of ['auto', 'openai/gpt-5', 'gpt-5', 'ollama/qwen3-8b']) {
    const error = await apiErrorOf(sdk(stage, key).chat.completions.create(question(model)))
    expect([error.status, error.code]).toEqual([403, 'model_not_allowed'])
  }
  expect(stage.fleet.requests).toEqual([])
  expect((await sdk(stage, key).chat.completions.create(question('fast'))).object).toBe(
    'chat.completion',
  )
})

test('a decision is explained without anything being sent or recorded', async () => {
  const before = await get(stage, '/v1/models')
  const connections = stage.fleet.connections()
  const reply = await post(stage, ask('Card 4111 1111 1111 1111, please.'), { path: '/v1/explain' })
  expect(reply.body).toMatchObject({
    outcome: 'plan',
    label: { level: 'restricted', categories: ['pci'] },
    evidence: [{ kind: 'card', path: '/messages/0/content', start: 5, end: 24 }],
    route: { id: 'cards' },
    policy: stage.policyHash,
  })
  expect(reply.text).not.toContain('4111')
  expect([before.status, stage.fleet.requests, stage.fleet.connections()]).toEqual([
    200,
    [],
    connections,
  ])
  expect((await get(stage, `/v1/decisions/${decisionOf(reply)}`)).status).toBe(404)
})

test('a receipt tells label, route and cost, at once and after the ledger has it', async () => {
  const reply = await post(stage, ask('Card 4111 1111 1111 1111, please.'))
  const path = `/v1/decisions/${decisionOf(reply)}`
  const early = await get(stage, path)
  expect(early.body).toMatchObject({
    label: { level: 'restricted', categories: ['pci'], scan: 'complete' },
    evidence: [{ kind: 'card', path: '/messages/0/content' }],
    route: { id: 'cards' },
    settled: [{ kind: 'settle', outcome: 'ok', destination: 'vllm', cost_usd: '0' }],
  })
  const entries = await entriesOf(stage, decisionOf(reply))
  expect(entries.map(({ kind }) => kind)).toEqual(['reserve', 'settle'])
  const later = await get(stage, path)
  // What is in the signed log by then has a proof; nothing else changes.
  const journal = list(later.body['journal']).map((entry) => ({
    ...fields(entry),
    proof: undefined,
  }))
  expect({ ...later.body, journal }).toEqual(early.body)
  expect(journal).toHaveLength(2)
})

test('a receipt is shown to the team whose decision it is, and to nobody else', async () => {
  const { headers } = await post(stage, ask('Why is the sky blue?'))
  const path = `/v1/decisions/${headers.get('demarc-decision')}`
  const otherTeam = await newKey(stage, { team: 'other' })
  const otherTenant = await newKey(stage, { tenant: 'elsewhere' })
  const sameTeam = await newKey(stage, { app: 'another' })
  const statuses = await Promise.all(
    [stage.key, sameTeam, otherTeam, otherTenant, 'none'].map(
      async (key) => (await get(stage, path, key)).status,
    ),
  )
  expect(statuses).toEqual([200, 200, 404, 404, 401])
  const unknown = await get(stage, '/v1/decisions/dec_unknown', otherTeam)
  const foreign = await get(stage, path, otherTeam)
  expect({ ...foreign.error, message: '' }).toEqual({ ...unknown.error, message: '' })
})

test('health is told to anybody', async () => {
  const response = await fetch(`${stage.local.url}/healthz`)
  expect([response.status, parseFields(await response.text())]).toEqual([200, { status: 'ok' }])
})

test('what has no path is a 404 in the shape of OpenAI', async () => {
  const { status, error } = await post(stage, {}, { path: '/v1/completions' })
  expect([status, error['code'], text(error['message'])]).toEqual([
    404,
    'not_found',
    expect.stringContaining('/v1/chat/completions'),
  ])
})
