import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { Content } from '@google/genai'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, stepCountIs, streamText, type LanguageModel } from 'ai'
import { Ollama, type Message } from 'ollama'
import type { OpenAI } from 'openai'
import {
  anthropicSdk,
  callsOf,
  textOf,
  user,
  weather as anthropicWeather,
} from './anthropic-client.ts'
import { contentOf, geminiSdk, weather as geminiWeather } from './gemini-client.ts'
import { sdk, type Stage } from './harness.ts'
import { weather as vercelWeather } from './vercel-tools.ts'

/** What every library is asked to do at a model; each answers the text that it read last. */
export type Driver = {
  /** As the matrix calls the library. */
  readonly name: string
  readonly stream: (stage: Stage, model: string) => Promise<string>
  /** Calls two tools at once, sends their results back, and reads the answer. */
  readonly tools: (stage: Stage, model: string) => Promise<string>
}

const WHY = 'Why is the sky blue?'
const CALL_BOTH = 'Please call both.'
const NAMES = ['weather_now', 'weather_tomorrow'] as const
const LIMIT = 300

const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const FUNCTIONS = NAMES.map((name) => ({
  type: 'function' as const,
  function: { name, description: 'The weather in a city.', parameters: CITY },
}))

const openaiChat: Driver = {
  name: 'openai, chat',
  stream: async (stage, model) => {
    const asked = { model, max_completion_tokens: LIMIT }
    const messages = [{ role: 'user' as const, content: WHY }]
    const stream = sdk(stage).chat.completions.stream({ ...asked, messages })
    return (await stream.finalContent()) ?? ''
  },
  tools: async (stage, model) => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: CALL_BOTH }]
    const asked = { model, max_completion_tokens: LIMIT, tools: FUNCTIONS }
    const { completions } = sdk(stage).chat
    const first = await completions.stream({ ...asked, messages }).finalChatCompletion()
    const message = first.choices[0]?.message
    if (message === undefined) throw new Error('no answer')
    const results = (message.tool_calls ?? []).map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: 'rain',
    }))
    const all = [...messages, message, ...results]
    const answered = await completions.create({ ...asked, messages: all })
    return answered.choices[0]?.message.content ?? ''
  },
}

const openaiResponses: Driver = {
  name: 'openai, responses',
  stream: async (stage, model) => {
    const stream = sdk(stage).responses.stream({ model, max_output_tokens: LIMIT, input: WHY })
    return (await stream.finalResponse()).output_text
  },
  tools: async (stage, model) => {
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: CALL_BOTH }]
    const tools = NAMES.map((name) => ({
      type: 'function' as const,
      name,
      description: 'The weather in a city.',
      parameters: { ...CITY, additionalProperties: false },
      strict: true,
    }))
    const asked = { model, max_output_tokens: LIMIT, tools }
    const { responses } = sdk(stage)
    const first = await responses.create({ ...asked, input })
    const results = first.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: 'rain' }]
        : [],
    )
    const output = first.output.flatMap((item) =>
      item.type === 'function_call' || item.type === 'reasoning' ? [item] : [],
    )
    const all = [...input, ...output, ...results]
    return (await responses.create({ ...asked, input: all })).output_text
  },
}

const anthropic: Driver = {
  name: '@anthropic-ai/sdk',
  stream: async (stage, model) => {
    const stream = anthropicSdk(stage).messages.stream({
      model,
      max_tokens: LIMIT,
      messages: user(WHY),
    })
    return textOf(await stream.finalMessage())
  },
  tools: async (stage, model) => {
    const { messages } = anthropicSdk(stage)
    const asked = { model, max_tokens: LIMIT, tools: NAMES.map(anthropicWeather) }
    const first = await messages.stream({ ...asked, messages: user(CALL_BOTH) }).finalMessage()
    const results = callsOf(first).map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: 'rain',
    }))
    const answered = await messages.create({
      ...asked,
      messages: [
        ...user(CALL_BOTH),
        { role: 'assistant', content: first.content },
        ...user(results),
      ],
    })
    return textOf(answered)
  },
}

const google: Driver = {
  name: '@google/genai',
  stream: async (stage, model) => {
    let text = ''
    const asked = { model, contents: WHY, config: { maxOutputTokens: LIMIT } }
    for await (const chunk of await geminiSdk(stage).models.generateContentStream(asked))
      text += chunk.text ?? ''
    return text
  },
  tools: async (stage, model) => {
    const { models } = geminiSdk(stage)
    const config = {
      maxOutputTokens: LIMIT,
      tools: [{ functionDeclarations: NAMES.map(geminiWeather) }],
    }
    const contents: Content[] = [{ role: 'user', parts: [{ text: CALL_BOTH }] }]
    const first = await models.generateContent({ model, contents, config })
    const parts = (first.functionCalls ?? []).map(({ id, name = '' }) => ({
      functionResponse: { ...(id === undefined ? {} : { id }), name, response: { output: 'rain' } },
    }))
    const all = [...contents, contentOf(first), { role: 'user', parts }]
    return (await models.generateContent({ model, contents: all, config })).text ?? ''
  },
}

/** One of Vercel's providers. */
const vercel = (name: string, connect: (stage: Stage, model: string) => LanguageModel): Driver => ({
  name,
  stream: async (stage, model) => {
    const settings = { model: connect(stage, model), maxOutputTokens: LIMIT, maxRetries: 0 }
    return await streamText({ ...settings, prompt: WHY }).text
  },
  tools: async (stage, model) => {
    const ran: string[] = []
    const { text } = await generateText({
      model: connect(stage, model),
      maxOutputTokens: LIMIT,
      maxRetries: 0,
      prompt: CALL_BOTH,
      tools: {
        weather_now: vercelWeather(ran, 'now'),
        weather_tomorrow: vercelWeather(ran, 'tomorrow'),
      },
      stopWhen: stepCountIs(3),
    })
    if (ran.length !== 2) throw new Error(`${ran.length} tools ran`)
    return text
  },
})

const v1 = ({ local }: Stage): string => `${local.url}/v1`

const langchain: Driver = {
  name: '@langchain/openai',
  stream: async (stage, model) => {
    let said = ''
    for await (const { text } of await langchainModel(stage, model).stream(WHY)) said += text
    return said
  },
  tools: async (stage, model) => {
    const bound = langchainModel(stage, model).bindTools(FUNCTIONS)
    const asked = await bound.invoke(CALL_BOTH)
    const results = (asked.tool_calls ?? []).map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id ?? '',
      content: 'rain',
    }))
    return (await bound.invoke([['human', CALL_BOTH], asked, ...results])).text
  },
}

const langchainModel = (stage: Stage, model: string): ChatOpenAI =>
  new ChatOpenAI({
    model,
    apiKey: stage.key,
    maxTokens: LIMIT,
    maxRetries: 0,
    configuration: { baseURL: v1(stage) },
  })

const ollama: Driver = {
  name: 'ollama',
  stream: async (stage, model) => {
    let said = ''
    const asked = { model, options: { num_predict: LIMIT }, stream: true as const }
    const messages = [{ role: 'user', content: WHY }]
    for await (const { message } of await ollamaClient(stage).chat({ ...asked, messages }))
      said += message.content
    return said
  },
  tools: async (stage, model) => {
    const client = ollamaClient(stage)
    const messages: Message[] = [{ role: 'user', content: CALL_BOTH }]
    const asked = { model, options: { num_predict: LIMIT }, tools: FUNCTIONS }
    const { message } = await client.chat({ ...asked, messages })
    const results = (message.tool_calls ?? []).map(({ function: { name } }): Message => ({
      role: 'tool',
      tool_name: name,
      content: 'rain',
    }))
    const answered = await client.chat({ ...asked, messages: [...messages, message, ...results] })
    return answered.message.content
  },
}

const ollamaClient = ({ local, key }: Stage): Ollama =>
  new Ollama({ host: local.url, headers: { authorization: `Bearer ${key}` } })

export const DRIVERS: readonly Driver[] = [
  openaiChat,
  openaiResponses,
  anthropic,
  google,
  vercel('ai + @ai-sdk/openai', (stage, model) =>
    createOpenAI({ baseURL: v1(stage), apiKey: stage.key })(model),
  ),
  vercel('ai + @ai-sdk/openai-compatible', (stage, model) =>
    createOpenAICompatible({ name: 'demarc', baseURL: v1(stage), apiKey: stage.key })(model),
  ),
  vercel('ai + @ai-sdk/anthropic', (stage, model) =>
    createAnthropic({ baseURL: v1(stage), apiKey: stage.key })(model),
  ),
  vercel('ai + @ai-sdk/google', (stage, model) =>
    createGoogleGenerativeAI({ baseURL: `${v1(stage)}beta`, apiKey: stage.key })(model),
  ),
  langchain,
  ollama,
]
