import type Anthropic from '@anthropic-ai/sdk'
import type { OpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findLlama } from '../../scripts/compat/find-llama.ts'
import { startLlama, type Llama } from '../../scripts/compat/run-llama.ts'
import {
  anthropicSdk,
  callsOf,
  textOf,
  user,
  weather as anthropicTool,
} from './anthropic-client.ts'
import { contentOf, geminiSdk, weather as geminiTool } from './gemini-client.ts'
import { ask, entriesOf, openStage, post, sdk, verify, type Stage } from './harness.ts'

const MODEL = 'llama-cpp/gemma-3-12b-q4'
const THOUGHT = 'Compare both.'
const SAID = 'Use the local one ✓ — naïve 日本!'
const CONTEXT_TOKENS = 8192

/** Letters of more than one byte, and a call's arguments in pieces that are no JSON of their own. */
const SCRIPTS = {
  text: '<think>\n|Compare| both|.|\n</think>|\n\nUse the| local| one ✓| — naïve| 日本|!',
  tools:
    '<tool_call>|\n{"name": |"weather_now"|, "arguments": {|"city": "|Be|rn|"}}\n|</tool_call>|\n<tool_|call>\n|{"na|me": "weather_tomorrow"|, "argu|ments": {"ci|ty": "Zü|rich"|}|}\n</tool_|call>',
} as const

const CALLS = [
  ['weather_now', { city: 'Bern' }],
  ['weather_tomorrow', { city: 'Zürich' }],
]

const command = findLlama()
if (command === undefined) {
  console.warn(
    'NOT TESTED against a real llama-server: none found (node scripts/compat/llama-server.ts fetches one)',
  )
}

type Real = { readonly stage: Stage; readonly llama: Llama }

async function openReal(script: keyof typeof SCRIPTS): Promise<Real> {
  const pieces = SCRIPTS[script].split('|')
  const model = { name: `scripted-${script}`, pieces, contextTokens: CONTEXT_TOKENS }
  const llama = await startLlama(command ?? '', model)
  const vars = { LLAMA_CPP_URL: llama.url, LLAMA_CPP_API_KEY: llama.apiKey }
  return { llama, stage: await openStage({ vars }) }
}

const closeReal = async ({ stage, llama }: Real): Promise<void> => {
  await stage.close()
  await llama.close()
}

let talks: Real
let calls: Real

const chatTool = (name: string): OpenAI.ChatCompletionFunctionTool => ({
  type: 'function',
  function: { name, parameters: geminiTool(name).parametersJsonSchema },
})
const responsesTool = (name: string): OpenAI.Responses.FunctionTool => ({
  type: 'function',
  name,
  parameters: geminiTool(name).parametersJsonSchema,
  strict: false,
})
const two = <T>(make: (name: string) => T): T[] => ['weather_now', 'weather_tomorrow'].map(make)

const parsed = (name: string, written: string): [string, unknown] => [name, JSON.parse(written)]

describe.skipIf(command === undefined)('a real llama-server on own hardware', () => {
  beforeAll(async () => {
    ;[talks, calls] = await Promise.all([openReal('text'), openReal('tools')])
  })
  afterAll(async () => {
    await Promise.all([closeReal(talks), closeReal(calls)])
  })

  describe('the OpenAI SDK, by chat completions', () => {
    const plain = {
      model: MODEL,
      max_completion_tokens: 200,
      messages: [{ role: 'user', content: 'Which one?' }],
    } satisfies OpenAI.ChatCompletionCreateParamsNonStreaming
    const withTools = { ...plain, tools: two(chatTool) }

    test('gets a whole answer, and its tokens reach the ledger', async () => {
      const { data, response } = await sdk(talks.stage)
        .chat.completions.create(plain)
        .withResponse()
      expect(data.choices).toMatchObject([
        {
          finish_reason: 'stop',
          message: { content: SAID, reasoning_content: expect.any(String) },
        },
      ])
      expect(response.headers.get('demarc-destination')).toBe('llama-cpp')
      const [, closed] = await entriesOf(talks.stage, response.headers.get('demarc-decision') ?? '')
      expect(JSON.stringify(closed)).toContain(`"output":${data.usage?.completion_tokens}`)
    })

    test('puts a stream together', async () => {
      const stream = sdk(talks.stage).chat.completions.stream({
        ...plain,
        stream_options: { include_usage: true },
      })
      const deltas: string[] = []
      stream.on('content', (delta) => deltas.push(delta))
      const final = await stream.finalChatCompletion()
      expect([deltas.join(''), final.choices[0]?.message.content]).toEqual([SAID, SAID])
      expect(deltas.length).toBeGreaterThan(3)
      expect(final.usage?.completion_tokens).toBeGreaterThan(5)
    })

    test('calls two tools, whole and in a stream, and takes their results back', async () => {
      const client = sdk(calls.stage)
      const whole = await client.chat.completions.create(withTools)
      const streamed = await client.chat.completions.stream(withTools).finalChatCompletion()
      for (const { choices } of [whole, streamed]) {
        expect(choices[0]?.finish_reason).toBe('tool_calls')
        const made = choices[0]?.message.tool_calls ?? []
        const found = made.map((call) =>
          call.type === 'function' ? parsed(call.function.name, call.function.arguments) : [],
        )
        expect(found).toEqual(CALLS)
        const [message] = choices.map((choice) => choice.message)
        if (message === undefined) throw new Error('no message')
        const results = made.map(({ id }) => ({
          role: 'tool' as const,
          tool_call_id: id,
          content: 'rain',
        }))
        const next = await sdk(talks.stage).chat.completions.create({
          ...withTools,
          messages: [...plain.messages, message, ...results],
        })
        expect(next.choices[0]?.message.content).toBe(SAID)
      }
    })
  })

  describe('the OpenAI SDK, by responses', () => {
    const plain = { model: MODEL, max_output_tokens: 200, input: 'Which one?' }
    const withTools = { ...plain, tools: two(responsesTool) }

    test('gets a whole response', async () => {
      const whole = await sdk(talks.stage).responses.create(plain)
      expect([whole.status, whole.output_text]).toEqual(['completed', SAID])
      expect(JSON.stringify(whole.output)).toContain(THOUGHT)
      expect(whole.usage?.output_tokens).toBeGreaterThan(5)
    })

    test('puts a stream together', async () => {
      const final = await sdk(talks.stage).responses.stream(plain).finalResponse()
      expect([final.status, final.output_text]).toEqual(['completed', SAID])
      expect(JSON.stringify(final.output)).toContain(THOUGHT)
    })

    test('calls two tools, whole and in a stream, and takes their results back', async () => {
      const client = sdk(calls.stage)
      const whole = await client.responses.create(withTools)
      const streamed = await client.responses.stream(withTools).finalResponse()
      for (const { output } of [whole, streamed]) {
        const made = output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
        expect(made.map((call) => parsed(call.name, call.arguments))).toEqual(CALLS)
        const results = made.map(({ call_id }) => ({
          type: 'function_call_output',
          call_id,
          output: 'rain',
        }))
        // As it came: the SDK's own types tell items that it gets from items that it sends.
        const input: unknown = [{ role: 'user', content: plain.input }, ...output, ...results]
        const next = await sdk(talks.stage).post<OpenAI.Responses.Response>('/responses', {
          body: { ...withTools, input },
        })
        expect(JSON.stringify(next.output)).toContain(SAID)
      }
    })
  })

  describe('the Anthropic SDK, by messages', () => {
    const plain = { model: MODEL, max_tokens: 200, messages: user('Which one?') }
    const withTools = { ...plain, tools: two(anthropicTool) }

    test('gets a whole message', async () => {
      const whole = await anthropicSdk(talks.stage).messages.create(plain)
      expect([whole.stop_reason, textOf(whole)]).toEqual(['end_turn', SAID])
      expect(whole.usage.output_tokens).toBeGreaterThan(5)
    })

    test('puts a stream together', async () => {
      const final = await anthropicSdk(talks.stage).messages.stream(plain).finalMessage()
      expect([final.stop_reason, textOf(final)]).toEqual(['end_turn', SAID])
      // The server has the prompt in its cache by now; Anthropic's input_tokens are without what came from there.
      const { input_tokens, cache_read_input_tokens } = final.usage
      expect(input_tokens + Number(cache_read_input_tokens)).toBeGreaterThan(5)
    })

    test('calls two tools, whole and in a stream, and takes their results back', async () => {
      const client = anthropicSdk(calls.stage)
      const whole = await client.messages.create(withTools)
      const streamed = await client.messages.stream(withTools).finalMessage()
      for (const first of [whole, streamed]) {
        expect(first.stop_reason).toBe('tool_use')
        expect(callsOf(first).map(({ name, input }) => [name, input])).toEqual(CALLS)
        const results: Anthropic.ToolResultBlockParam[] = callsOf(first).map(({ id }) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: 'rain',
        }))
        const next = await anthropicSdk(talks.stage).messages.create({
          ...withTools,
          messages: [
            ...plain.messages,
            { role: 'assistant', content: first.content },
            { role: 'user', content: results },
          ],
        })
        expect(textOf(next)).toBe(SAID)
      }
    })

    test('has its tokens counted', async () => {
      const { model, messages } = plain
      const counted = await anthropicSdk(talks.stage).messages.countTokens({ model, messages })
      expect(counted.input_tokens).toBeGreaterThan(3)
    })
  })

  test('Google’s SDK gets an answer and a stream, and calls two functions', async () => {
    const plain = { model: MODEL, contents: 'Which one?', config: { maxOutputTokens: 200 } }
    const whole = await geminiSdk(talks.stage).models.generateContent(plain)
    expect(contentOf(whole).parts?.filter(({ thought }) => thought !== true)).toMatchObject([
      { text: SAID },
    ])
    let streamed = ''
    for await (const { text } of await geminiSdk(talks.stage).models.generateContentStream(plain)) {
      streamed += text ?? ''
    }
    expect(streamed).toBe(SAID)
    const tools = [{ functionDeclarations: two(geminiTool) }]
    const made = await geminiSdk(calls.stage).models.generateContent({
      ...plain,
      config: { ...plain.config, tools },
    })
    expect(made.functionCalls?.map(({ name, args }) => [name, args])).toEqual(CALLS)
  })

  test.each([['/v1/chat/completions'], ['/v1/responses'], ['/v1/messages']])(
    'what does not fit its context is its 400 at %s',
    async (path) => {
      const long = 'word '.repeat(CONTEXT_TOKENS)
      const body = path === '/v1/responses' ? { input: long, max_output_tokens: 50 } : ask(long)
      const reply = await post(
        talks.stage,
        { ...body, model: MODEL, ...(path === '/v1/messages' ? { max_tokens: 50 } : {}) },
        { path },
      )
      expect([reply.status, reply.error['message']]).toEqual([
        400,
        expect.stringContaining('exceeds the available context size'),
      ])
    },
  )

  test('the ledger agrees with the journal', async () => {
    expect(await verify(talks.stage)).toMatchObject({ holds: true, findings: [] })
    expect(await verify(calls.stage)).toMatchObject({ holds: true, findings: [] })
  })
})
