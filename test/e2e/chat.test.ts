import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { OpenAI } from 'openai'
import type { Recorded } from '../upstreams/server.ts'
import type { SimulatedId } from '../upstreams/fleet.ts'
import { fields } from '../upstreams/read.ts'
import {
  closeValid,
  framesOf,
  openStage,
  post,
  rows,
  sdk,
  settled,
  theRequest,
  verify,
  type Stage,
} from './harness.ts'
import { MODELS, question } from './models.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage()
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

/** Puts the recorded request to the simulated provider again and reads the usage in its own words. */
async function reportedBy(id: SimulatedId, request: Recorded): Promise<[bigint, bigint]> {
  const { path, query, headers, body } = request
  const origin = new URL(stage.fleet.urls[id] ?? '').origin
  const response = await fetch(`${origin}${path}?${query.toString()}`, {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(headers).filter(
        ([name]) => !['host', 'content-length', 'connection', 'transfer-encoding'].includes(name),
      ),
    ),
    body,
  })
  const reply = await response.text()
  const last = (name: string): number =>
    Number([...reply.matchAll(new RegExp(`"${name}":(\\d+)`, 'g'))].at(-1)?.[1] ?? 0)
  if (id === 'anthropic') return [BigInt(last('input_tokens')), BigInt(last('output_tokens'))]
  if (id !== 'gemini') return [BigInt(last('prompt_tokens')), BigInt(last('completion_tokens'))]
  const output = last('candidatesTokenCount') + last('thoughtsTokenCount')
  return [BigInt(last('promptTokenCount')), BigInt(output)]
}

/** What the price book says that so many tokens cost. */
function priced(model: string, [input, output]: readonly [bigint, bigint]): bigint {
  const [destination, id] = model.split('/')
  const today = new Date().toISOString().slice(0, 10)
  const price = stage.bundle.prices.find(
    (one) =>
      one.destination === destination &&
      one.model === id &&
      one.validFrom <= today &&
      (one.validTo === undefined || one.validTo > today),
  )
  if (price === undefined) throw new Error(`no price of ${model}`)
  return input * BigInt(price.meters.input) + output * BigInt(price.meters.output)
}

/** What the ledger must hold of decisions made so far; compared at the end, because a settlement travels for a second. */
const expected: [string, bigint][] = []
const expectInLedger = (decision: string, costPicoUsd: bigint): void => {
  expect(decision).toMatch(/^dec_/)
  expected.push([decision, costPicoUsd])
}

describe.each(MODELS)('%s: %s', (id, model) => {
  test('answers a text, and the ledger holds what the provider reported, at its price', async () => {
    const { data, response } = await client.chat.completions.create(question(model)).withResponse()
    expect(data.object).toBe('chat.completion')
    expect(data.choices.map(({ finish_reason, message }) => [finish_reason, message.role])).toEqual(
      [['stop', 'assistant']],
    )
    expect(data.choices[0]?.message.content).toMatch(/^Simulated .*no model ran\.$/)
    expect(response.headers.get('demarc-destination')).toBe(id)
    expect(response.headers.get('demarc-label')).toBe('public')
    expect(response.headers.get('demarc-policy')).toBe(stage.policyHash)
    const decision = response.headers.get('demarc-decision') ?? ''
    expect(response.headers.get('x-request-id')).toBe(decision)
    const tokens = await reportedBy(id, theRequest(stage, id))
    expect([data.usage?.prompt_tokens, data.usage?.completion_tokens]).toEqual(tokens.map(Number))
    expectInLedger(decision, priced(model, tokens))
  })

  test.each([[false], [true]])('streams; usage chunk asked for: %s', async (include_usage) => {
    const whole = await client.chat.completions.create(question(model))
    stage.fleet.reset()
    const call = client.chat.completions.create({
      ...question(model),
      stream: true,
      ...(include_usage ? { stream_options: { include_usage } } : {}),
    })
    const { data, response } = await call.withResponse()
    let content = ''
    const usages: (readonly [number, number, number])[] = []
    const finishes: string[] = []
    for await (const { choices, usage } of data) {
      content += choices[0]?.delta.content ?? ''
      if (choices[0]?.finish_reason) finishes.push(choices[0].finish_reason)
      if (usage) usages.push([choices.length, usage.prompt_tokens, usage.completion_tokens])
    }
    expect(content).toBe(whole.choices[0]?.message.content)
    expect(finishes).toEqual(['stop'])
    const tokens = await reportedBy(id, theRequest(stage, id))
    if (include_usage) expect(usages.at(-1)?.slice(1)).toEqual(tokens.map(Number))
    // Some servers tell the usage in the last chunk, asked or not; a chunk of nothing else comes only if asked for.
    else expect(usages.filter(([choices]) => choices === 0)).toEqual([])
    expectInLedger(response.headers.get('demarc-decision') ?? '', priced(model, tokens))
  })

  test('ends a stream with [DONE], and every frame before it is a chunk', async () => {
    const reply = await post(stage, { ...question(model), stream: true })
    expect(reply.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const frames = framesOf(reply.text)
    expect(frames.at(-1)).toBe('[DONE]')
    const objects = new Set(frames.slice(0, -1).map((frame) => fields(frame)['object']))
    expect([...objects]).toEqual(['chat.completion.chunk'])
  })
})

test('several answers are counted as several', async () => {
  const { data, response } = await client.chat.completions
    .create({ ...question('openai/gpt-5-nano'), n: 3 })
    .withResponse()
  expect(data.choices.map(({ index }) => index)).toEqual([0, 1, 2])
  const tokens = await reportedBy('openai', theRequest(stage, 'openai'))
  const decision = response.headers.get('demarc-decision') ?? ''
  expectInLedger(decision, priced('openai/gpt-5-nano', tokens))
})

test('the ledger holds what the providers reported, at its price, and agrees with the journal', async () => {
  await settled(
    stage,
    expected.map(([decision]) => decision),
  )
  const posted = await rows(stage, 'SELECT decision, cost_pico FROM posting')
  const costs = new Map(posted.map(({ decision, cost_pico }) => [decision, cost_pico]))
  expect(expected.map(([decision]) => [decision, costs.get(decision)])).toEqual(
    expected.map(([decision, cost]) => [decision, String(cost)]),
  )
  expect(expected.length).toBe(3 * MODELS.length + 1)
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})
