import { Ollama, type ChatResponse, type Message } from 'ollama'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeValid, get, openStage, post, theRequest, type Stage } from './harness.ts'
import { MODELS } from './models.ts'

let stage: Stage
let client: Ollama
const connect = (key: string): Ollama =>
  new Ollama({ host: stage.local.url, headers: { authorization: `Bearer ${key}` } })

beforeAll(async () => {
  stage = await openStage()
  client = connect(stage.key)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const weather = (name: string) => ({
  type: 'function',
  function: {
    name,
    description: 'The weather in a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
})

const ANSWER = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function all(stream: Promise<AsyncIterable<ChatResponse>>): Promise<ChatResponse[]> {
  const parts: ChatResponse[] = []
  for await (const part of await stream) parts.push(part)
  return parts
}

/** The error that a call ends with. @throws if it does not end with one. */
async function errorOf(call: Promise<unknown>): Promise<Error & { status_code?: number }> {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(thrown instanceof Error)) throw new Error('the call did not end with an error')
  return thrown
}

describe.each(MODELS)('ollama-js, at %s: %s', (id, model) => {
  const messages: Message[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why is the sky blue?' },
  ]
  const plain = { model, messages, options: { num_predict: 300 } }
  const called: Message[] = [{ role: 'user', content: 'Please call both.' }]
  const withTools = {
    ...plain,
    messages: called,
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }

  test('gets a whole answer', async () => {
    const answer = await client.chat(plain)
    expect(answer.message).toMatchObject({
      role: 'assistant',
      content: expect.stringMatching(/^Simulated .* no model ran\.$/),
    })
    expect(answer).toMatchObject({ done: true, done_reason: 'stop' })
    expect(answer.prompt_eval_count).toBeGreaterThan(5)
    expect(answer.eval_count).toBeGreaterThan(5)
    expect(theRequest(stage, id).body).toContain('Be brief.')
  })

  test('reads a stream', async () => {
    const parts = await all(client.chat({ ...plain, stream: true }))
    expect(parts.map(({ message }) => message.content).join('')).toMatch(/no model ran\.$/)
    expect(parts.length).toBeGreaterThan(2)
    expect(parts.at(-1)).toMatchObject({ done: true, done_reason: 'stop' })
    expect(parts.at(-1)?.eval_count).toBeGreaterThan(5)
  })

  test('calls two tools at once, and takes their results back', async () => {
    const { message } = await client.chat(withTools)
    const calls = message.tool_calls ?? []
    expect(calls.map(({ function: { name, arguments: args } }) => [name, args])).toEqual([
      ['weather_now', { city: 'simulated' }],
      ['weather_tomorrow', { city: 'simulated' }],
    ])
    stage.fleet.reset()
    const results = calls.map(({ function: { name } }): Message => ({
      role: 'tool',
      tool_name: name,
      content: `result of ${name}`,
    }))
    const answered = await client.chat({ ...withTools, messages: [...called, message, ...results] })
    expect(answered.message.content).toContain('read 2 tool results')
    expect(theRequest(stage, id).body).toContain('result of weather_tomorrow')
  })

  test('streams two calls', async () => {
    const parts = await all(client.chat({ ...withTools, stream: true }))
    const calls = parts.flatMap(({ message }) => message.tool_calls ?? [])
    expect(calls.map((call) => call.function)).toMatchObject([
      { name: 'weather_now', arguments: { city: 'simulated' } },
      { name: 'weather_tomorrow', arguments: { city: 'simulated' } },
    ])
  })

  test('gets an object of a schema', async () => {
    const { message } = await client.chat({ ...plain, format: ANSWER })
    expect(JSON.parse(message.content)).toEqual({ answer: 'simulated' })
  })

  test('completes a prompt, whole and streamed', async () => {
    const asked = { model, prompt: 'Why is the sky blue?', options: { num_predict: 300 } }
    const whole = await client.generate({ ...asked, system: 'Be brief.' })
    expect(whole.response).toMatch(/no model ran\.$/)
    expect(theRequest(stage, id).body).toContain('Be brief.')
    let streamed = ''
    for await (const { response } of await client.generate({ ...asked, stream: true }))
      streamed += response
    expect(streamed).toMatch(/no model ran\.$/)
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 422, message: 'That cannot be.' })
    const { message, status_code } = await errorOf(client.chat(plain))
    expect([status_code, message]).toEqual([422, expect.stringContaining('That cannot be.')])
  })

  test('hears of a stream that broke off', async () => {
    const afterFrames = id === 'gemini' || id === 'ollama' ? 2 : 4
    stage.fleet.script(id, { kind: 'cut', afterFrames, how: 'end' })
    const { message } = await errorOf(all(client.chat({ ...plain, stream: true })))
    expect(message).toContain('broke off')
  })

  test('may stop', async () => {
    const hold = Promise.withResolvers<void>()
    const afterFrames = id === 'gemini' ? 2 : 4 // some text has come by then, and not yet all
    stage.fleet.script(id, { kind: 'pause', afterFrames, until: hold.promise })
    const own = connect(stage.key)
    const read = async (): Promise<void> => {
      for await (const { message } of await own.chat({ ...plain, stream: true })) {
        if (message.content !== '') own.abort()
      }
    }
    await expect(read()).rejects.toThrow(/abort/i)
    hold.resolve()
  })
})

describe('an Ollama client', () => {
  test('streams unless it says otherwise', async () => {
    const body = { model: 'ollama/qwen3-8b', messages: [{ role: 'user', content: 'Hi' }] }
    const streamed = await post(stage, body, { path: '/api/chat' })
    expect(streamed.headers.get('content-type')).toBe('application/x-ndjson')
    expect(streamed.text.trim().split('\n').length).toBeGreaterThan(2)
    const whole = await post(stage, { ...body, stream: false }, { path: '/api/chat' })
    expect(whole.headers.get('content-type')).toBe('application/json')
    expect(whole.body['done']).toBe(true)
  })

  test('gets an Ollama’s own bytes, and sends its own', async () => {
    const body =
      '{ "options": {"num_ctx": 8192 , "num_predict": 50}, "keep_alive": "5m", "model": "ollama/qwen3-8b", "messages": [{"role":"user","content":"Hi"}] }'
    const reply = await post(stage, body, { path: '/api/chat' })
    expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, null])
    const sent = theRequest(stage, 'ollama')
    expect([sent.path, sent.body]).toEqual([
      '/api/chat',
      body.replace('ollama/qwen3-8b', 'qwen3:8b'),
    ])
    expect(reply.text).toContain('"load_duration":1000000')
  })

  test('hears what others have no words for', async () => {
    const body = {
      model: 'openai/gpt-5-nano',
      messages: [{ role: 'user', content: 'Hi' }],
      keep_alive: 0,
      options: { num_ctx: 8192, num_predict: 50 },
    }
    const reply = await post(stage, body, { path: '/api/chat' })
    expect(reply.headers.get('demarc-unsupported')).toBe('keep_alive, num_ctx')
    const strict = await post(stage, body, { path: '/api/chat', headers: { 'demarc-strict': '1' } })
    expect([strict.status, strict.body['param']]).toEqual([400, 'keep_alive'])
  })

  test('sends images, which nobody here can read', async () => {
    const messages = [{ role: 'user', content: 'What is this?', images: [PIXEL] }]
    const own = await client.chat({ model: 'vllm/llama-4-scout', messages })
    expect(own.message.content).toContain('Simulated vllm')
    expect(theRequest(stage, 'vllm').body).toContain(`data:image/png;base64,${PIXEL}`)
    const { status_code } = await errorOf(client.chat({ model: 'gpt-5-nano', messages }))
    expect(status_code).toBe(403)
  })

  test('embeds, in the newer form and in the older', async () => {
    const model = 'text-embedding-3-small'
    const { embeddings, prompt_eval_count } = await client.embed({ model, input: ['One', 'Two'] })
    expect([embeddings.length, prompt_eval_count]).toEqual([2, 2])
    const { embedding } = await client.embeddings({ model, prompt: 'One' })
    expect(embedding).toEqual(embeddings[0])
  })

  test('sees its models, and what one of them can do', async () => {
    const { models } = await client.list()
    const names = models.map(({ name }) => name)
    expect(names).toContain('auto')
    const listed = await get(stage, '/v1/models')
    for (const name of names) expect(listed.text).toContain(`"${name}"`)
    const shown = await client.show({ model: 'glm-4.7-flash:latest' })
    expect(shown.capabilities).toEqual(['completion', 'tools'])
    expect((await client.ps()).models).toEqual([])
    expect((await get(stage, '/api/version')).body).toEqual({ version: expect.any(String) })
  })

  test('is told that models are where they are', async () => {
    const loaded = await client.generate({ model: 'auto', prompt: '' })
    expect(loaded).toMatchObject({ response: '', done: true, done_reason: 'load' })
    const unloaded = await client.chat({ model: 'auto', messages: [], keep_alive: 0 })
    expect(unloaded).toMatchObject({ message: { content: '' }, done_reason: 'unload' })
    expect((await fetch(stage.local.url, { method: 'HEAD' })).status).toBe(200)
    expect(stage.fleet.requests).toEqual([])
  })

  test.each([
    ['a model that nobody has', () => client.show({ model: 'no-such-model' }), 404],
    ['a model that nobody has, asked', () => client.generate({ model: 'no', prompt: 'Hi' }), 404],
    ['a wrong key', () => connect('demarc_wrong_key').list(), 401],
    ['nothing to load', () => client.generate({ model: 'no', prompt: '' }), 404],
    ['a model to be pulled', () => client.pull({ model: 'auto' }), 404],
  ])('is told about %s', async (_name, call, status) => {
    const { status_code, message } = await errorOf(call())
    expect([status_code, message.length > 10]).toEqual([status, true])
  })
})
