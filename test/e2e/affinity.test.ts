import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Bundle } from '../../src/policy/schema.ts'
import type { Fields } from '../upstreams/read.ts'
import { ask, decisionOf, get, newKey, openStage, post, type Reply, type Stage } from './harness.ts'

const RATES: Readonly<Record<string, Bundle['prices'][number]['meters']>> = {
  'together/glm-5': { input: 1_000_000, cachedInput: 100_000, output: 500_000 },
  'fireworks/glm-5': { input: 800_000, cachedInput: 100_000, output: 20_000_000 },
}

/** Up to about 18,000 bytes Together is the cheaper of the two, above that Fireworks. */
const repriced = (bundle: Bundle): Bundle => ({
  ...bundle,
  prices: bundle.prices.map((price) => ({
    ...price,
    meters: RATES[`${price.destination}/${price.model}`] ?? price.meters,
  })),
  aliases: [...bundle.aliases, { id: 'here-or-home', models: ['glm-5', 'qwen3-30b-a3b-2507'] }],
})

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ policy: repriced })
})
afterEach(() => stage.fleet.reset())
afterAll(() => stage.close())

const LINE = 'The garden has a wall, and the wall has a gate. '
const prose = (bytes: number): string => LINE.repeat(bytes / LINE.length)

type Turn = { readonly role: string; readonly content: string }
const user = (content: string): Turn => ({ role: 'user', content })
const said: Turn = { role: 'assistant', content: 'It does.' }

let conversations = 0
/** The beginning of a conversation that no other test has: 8,000 bytes, for which Together is the cheapest. */
const beginning = (): Turn[] => [
  { role: 'system', content: 'You know gardens.' },
  user(`Garden ${conversations++}. ${prose(8_000)}`),
]

const send = (messages: readonly Turn[], more: Fields = {}, sending = {}): Promise<Reply> =>
  post(stage, ask('', { model: 'glm-5', messages, ...more }), sending)

const placeOf = ({ status, headers }: Reply): string =>
  `${status} ${headers.get('demarc-destination') ?? ''}`

const pinnedIn = async (reply: Reply): Promise<unknown> =>
  (await get(stage, `/v1/decisions/${decisionOf(reply)}`)).body['pinned']

const anthropicBody = (first: string, ...more: readonly Turn[]): Fields => ({
  model: 'glm-5',
  max_tokens: 200,
  stream: true,
  system: 'You know gardens.',
  messages: [{ role: 'user', content: [{ type: 'text', text: first }] }, ...more],
})

describe('a conversation', () => {
  test('stays where it began, though its length makes another place the cheapest', async () => {
    const first = beginning()
    const longer = [...first, said, user(prose(16_000))]
    expect(placeOf(await send([user(prose(24_000))]))).toBe('200 fireworks')
    expect(placeOf(await send(first))).toBe('200 together')
    const second = await send(longer)
    expect(placeOf(second)).toBe('200 together')
    expect(await pinnedIn(second)).toEqual({
      destination: 'together',
      model: 'glm-5',
      outcome: 'stays',
      cached_tokens: expect.any(Number),
    })
  })

  test('moves where what may be cached is too little to pay for the rest', async () => {
    const first = [user(`Garden ${conversations++}.`)]
    expect(placeOf(await send(first))).toBe('200 together')
    const second = await send([...first, said, user(prose(240_000))])
    expect(placeOf(second)).toBe('200 fireworks')
    expect(await pinnedIn(second)).toMatchObject({
      outcome: 'cheaper-elsewhere',
      cached_tokens: 0,
    })
  })

  test('stays where a failure sent it', async () => {
    const first = beginning()
    stage.fleet.script('together', [{ kind: 'error', status: 500 }])
    expect(placeOf(await send(first))).toBe('200 fireworks')
    const second = await send([...first, said, user('And the gate?')])
    expect(placeOf(second)).toBe('200 fireworks')
    expect(await pinnedIn(second)).toMatchObject({ destination: 'fireworks', outcome: 'stays' })
    expect(placeOf(await send(beginning()))).toBe('200 together')
  })

  test('leaves a place that fails, and does not go back for nothing', async () => {
    const first = beginning()
    expect(placeOf(await send(first))).toBe('200 together')
    stage.fleet.script('together', [{ kind: 'drop' }])
    expect(placeOf(await send([...first, said, user('And?')]))).toBe('200 fireworks')
    expect(placeOf(await send([...first, said, user('And?'), said, user('So?')]))).toBe(
      '200 fireworks',
    )
  })

  test('is not moved by a request that is wrong everywhere', async () => {
    const first = beginning()
    expect(placeOf(await send(first))).toBe('200 together')
    stage.fleet.script('together', [{ kind: 'error', status: 400 }])
    expect((await send([...first, said, user(prose(16_000))])).status).toBe(400)
    expect(placeOf(await send([...first, said, user(prose(16_000))]))).toBe('200 together')
  })

  test('leaves at once when something is said that may not go there', async () => {
    const first = beginning()
    const more = { model: 'here-or-home' }
    expect(placeOf(await send(first, more))).toBe('200 together')
    stage.fleet.reset()
    const secret = [...first, said, user('Charge 4111 1111 1111 1111.')]
    const second = await send(secret, more)
    expect(placeOf(second)).toBe('200 vllm')
    expect(stage.fleet.requests.map(({ destination }) => destination)).toEqual(['vllm'])
    expect(await pinnedIn(second)).toMatchObject({
      destination: 'together',
      outcome: 'unavailable',
    })
  })

  test('is another one for another app', async () => {
    const first = beginning()
    expect(placeOf(await send(first))).toBe('200 together')
    const key = await newKey(stage, { app: 'others' })
    const longer = [...first, said, user(prose(16_000))]
    expect(placeOf(await send(longer, {}, { key }))).toBe('200 fireworks')
    expect(placeOf(await send(longer))).toBe('200 together')
  })

  test('is what the client calls a session, whatever it begins with', async () => {
    const headers = { 'demarc-session': `session-${conversations++}` }
    expect(placeOf(await send(beginning(), {}, { headers }))).toBe('200 together')
    const compacted = [user(`Garden ${conversations++}. ${prose(24_000)}`)]
    expect(placeOf(await send(compacted))).toBe('200 fireworks')
    expect(placeOf(await send(compacted, {}, { headers }))).toBe('200 together')
  })

  test('keeps its place in a stream, and over other surfaces', async () => {
    const first = `Garden ${conversations++}. ${prose(8_000)}`
    const path = '/v1/messages'
    expect(placeOf(await post(stage, anthropicBody(first), { path }))).toBe('200 together')
    const longer = anthropicBody(first, said, user(prose(16_000)))
    expect(placeOf(await post(stage, longer, { path }))).toBe('200 together')
  })
})

const toMessages = (...messages: readonly Turn[]): Fields => ({
  model: 'glm-5',
  max_tokens: 200,
  messages,
})

test('tokens are counted for the place where the conversation is', async () => {
  const first = user(`Garden ${conversations++}. ${prose(8_000)}`)
  const counted = (...messages: readonly Turn[]): Promise<Reply> =>
    post(stage, { model: 'glm-5', messages }, { path: '/v1/messages/count_tokens' })
  const path = '/v1/messages'
  expect(placeOf(await post(stage, toMessages(first), { path }))).toBe('200 together')
  const longer = [first, said, user(prose(16_000))]
  expect(placeOf(await counted(...longer))).toBe('200 together')
  expect(placeOf(await post(stage, toMessages(...longer), { path }))).toBe('200 together')
})

describe('what is remembered', () => {
  test('can be explained before anything is sent', async () => {
    const first = beginning()
    await send(first)
    const body = ask('', { model: 'glm-5', messages: [...first, said, user(prose(16_000))] })
    const explained = await post(stage, body, { path: '/v1/explain' })
    expect(explained.body['pinned']).toMatchObject({ destination: 'together', outcome: 'stays' })
    expect(explained.body['attempts']).toMatchObject([{ destination: 'together' }, {}])
    const fresh = await post(stage, ask('Hi', { model: 'glm-5' }), { path: '/v1/explain' })
    expect(fresh.body['pinned']).toBeNull()
  })

  test('is nothing of a request for one model at one place', async () => {
    const first = beginning()
    const model = 'together/glm-5'
    await send(first, { model })
    const second = await send([...first, said, user('And?')], { model })
    expect([placeOf(second), await pinnedIn(second)]).toEqual(['200 together', null])
  })
})
