import { afterAll, afterEach, expect, test } from 'vitest'
import type { Behaviour } from './behaviour.ts'
import { clientOf, events, HEADERS, pathAndBody } from './client.ts'
import { startFleet } from './fleet.ts'
import { fields } from './read.ts'

const fleet = await startFleet()
const { ask } = clientOf(fleet)
afterEach(() => fleet.reset())
afterAll(() => fleet.close())

const BROKEN: readonly [string, Behaviour, boolean][] = [
  ['drop', { kind: 'drop' }, false],
  ['half a body', { kind: 'half-body' }, false],
  ['a cut stream', { kind: 'cut', afterFrames: 2, how: 'reset' }, true],
]
test.each(BROKEN)('%s breaks the connection', async (_name, behaviour, stream) => {
  fleet.script('openai', behaviour)
  await expect(ask('openai', stream).then((reply) => reply.text())).rejects.toThrow()
})

test('a redirect names another host, which records what is posted to it', async () => {
  fleet.script('openai', { kind: 'redirect', location: fleet.elsewhereUrl })
  const reply = await ask('openai')
  expect([reply.status, reply.headers.get('location')]).toEqual([307, fleet.elsewhereUrl])
  await fetch(fleet.elsewhereUrl, { method: 'POST', body: 'leaked' })
  expect(fleet.requests.map(({ destination }) => destination)).toEqual(['openai', 'elsewhere'])
})

test.each([
  ['openai', 'retry-after'],
  ['anthropic', 'retry-after'],
] as const)('%s says when to try again', async (id, header) => {
  fleet.script(id, { kind: 'rate-limit', retryAfterS: 7 })
  const reply = await ask(id)
  expect([reply.status, reply.headers.get(header)]).toEqual([429, '7'])
})

test('an echoing error holds the prompt, and the one after it is as usual', async () => {
  fleet.script('openai', [{ kind: 'echo', status: 400 }])
  expect(await (await ask('openai')).text()).toContain('Hello.')
  expect((await ask('openai')).status).toBe(200)
})

test('a stream without its end lacks only the last frame', async () => {
  fleet.script('anthropic', { kind: 'no-end' })
  const all = events(await (await ask('anthropic', true)).text())
  expect(fields(all.at(-1))['type']).toBe('message_delta')
})

test('a client that leaves is seen to leave', async () => {
  fleet.script('openai', { kind: 'hang' })
  const abort = new AbortController()
  const arrived = fleet.next('openai')
  const gone = fetch(`${fleet.urls.openai}/chat/completions`, {
    method: 'POST',
    headers: HEADERS.openai(fleet.keys.openai ?? ''),
    body: JSON.stringify(pathAndBody('openai', false)[1]),
    signal: abort.signal,
  })
  const { ended } = await arrived
  abort.abort()
  await expect(gone).rejects.toThrow()
  expect(await ended).toBe('gone')
})

test('a server behind Access wants its service token', async () => {
  const guarded = await startFleet({ only: ['vllm'], access: { vllm: { id: 'a', secret: 'b' } } })
  const url = `${guarded.urls.vllm}/models`
  const token = { 'cf-access-client-id': 'a', 'cf-access-client-secret': 'b' }
  const statuses = [(await fetch(url)).status, (await fetch(url, { headers: token })).status]
  await guarded.close()
  expect(statuses).toEqual([403, 200])
})
