import Anthropic from '@anthropic-ai/sdk'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'

/** What a client's own library makes of an answer, after it has checked every part of it against its schemas. */
export type Understood = {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly { readonly name: string; readonly input: string }[]
  readonly finish: string
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly errors: readonly string[]
}

type Fetch = typeof globalThis.fetch
type Model = ReturnType<ReturnType<typeof createAnthropic>>
type Part = Awaited<ReturnType<Model['doGenerate']>>['content'][number]

/** Libraries whose schemas judge what we write, each reading a body instead of the network. */
const MODELS = {
  'anthropic-messages': (fetch: Fetch): Model =>
    createAnthropic({ apiKey: 'none', baseURL: 'https://upstream.test/v1', fetch })('claude-x'),
  gemini: (fetch: Fetch): Model =>
    createGoogleGenerativeAI({ apiKey: 'none', baseURL: 'https://upstream.test/v1beta', fetch })(
      'gemini-x',
    ),
}
export type SdkName = keyof typeof MODELS

const OPTIONS: Parameters<Model['doStream']>[0] = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
}

const answering =
  (body: string, type: string): Fetch =>
  async () =>
    new Response(body, { headers: { 'content-type': type } })

/** Reads a whole answer. @throws if a schema of the library does not allow it. */
export async function understandWhole(sdk: SdkName, body: string): Promise<Understood> {
  const model = MODELS[sdk](answering(body, 'application/json'))
  const { content, finishReason, usage } = await model.doGenerate(OPTIONS)
  const textsOf = (type: 'text' | 'reasoning'): string =>
    content.map((part) => (part.type === type ? part.text : '')).join('')
  return {
    text: textsOf('text'),
    reasoning: textsOf('reasoning'),
    calls: callsOf(content),
    finish: finishReason.unified,
    inputTokens: usage.inputTokens.total,
    outputTokens: usage.outputTokens.total,
    errors: [],
  }
}

const callsOf = (content: readonly Part[]) =>
  content.flatMap((part) =>
    part.type === 'tool-call' ? [{ name: part.toolName, input: part.input }] : [],
  )

/** Reads a stream. What a schema does not allow, and what the stream tells as an error, is in `errors`. */
export async function understandStream(sdk: SdkName, body: string): Promise<Understood> {
  const model = MODELS[sdk](answering(body, 'text/event-stream'))
  const { stream } = await model.doStream(OPTIONS)
  let [text, reasoning, finish] = ['', '', '']
  let inputTokens: number | undefined
  let outputTokens: number | undefined
  const calls: { name: string; input: string }[] = []
  const errors: string[] = []
  for await (const part of stream) {
    if (part.type === 'text-delta') text += part.delta
    else if (part.type === 'reasoning-delta') reasoning += part.delta
    else if (part.type === 'tool-call') calls.push({ name: part.toolName, input: part.input })
    else if (part.type === 'error') errors.push(JSON.stringify(part.error))
    else if (part.type === 'finish') {
      finish = part.finishReason.unified
      inputTokens = part.usage.inputTokens.total
      outputTokens = part.usage.outputTokens.total
    }
  }
  return { text, reasoning, calls, finish, inputTokens, outputTokens, errors }
}

/** What Anthropic's own SDK puts together of a stream. @throws if events come in an order that it does not know. */
export function accumulate(body: string): Promise<Anthropic.Message> {
  const fetch = answering(body, 'text/event-stream')
  const client = new Anthropic({ apiKey: 'none', fetch, maxRetries: 0, logLevel: 'off' })
  return client.messages.stream({ model: 'm', max_tokens: 1, messages: [] }).finalMessage()
}
