import type { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeValid, theRequest, openStage, post, sdk, type Stage } from './harness.ts'
import type { Fields } from '../upstreams/read.ts'
import { MODELS, question } from './models.ts'

let stage: Stage
let client: OpenAI

beforeAll(async () => {
  stage = await openStage()
  client = sdk(stage)
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const weather = (name: string): OpenAI.ChatCompletionTool => ({
  type: 'function',
  function: {
    name,
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
})

describe.each(MODELS)('tools at %s: %s', (id, model) => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: 'Please call both.' },
  ]
  const asked = {
    model,
    messages,
    max_completion_tokens: 300,
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }

  test('calls two at once, and takes their results back', async () => {
    const { choices } = await client.chat.completions.create(asked)
    const message = choices[0]?.message
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function')
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(calls.map(({ function: { name } }) => name)).toEqual(['weather_now', 'weather_tomorrow'])
    expect(calls.map(({ function: called }) => JSON.parse(called.arguments))).toEqual([
      { city: 'simulated' },
      { city: 'simulated' },
    ])
    expect(new Set(calls.map(({ id: callId }) => callId)).size).toBe(2)
    stage.fleet.reset()
    const results = calls.map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: `result of ${call.function.name}`,
    }))
    const answered = await client.chat.completions.create({
      ...asked,
      messages: [...messages, { role: 'assistant', tool_calls: calls }, ...results],
    })
    expect(answered.choices[0]?.message.content).toContain('read 2 tool results')
    expect(theRequest(stage, id).body).toContain('result of weather_tomorrow')
  })

  test('streams two calls that the SDK puts together', async () => {
    const final = await client.chat.completions.stream(asked).finalChatCompletion()
    const calls = final.choices[0]?.message.tool_calls ?? []
    expect(calls.map((call) => call.type === 'function' && call.function)).toMatchObject([
      { name: 'weather_now', arguments: '{"city":"simulated"}' },
      { name: 'weather_tomorrow', arguments: '{"city":"simulated"}' },
    ])
  })

  test('answers in a JSON Schema', async () => {
    const schema = {
      type: 'object',
      properties: { answer: { type: 'string' }, sure: { type: 'boolean' } },
      required: ['answer', 'sure'],
      additionalProperties: false,
    }
    const { choices } = await client.chat.completions.create({
      ...question(model),
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'reply', strict: true, schema },
      },
    })
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
      answer: 'simulated',
      sure: true,
    })
  })
})

describe('a call that Google has signed', () => {
  const asked = {
    model: 'gemini/gemini-3-flash-preview',
    max_completion_tokens: 3000,
    tools: [weather('weather_now'), weather('weather_tomorrow')],
  }
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: 'Please call both.' },
  ]

  test.each(['whole', 'streamed'])(
    'goes back with its signature, to Google alone: %s',
    async (how) => {
      const { completions } = client.chat
      const first =
        how === 'whole'
          ? await completions.create({ ...asked, messages })
          : await completions.stream({ ...asked, messages }).finalChatCompletion()
      const message = first.choices[0]?.message
      if (message === undefined) throw new Error('no answer')
      const results = (message.tool_calls ?? []).map((call) => ({
        role: 'tool' as const,
        tool_call_id: call.id,
        content: 'rain',
      }))
      const all = [...messages, message, ...results]
      stage.fleet.reset()
      for (const model of [asked.model, 'openai/gpt-5-nano', 'vllm/qwen3-30b-a3b-2507']) {
        const { choices } = await completions.create({ ...asked, model, messages: all })
        expect(choices[0]?.message.content).toContain('read 2 tool results')
      }
      const [google, ...others] = stage.fleet.requests.map(({ body }) => body)
      expect(google).toMatch(/"thoughtSignature":"(?!skip)/)
      for (const body of others) expect(body).not.toMatch(/extra_content|signature/i)
    },
  )
})

describe('what an own vLLM alone understands', () => {
  const more = {
    structured_outputs: { choice: ['yes', 'no'] },
    chat_template_kwargs: { enable_thinking: false },
  }

  test('reaches it as it is', async () => {
    const reply = await post(stage, { ...question('vllm/qwen3-30b-a3b-2507'), ...more })
    expect([reply.status, reply.headers.get('demarc-unsupported')]).toEqual([200, null])
    expect(JSON.parse(theRequest(stage, 'vllm').body)).toMatchObject(more)
  })

  test('is left out for others, and named', async () => {
    const reply = await post(stage, { ...question('together/glm-5'), ...more })
    expect(reply.headers.get('demarc-unsupported')).toBe('chat_template_kwargs, structured_outputs')
    expect(theRequest(stage, 'together').body).not.toContain('structured_outputs')
  })
})

/** Fields, what they ask for, and how that looks in any dialect that has words for it. */
const FIELDS: readonly (readonly [Fields, RegExp])[] = [
  [{ seed: 424242 }, /424242/],
  [{ stop: ['STOPWORD'] }, /STOPWORD/],
  [{ temperature: 0.77 }, /0\.77/],
  [{ top_p: 0.66 }, /0\.66/],
  [{ presence_penalty: 0.55 }, /0\.55/],
  [{ frequency_penalty: 0.44 }, /0\.44/],
  [{ logit_bias: { '4711': 3 } }, /4711/],
  [{ n: 2 }, /"(?:n|candidateCount)":2/],
  [{ logprobs: true, top_logprobs: 3 }, /logprobs/i],
  [{ user: 'user-of-ours' }, /user-of-ours/],
  [{ metadata: { ticket: 'a-ticket' } }, /a-ticket/],
  [{ verbosity: 'low' }, /verbosity/],
  [{ prediction: { type: 'content', content: 'predicted words' } }, /predicted words/],
  [{ safety_identifier: 'safe-id' }, /safe-id/],
  [{ prompt_cache_key: 'cache-key' }, /cache-key/],
  [{ store: true }, /"store":true/],
  [{ reasoning_effort: 'low' }, /low|thinking/i],
]

describe.each(MODELS)('nothing that is asked of %s vanishes: %s', (id, model) => {
  test('the name of who wrote a message', async () => {
    const messages = [{ role: 'user', content: 'Hi', name: 'someone-by-name' }]
    const reply = await post(stage, { ...question(model), messages })
    const isSent = theRequest(stage, id).body.includes('someone-by-name')
    const named = reply.headers.get('demarc-unsupported')
    expect([reply.status, named]).toEqual([200, isSent ? null : 'message-name'])
  })

  test.each(FIELDS)('%j', async (asked, inWire) => {
    const reply = await post(stage, { ...question(model), ...asked })
    expect(reply.status).toBe(200)
    const named = reply.headers.get('demarc-unsupported') ?? ''
    const isSent = inWire.test(theRequest(stage, id).body.replace(/"messages":.*?\]/, ''))
    expect({ isSent, isNamed: named !== '' }).toEqual({ isSent, isNamed: !isSent })
    stage.fleet.reset()
    const strict = await post(
      stage,
      { ...question(model), ...asked },
      { headers: { 'demarc-strict': '1' } },
    )
    if (isSent) return expect(strict.status).toBe(200)
    expect([strict.status, strict.error['code']]).toEqual([400, 'cannot_serve'])
    // Both penalties are one feature, which is named by the first of its fields.
    expect([...Object.keys(asked), 'frequency_penalty']).toContain(strict.error['param'])
    expect(stage.fleet.requests).toEqual([])
    return undefined
  })
})
