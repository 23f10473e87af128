import type { ChatEvent, ChatReply, Finish, ToolCall } from '../domain/chat.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { NO_USAGE, type Usage } from '../domain/usage.ts'
import { parseCallSignature } from './call-signature.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import { argumentsOf, inventedCallId } from './openai-chat-reply.ts'
import {
  countOf,
  isObject,
  jsonObjectsOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import type { ChatStream, MalformedReply, StreamFrame } from './wire.ts'

/** A whole answer of `/api/chat`, or of `/api/generate`, which has no message around what is said. */
export function parseOllamaReply(body: string): Result<ChatReply, MalformedReply> {
  const reply = parseObject(body)
  if (reply === undefined) return err({ expected: 'a JSON object' })
  if (!isObject(reply['message']) && typeof reply['response'] !== 'string') {
    return err({ expected: 'message: object, or response: string' })
  }
  const said = saidIn(reply)
  const toolCalls = callsOf(said, 0)
  const rawFinish = textOf(reply['done_reason']) ?? ''
  const logprobs = jsonObjectsOf(reply['logprobs'])
  return ok({
    id: undefined,
    model: textOf(reply['model']),
    choices: [
      {
        index: 0,
        text: textOf(said['content']) ?? '',
        refusal: undefined,
        reasoning: textOf(said['thinking']),
        toolCalls,
        finish: unifyFinish(rawFinish, toolCalls.length > 0),
        rawFinish,
        ...(logprobs.length === 0 ? {} : { logprobs: { content: logprobs, refusal: null } }),
      },
    ],
    usage: usageOf(reply),
  })
}

const saidIn = (reply: Foreign): Foreign =>
  isObject(reply['message'])
    ? reply['message']
    : { content: reply['response'], thinking: reply['thinking'] }

const callsOf = (said: Foreign, first: number): ToolCall[] =>
  objectsOf(said['tool_calls']).map((call, position) => {
    const called = objectOf(call['function'])
    return {
      id: textOf(call['id']) ?? inventedCallId(0, first + position),
      name: textOf(called['name']) ?? '',
      arguments: argumentsOf(called['arguments']),
      ...parseCallSignature(call),
    }
  })

const FINISHES: Readonly<Record<string, Finish>> = {
  length: 'length',
  content_filter: 'content-filter',
  error: 'error',
}

/** There is no word for tool calls. */
const unifyFinish = (raw: string, hasCalls: boolean): Finish =>
  FINISHES[raw] ?? (hasCalls ? 'tool-calls' : 'stop')

/** A count of nothing is left out; an answer without either does not tell. Thoughts are counted with the rest. */
function usageOf(reply: Foreign): Usage | undefined {
  const { prompt_eval_count: prompt, eval_count: output } = reply
  if (prompt === undefined && output === undefined) return undefined
  const counted = { input: countOf(prompt ?? 0), output: countOf(output ?? 0) }
  if (counted.input === undefined || counted.output === undefined) return undefined
  return { ...NO_USAGE, input: counted.input, output: counted.output }
}

type State = { readonly started: boolean; readonly calls: number }

/** A stream of the same, an object a line; calls come whole. The last object says `done`. */
export const openOllamaStream = (): ChatStream => stream({ started: false, calls: 0 })

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

function push(state: State, { data }: StreamFrame): readonly [State, readonly ChatEvent[]] {
  const reply = parseObject(data)
  if (reply === undefined) return [state, [NOT_JSON]]
  if (reply['error'] !== undefined) return [state, [errorEvent(reply)]]
  const events: ChatEvent[] = state.started
    ? []
    : [{ type: 'start', id: undefined, model: textOf(reply['model']) }]
  const said = saidIn(reply)
  const thinking = textOf(said['thinking']) ?? ''
  if (thinking !== '') events.push({ type: 'reasoning', choice: 0, text: thinking })
  const text = textOf(said['content']) ?? ''
  const logprobs = jsonObjectsOf(reply['logprobs'])
  const shown = logprobs.length === 0 ? {} : { logprobs }
  if (text !== '') events.push({ type: 'text', choice: 0, text, ...shown })
  const calls = callsOf(said, state.calls)
  calls.forEach(({ arguments: written, ...call }, position) => {
    const index = state.calls + position
    events.push({ type: 'tool-start', choice: 0, index, ...call })
    events.push({ type: 'tool-arguments', choice: 0, index, text: written })
  })
  const next = { started: true, calls: state.calls + calls.length }
  if (reply['done'] === true) events.push(...ending(reply, next.calls > 0))
  return [next, events]
}

function ending(reply: Foreign, hasCalls: boolean): ChatEvent[] {
  const rawFinish = textOf(reply['done_reason']) ?? ''
  const usage = usageOf(reply)
  return [
    { type: 'finish', choice: 0, finish: unifyFinish(rawFinish, hasCalls), rawFinish },
    ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
  ]
}
