import type { OpenAI } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import * as z from 'zod'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  closeValid,
  apiErrorOf,
  entriesOf,
  framesOf,
  openStage,
  post,
  sdk,
  theRequest,
  verify,
  type Stage,
} from './harness.ts'
import { MODELS } from './models.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage()
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const weather = (name: string): OpenAI.Responses.FunctionTool => ({
  type: 'function',
  name,
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
})

/** Outside of `create` the SDK does not make `output_text`. */
const said = ({ output }: OpenAI.Responses.Response): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('')

describe.each(MODELS)('the OpenAI SDK, at %s: %s', (id, model) => {
  const plain = { model, max_output_tokens: 300, input: 'Why is the sky blue?' }
  const withTools = {
    ...plain,
    input: 'Please call both.',
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }

  test('gets a whole response', async () => {
    const { data, response } = await client.responses
      .create({ ...plain, instructions: 'Be brief.' })
      .withResponse()
    expect(data).toMatchObject({ object: 'response', status: 'completed' })
    expect(data.output_text).toMatch(/^Simulated .* no model ran\.$/)
    expect(data.usage?.input_tokens).toBeGreaterThan(5)
    expect(response.headers.get('demarc-destination')).toBe(id)
    expect(theRequest(stage, id).body).toContain('Be brief.')
  })

  test('puts a stream together', async () => {
    const deltas: string[] = []
    const stream = client.responses.stream(plain)
    stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta))
    const final = await stream.finalResponse()
    expect(final.status).toBe('completed')
    expect(final.output_text).toMatch(/no model ran\.$/)
    expect(deltas.join('')).toBe(final.output_text)
    expect(deltas.length).toBeGreaterThan(2)
    expect(final.usage?.output_tokens).toBeGreaterThan(5)
  })

  test('calls two tools at once, and takes their results back', async () => {
    const first = await client.responses.create(withTools)
    const calls = first.output.filter((item) => item.type === 'function_call')
    expect(calls.map(({ name, arguments: written }) => [name, JSON.parse(written)])).toEqual([
      ['weather_now', { city: 'simulated' }],
      ['weather_tomorrow', { city: 'simulated' }],
    ])
    stage.fleet.reset()
    const results = calls.map(({ call_id, name }) => ({
      type: 'function_call_output',
      call_id,
      output: `result of ${name}`,
    }))
    const question = { role: 'user', content: withTools.input }
    // As it came: the SDK's own types tell items that it gets from items that it sends.
    const input: unknown = [question, ...first.output, ...results]
    const answered = await client.post<OpenAI.Responses.Response>('/responses', {
      body: { ...withTools, input },
    })
    expect(said(answered)).toContain('read 2 tool results')
    expect(theRequest(stage, id).body).toContain('result of weather_tomorrow')
  })

  test('streams two calls', async () => {
    const final = await client.responses.stream(withTools).finalResponse()
    expect(final.output.filter((item) => item.type === 'function_call')).toMatchObject([
      { type: 'function_call', name: 'weather_now', arguments: '{"city":"simulated"}' },
      { type: 'function_call', name: 'weather_tomorrow', arguments: '{"city":"simulated"}' },
    ])
  })

  test('parses what a schema promises', async () => {
    const Reply = z.object({ answer: z.string(), sure: z.boolean() })
    const parsed = await client.responses.parse({
      ...plain,
      text: { format: zodTextFormat(Reply, 'reply') },
    })
    expect(parsed.output_parsed).toEqual({ answer: 'simulated', sure: true })
  })

  test('hears of what was wrong', async () => {
    stage.fleet.script(id, { kind: 'error', status: 422, message: 'That cannot be.' })
    const error = await apiErrorOf(client.responses.create(plain))
    expect([error.status, error.message]).toEqual([422, expect.stringContaining('That cannot be.')])
  })

  test('hears of a stream that broke off', async () => {
    stage.fleet.script(id, { kind: 'cut', afterFrames: id === 'gemini' ? 2 : 5, how: 'end' })
    const error = await apiErrorOf(client.responses.stream(plain).finalResponse())
    expect(error.message).toContain('broke off')
  })

  test('may leave', async () => {
    const hold = Promise.withResolvers<void>()
    stage.fleet.script(id, { kind: 'pause', afterFrames: 6, until: hold.promise })
    const stream = await client.responses.create({ ...plain, stream: true })
    for await (const event of stream) if (event.type === 'response.output_text.delta') break
    stream.controller.abort()
    hold.resolve()
    expect(await theRequest(stage, id).ended).toMatch(/answered|gone/)
  })
})

/** As Codex sends it, but for the length. */
const CODEX = {
  instructions: 'You are a coding agent.',
  input: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Please call it.' }] },
  ],
  tools: [
    {
      type: 'function',
      name: 'shell',
      strict: false,
      parameters: { type: 'object', properties: {} },
    },
    {
      type: 'namespace',
      name: 'mcp__files',
      description: 'Files.',
      tools: [
        { type: 'function', name: 'read_file', strict: false, parameters: { type: 'object' } },
      ],
    },
    { type: 'web_search', external_web_access: false },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { summary: 'auto' },
  store: false,
  stream: true,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'a-thread',
  max_output_tokens: 300,
  client_metadata: { kind: 'agent' },
}

test.each([
  ['anthropic/claude-haiku-4-5', 'anthropic', /client_metadata.*prompt-cache.*web-search/],
  ['openai/gpt-5-nano', 'openai', /client_metadata, web-search/],
  ['vllm/qwen3-30b-a3b-2507', 'vllm', /client_metadata, prompt-cache, web-search/],
] as const)(
  'a coding agent’s tools reach %s, and what does not is named',
  async (model, id, named) => {
    const reply = await post(stage, { ...CODEX, model }, { path: '/v1/responses' })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('demarc-unsupported')).toMatch(named)
    const { body } = theRequest(stage, id)
    expect(body).toContain('read_file')
    expect(body).not.toMatch(/web_search|a-thread.*anthropic/)
    expect(body.includes('client_metadata')).toBe(false)
    const last = framesOf(reply.text).at(-1)
    expect(last).toMatchObject({
      type: 'response.completed',
      response: {
        output: expect.arrayContaining([
          expect.objectContaining({ type: 'function_call', name: 'shell' }),
          expect.objectContaining({
            type: 'function_call',
            name: 'read_file',
            ...(id === 'openai' ? {} : { namespace: 'mcp__files' }),
          }),
        ]),
      },
    })
  },
)

test('who wants all or nothing is refused', async () => {
  const reply = await post(
    stage,
    { ...CODEX, model: 'anthropic/claude-haiku-4-5' },
    { path: '/v1/responses', headers: { 'demarc-strict': '1' } },
  )
  expect([reply.status, reply.error['code']]).toEqual([400, 'cannot_serve'])
  expect(stage.fleet.requests).toEqual([])
})

describe('between a client and an upstream of one dialect', () => {
  const usage = '"usage":{"input_tokens":7,"output_tokens":2,"total_tokens":9}'
  const whole = `{ "id":"resp_1","object":"response","status":"completed", "new_field":[1e0],\n"output":[],${usage}}`
  const stream = [
    'event: response.created\r\ndata: {"type":"response.created","response":{"id":"resp_1"}}\r\n\r\n',
    ': a comment\n\nevent: response.output_text.delta\ndata: {"delta":"Hi","type":"response.output_text.delta", "x":1}\n\n',
    'event: response.of_tomorrow\ndata: {"type":"response.of_tomorrow"}\n\n',
    `data: {"type":"response.completed","response":{"status":"completed",${usage}}}\n\n`,
  ].join('')

  test.each([
    ['a whole response', 'application/json', whole, false],
    ['a stream', 'text/event-stream', stream, true],
  ])(
    'the bytes of %s pass, with the limits, and are settled',
    async (_name, type, body, streams) => {
      const headers = { 'content-type': type, 'x-ratelimit-remaining-requests': '41' }
      stage.fleet.script('openai', { kind: 'reply', status: 200, headers, body })
      const asked = {
        model: 'openai/gpt-5-nano',
        max_output_tokens: 50,
        input: 'Hi',
        stream: streams,
      }
      const reply = await post(stage, asked, { path: '/v1/responses' })
      expect(reply.text).toBe(body)
      expect(reply.headers.get('x-ratelimit-remaining-requests')).toBe('41')
      const [, closed] = await entriesOf(stage, reply.headers.get('demarc-decision') ?? '')
      expect(JSON.stringify(closed)).toMatch(/"input":7.*"output":2/)
    },
  )
})

test('the ledger holds them all, and agrees with the journal', async () => {
  const reply = await post(
    stage,
    { model: 'openai/gpt-5-nano', max_output_tokens: 50, input: 'Hi' },
    { path: '/v1/responses' },
  )
  const entries = await entriesOf(stage, reply.headers.get('demarc-decision') ?? '')
  expect(entries).toHaveLength(2)
  expect(JSON.stringify(entries)).toContain('openai-responses')
  expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
})
