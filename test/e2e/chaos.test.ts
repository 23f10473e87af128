import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fields, type Fields } from '../upstreams/read.ts'
import {
  ask,
  framesOf,
  openStage,
  post,
  settled,
  verify,
  type Reply,
  type Stage,
} from './harness.ts'

/** Two providers by somebody else's simulator, in each provider's own format. */
let openai: LLMock
let anthropic: LLMock
let stage: Stage
beforeAll(async () => {
  ;[openai, anthropic] = await Promise.all([startMock(), startMock()])
  stage = await openStage({
    vars: {
      OPENAI_URL: `${openai.url}/v1`,
      ANTHROPIC_URL: `${anthropic.url}/v1`,
      FIRST_TOKEN_TIMEOUT_MS: '1000',
      IDLE_TIMEOUT_MS: '500',
      DEADLINE_MS: '4000',
    },
    policy: (bundle) => ({
      ...bundle,
      aliases: [...bundle.aliases, { id: 'pair', models: ['gpt-5-nano', 'claude-haiku-4-5'] }],
    }),
  })
})
afterAll(async () => {
  await stage.close()
  await Promise.all([openai.stop(), anthropic.stop()])
})

const WORDS = 'one two three four five six seven eight nine ten '.repeat(4)

async function startMock(): Promise<LLMock> {
  const mock = new LLMock({ port: 0, logLevel: 'silent' })
  mock.onMessage('plain', { content: WORDS })
  mock.onMessage('late', { content: WORDS }, { chaos: { latencyMs: 1500 } })
  mock.onMessage('slow', { content: WORDS }, { latency: 20, chunkSize: 20 })
  mock.onMessage('cut', { content: WORDS }, { truncateAfterChunks: 3, chunkSize: 10 })
  mock.onMessage('reset', { content: WORDS }, { disconnectAfterMs: 40, latency: 20, chunkSize: 5 })
  await mock.start()
  return mock
}

/** One clean answer or one clean error: nothing after the end, no half of either. */
function cleanly({ status, headers, text, error, body }: Reply, stream: boolean): string {
  if (status !== 200) {
    expect([error['type'], typeof error['message']]).toEqual([expect.any(String), 'string'])
    if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    return `error ${status}`
  }
  if (!stream) {
    expect(body['choices']).toEqual([expect.objectContaining({ finish_reason: 'stop' })])
    expect(text).toContain(WORDS.trim())
    return 'answer'
  }
  expect(text.endsWith('\n\n')).toBe(true)
  const frames = framesOf(text)
  const errors = frames.filter(
    (frame) => frame !== '[DONE]' && fields(frame)['error'] !== undefined,
  )
  const isDone = frames.at(-1) === '[DONE]'
  expect([isDone, frames.filter((frame) => frame === '[DONE]').length, errors.length]).toEqual(
    isDone ? [true, 1, 0] : [false, 0, 1],
  )
  if (!isDone) expect(fields(fields(frames.at(-1))['error'])['code']).toBe('upstream_failed')
  return isDone ? 'answer' : 'cut'
}

const decisions: string[] = []

async function send(content: string, more: Fields): Promise<string> {
  const reply = await post(stage, ask(content, { model: 'pair', ...more }))
  const decision = reply.headers.get('demarc-decision')
  if (decision !== null) decisions.push(decision)
  return cleanly(reply, more['stream'] === true)
}

/** Sends many at once, whole and in streams, and counts what they came to. */
async function sendMany(
  contents: readonly string[],
  count: number,
): Promise<Record<string, number>> {
  const sends = Array.from({ length: count }, (_, at) => {
    const content = contents[at % contents.length] ?? 'plain'
    return send(content, { stream: at % 3 !== 0, ...(at % 2 === 0 ? WITH_USAGE : {}) })
  })
  const counts: Record<string, number> = {}
  for (const came of await Promise.all(sends)) counts[came] = (counts[came] ?? 0) + 1
  return counts
}
const WITH_USAGE = { stream_options: { include_usage: true } }

const both = (chaos: Parameters<LLMock['setChaos']>[0]): void => {
  openai.setChaos(chaos)
  anthropic.setChaos(chaos)
}

test('without chaos everything is answered', async () => {
  expect(await sendMany(['plain'], 6)).toEqual({ answer: 6 })
})

test('while the first fails in every way, the second answers everything', async () => {
  // Each rate is of what the ones before it let through: a quarter each of 500, nonsense, 429 and resets.
  openai.setChaos({
    dropRate: 1 / 4,
    malformedRate: 1 / 3,
    rateLimitRate: 1 / 2,
    disconnectRate: 1,
  })
  const before = openai.getRequests().length
  expect(await sendMany(['plain'], 24)).toEqual({ answer: 24 })
  expect(openai.getRequests().length).toBeGreaterThan(before)
})

test('delays, cut streams, malformed chunks, bursts of 429, 500s and resets at both', async () => {
  both({ dropRate: 0.2, malformedRate: 0.2, rateLimitRate: 0.2, disconnectRate: 0.2 })
  const counts = await sendMany(['plain', 'slow', 'cut', 'reset', 'late'], 60)
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(60)
})

test('when both are down everything is refused cleanly, soon without asking them', async () => {
  both({ dropRate: 1 })
  await sendMany(['plain'], 12)
  const before = openai.getRequests().length + anthropic.getRequests().length
  const counts = await sendMany(['plain'], 20)
  const asked = openai.getRequests().length + anthropic.getRequests().length - before
  expect(counts['answer'] ?? 0).toBe(0)
  expect(asked).toBeLessThan(20)
})

test('when they are back they are found', async () => {
  both({})
  let came = ''
  for (let round = 0; came !== 'answer' && round < 100; round++) {
    came = await send('plain', {})
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  expect(came).toBe('answer')
})

test('afterwards nothing is held, and the ledger agrees', async () => {
  await settled(stage, decisions)
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})
