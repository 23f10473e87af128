import type { ChatEvent, ChatMessage, ChatReply, ChatRequest } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Usage } from '../domain/usage.ts'
import { errorEvent, parseUpstreamError } from './error.ts'
import { countOf, defined, isObject, listOf, objectOf, parseObject, textOf } from './read.ts'
import type { ChatStream, MalformedReply, RenderedRequest, StreamFrame, Wire } from './wire.ts'

/**
 * Replicate's predictions: one prompt in, text out; no messages, no tools, and the input's members are each model's own.
 * Source: https://replicate.com/docs/reference/http.
 */
export const replicate: Wire = {
  name: 'replicate',
  renderRequest,
  parseReply,
  openStream: () => stream({ started: false, ended: false }),
  parseError: parseUpstreamError,
}

/** With the members that Replicate's official language models share. */
function renderRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const { sampling } = chat
  const version = /:(.+)$/.exec(upstreamModel)?.[1]
  const system = chat.messages.filter(({ role }) => role === 'system').map(textIn)
  const input = defined({
    prompt: promptOf(chat.messages.filter(({ role }) => role !== 'system')),
    system_prompt: system.length === 0 ? undefined : system.join('\n\n'),
    max_tokens: chat.outputTokensMax,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    stop_sequences: chat.stop.length === 0 ? undefined : chat.stop.join(','),
  })
  return { body: defined({ version, input }), unsupported: unspoken(chat) }
}

function unspoken(chat: ChatRequest): Feature[] {
  const features: Feature[] = []
  const parts = chat.messages.flatMap(({ parts: each }) => each.map(({ type }) => type))
  if (chat.tools.length > 0) features.push('tools')
  if (parts.includes('image')) features.push('vision')
  if (parts.includes('audio')) features.push('audio-input')
  if (parts.includes('file')) features.push('file-input')
  // Words are separated by commas, so one that holds a comma cannot be said.
  if (chat.stop.some((word) => word.includes(','))) features.push('stop')
  return features
}

/** A lone question is the prompt; a conversation is written down, each turn after its speaker's name, the last left open. */
function promptOf(messages: readonly ChatMessage[]): string {
  const [only] = messages
  if (messages.length === 1 && only?.role === 'user') return textIn(only)
  return [...messages.map(turnOf), 'Assistant:'].join('\n\n')
}

function turnOf(message: ChatMessage): string {
  switch (message.role) {
    case 'system':
    case 'user':
      return `User: ${textIn(message)}`
    case 'assistant': {
      const calls = message.toolCalls.map((call) => `${call.id}: ${call.name}(${call.arguments})`)
      return `Assistant: ${[textIn(message), ...calls].filter((text) => text !== '').join('\n')}`
    }
    case 'tool':
      return `Result of ${message.callId}: ${textIn(message)}`
  }
}

const textIn = ({ parts }: ChatMessage): string =>
  parts.map((part) => ('text' in part ? part.text : '')).join('')

/** A prediction that is over. One that still runs when the wait ends is no answer: it is cancelled by its deadline. */
function parseReply(body: string): Result<ChatReply, MalformedReply> {
  const prediction = parseObject(body)
  if (prediction?.['status'] !== 'succeeded') {
    return err({ expected: 'a prediction with status: succeeded' })
  }
  const { output } = prediction
  if (typeof output !== 'string' && !Array.isArray(output)) {
    return err({ expected: 'output: text or a list of texts' })
  }
  const text = typeof output === 'string' ? output : listOf(output).map(textIfAny).join('')
  return ok({
    id: textOf(prediction['id']),
    model: textOf(prediction['model']),
    choices: [
      {
        index: 0,
        text,
        refusal: undefined,
        reasoning: undefined,
        toolCalls: [],
        finish: 'stop', // nobody says whether the limit was reached
        rawFinish: 'succeeded',
      },
    ],
    usage: usageOf(prediction['metrics']),
  })
}

const textIfAny = (value: unknown): string => textOf(value) ?? ''

/** Told by models that are billed by the token; others are billed by the second. */
function usageOf(metrics: unknown): Usage | undefined {
  if (!isObject(metrics)) return undefined
  const input = countOf(metrics['input_token_count'])
  const output = countOf(metrics['output_token_count'])
  if (input === undefined || output === undefined) return undefined
  return { input, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output, reasoning: 0 }
}

type State = { readonly started: boolean; readonly ended: boolean }

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

/** The stream behind `urls.stream`, as it is recorded: a second request, which no permit covers, so it is never opened. */
function push(state: State, { event, data }: StreamFrame): readonly [State, readonly ChatEvent[]] {
  const opening: ChatEvent[] = state.started
    ? []
    : [{ type: 'start', id: undefined, model: undefined }]
  const next = { ...state, started: true }
  switch (event) {
    case 'output':
      return [next, [...opening, { type: 'text', choice: 0, text: data }]]
    case 'error':
      return [next, [...opening, errorEvent(parseObject(data) ?? data)]]
    case 'done': {
      if (state.ended) return [state, []]
      const reason = textOf(objectOf(parseObject(data))['reason'])
      const last: ChatEvent =
        reason === undefined
          ? { type: 'finish', choice: 0, finish: 'stop', rawFinish: 'done' }
          : errorEvent({ message: `the prediction ended: ${reason}`, code: reason })
      return [{ started: true, ended: true }, [...opening, last]]
    }
    default:
      return [state, []] // logs
  }
}
