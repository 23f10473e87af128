import type { ChatEvent } from '../domain/chat.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import {
  argumentsOf,
  inventedCallId,
  readContent,
  reasoningOf,
  unifyFinish,
} from './openai-chat-reply.ts'
import { readChatUsage } from './openai-chat-usage.ts'
import {
  isObject,
  jsonObjectsOf,
  numberOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import type { ChatStream, StreamFrame } from './wire.ts'

/** A stream of chat completion chunks. */
export const openChatStream = (): ChatStream => stream({ started: false, calls: [] })

type State = { readonly started: boolean; readonly calls: readonly Call[] }

/** A tool call being streamed. */
type Call = {
  readonly choice: number
  readonly index: number
  readonly id: string
  /** How the upstream numbers it; undefined where it doesn't. */
  readonly upstreamIndex: number | undefined
  /** Not announced before its name is known. */
  readonly announced: boolean
  readonly heldArguments: string
}

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

function push(state: State, frame: StreamFrame): readonly [State, readonly ChatEvent[]] {
  if (frame.data.trim() === '[DONE]') return [state, []]
  const chunk = parseObject(frame.data)
  if (chunk === undefined) return [state, [NOT_JSON]]
  const error = errorIn(chunk, frame.event)
  if (error !== undefined) return [state, [error]]
  const events: ChatEvent[] = []
  if (!state.started) {
    events.push({ type: 'start', id: textOf(chunk['id']), model: textOf(chunk['model']) })
  }
  let { calls } = state
  for (const choice of objectsOf(chunk['choices'])) calls = readChoice(calls, choice, events)
  const usage = readChatUsage(chunk['usage'] ?? objectOf(chunk['x_groq'])['usage'])
  if (usage !== undefined) events.push({ type: 'usage', usage })
  return [{ started: true, calls }, events]
}

function errorIn(chunk: Foreign, event: string | undefined): ChatEvent | undefined {
  const groq = objectOf(chunk['x_groq'])['error']
  const source = groq === undefined ? chunk : { error: groq }
  const isError =
    (source['error'] !== undefined && source['error'] !== null) ||
    source['object'] === 'error' ||
    event === 'error'
  return isError ? errorEvent(source) : undefined
}

function readChoice(calls: readonly Call[], choice: Foreign, events: ChatEvent[]): readonly Call[] {
  const index = numberOf(choice['index']) ?? 0
  const delta = objectOf(choice['delta'])
  const content = readContent(delta['content'])
  const reasoning = reasoningOf(delta) ?? content.reasoning
  if (reasoning !== undefined && reasoning !== '') {
    events.push({ type: 'reasoning', choice: index, text: reasoning })
  }
  if (content.text !== '') {
    const logprobs = jsonObjectsOf(objectOf(choice['logprobs'])['content'])
    const shown = logprobs.length === 0 ? {} : { logprobs }
    events.push({ type: 'text', choice: index, text: content.text, ...shown })
  }
  const refusal = textOf(delta['refusal'])
  if (refusal !== undefined && refusal !== '') {
    events.push({ type: 'refusal', choice: index, text: refusal })
  }
  let next = calls
  for (const call of objectsOf(delta['tool_calls'])) next = readCall(next, index, call, events)
  const legacy = delta['function_call']
  if (isObject(legacy)) next = readCall(next, index, { index: 0, function: legacy }, events)
  const rawFinish = textOf(choice['finish_reason'])
  if (rawFinish !== undefined) {
    events.push({ type: 'finish', choice: index, finish: unifyFinish(rawFinish), rawFinish })
  }
  return next
}

function readCall(
  calls: readonly Call[],
  choice: number,
  delta: Foreign,
  events: ChatEvent[],
): readonly Call[] {
  const called = objectOf(delta['function'])
  const id = textOf(delta['id']) ?? ''
  const name = textOf(called['name']) ?? ''
  const text = argumentsOf(called['arguments'])
  if (id === '' && name === '' && text === '') return calls // Workers AI ends calls with such a one
  const upstreamIndex = numberOf(delta['index'])
  const known = findCall(calls, choice, upstreamIndex, id, name)
  const index = known?.index ?? calls.filter((call) => call.choice === choice).length
  const call: Call = known ?? {
    choice,
    index,
    id: id === '' ? inventedCallId(choice, index) : id,
    upstreamIndex,
    announced: false,
    heldArguments: '',
  }
  if (!call.announced && name === '') {
    return replace(calls, { ...call, heldArguments: call.heldArguments + text })
  }
  if (!call.announced) events.push({ type: 'tool-start', choice, index, id: call.id, name })
  const fragment = call.heldArguments + text
  if (fragment !== '') events.push({ type: 'tool-arguments', choice, index, text: fragment })
  if (call.announced && call.heldArguments === '') return calls
  return replace(calls, { ...call, announced: true, heldArguments: '' })
}

/**
 * The call that a delta belongs to: that of its index; without an index (Mistral) that of its id, else the last one. A
 * new id with a name is a new call even under a known index: some servers number all calls 0.
 */
function findCall(
  calls: readonly Call[],
  choice: number,
  upstreamIndex: number | undefined,
  id: string,
  name: string,
): Call | undefined {
  const ofChoice = calls.filter((call) => call.choice === choice)
  const candidates =
    upstreamIndex === undefined
      ? ofChoice
      : ofChoice.filter((call) => call.upstreamIndex === upstreamIndex)
  if (id === '') return upstreamIndex === undefined && name !== '' ? undefined : candidates.at(-1)
  const same = candidates.find((call) => call.id === id)
  return same ?? (name === '' ? candidates.at(-1) : undefined)
}

const replace = (calls: readonly Call[], call: Call): readonly Call[] => [
  ...calls.filter((each) => each.choice !== call.choice || each.index !== call.index),
  call,
]
