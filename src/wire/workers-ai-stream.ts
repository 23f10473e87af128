import type { ChatEvent, Finish } from '../domain/chat.ts'
import type { Usage } from '../domain/usage.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import { unifyFinish } from './openai-chat-reply.ts'
import { openChatStream } from './openai-chat-stream.ts'
import { listOf, objectOf, parseObject, textOf, type Foreign } from './read.ts'
import { openResponsesStream } from './workers-ai-responses.ts'
import { impliedFinish, nativeCalls, nativeText, readWorkersAiUsage } from './workers-ai-reply.ts'
import type { ChatStream, StreamFrame } from './wire.ts'

/**
 * A stream of any of the three families, told apart by each frame. A stream is whole if it gives a reason to stop or
 * says `[DONE]`; native ones only do the latter.
 */
export const openWorkersAiStream = (): ChatStream =>
  stream({
    started: false,
    chat: openChatStream(),
    responses: openResponsesStream(),
    calls: 0,
    usage: undefined,
    finished: false,
  })

type State = {
  readonly started: boolean
  readonly chat: ChatStream
  readonly responses: ChatStream
  readonly calls: number
  /** The running figure: told when the answer is over, because a stream that is cut is billed for more. */
  readonly usage: Usage | undefined
  readonly finished: boolean
}

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

function push(state: State, frame: StreamFrame): readonly [State, readonly ChatEvent[]] {
  if (frame.data.trim() === '[DONE]') {
    return state.finished
      ? [state, []]
      : settle(state, [finishEvent(impliedFinish(state.calls > 0), '')])
  }
  const data = parseObject(frame.data)
  if (data === undefined) return [state, [NOT_JSON]]
  if (listOf(data['errors']).length > 0) return [state, [errorEvent(data)]]
  if (textOf(data['type'])?.startsWith('response.') === true) {
    const [responses, events] = state.responses.push(frame)
    return settle({ ...state, responses }, events)
  }
  if ('choices' in data || 'error' in data || frame.event === 'error') {
    const [chat, events] = state.chat.push(frame)
    return settle({ ...state, chat }, events)
  }
  return settle(state, nativeEvents(state, data))
}

function nativeEvents(state: State, data: Foreign): ChatEvent[] {
  const events: ChatEvent[] = []
  if (!state.started)
    events.push({ type: 'start', id: textOf(data['id']), model: textOf(data['model']) })
  const reasoning = textOf(data['reasoning_content']) ?? ''
  if (reasoning !== '') events.push({ type: 'reasoning', choice: 0, text: reasoning })
  const text = nativeText(data['response'])
  if (text !== '') events.push({ type: 'text', choice: 0, text })
  nativeCalls(data['tool_calls'], state.calls).forEach((call, position) => {
    const index = state.calls + position
    events.push(
      { type: 'tool-start', choice: 0, index, id: call.id, name: call.name },
      { type: 'tool-arguments', choice: 0, index, text: call.arguments },
    )
  })
  const usage = readWorkersAiUsage(objectOf(data)['usage'])
  if (usage !== undefined) events.push({ type: 'usage', usage })
  const rawFinish = textOf(data['finish_reason'])
  if (rawFinish !== undefined) events.push(finishEvent(unifyFinish(rawFinish), rawFinish))
  return events
}

const finishEvent = (finish: Finish, rawFinish: string): ChatEvent => ({
  type: 'finish',
  choice: 0,
  finish,
  rawFinish,
})

/** Counts what the events say, starts and finishes once, and keeps usage back until the answer is over. */
function settle(state: State, found: readonly ChatEvent[]): readonly [State, readonly ChatEvent[]] {
  let { started, calls, usage, finished } = state
  const events: ChatEvent[] = []
  for (const event of found) {
    if (event.type === 'usage') {
      usage = event.usage
      continue
    }
    if (event.type === 'start') {
      if (started) continue
      started = true
    }
    if (event.type === 'tool-start') calls++
    if (event.type === 'finish') {
      if (finished) continue
      finished = true
    }
    events.push(event)
  }
  if (finished && usage !== undefined && (usage !== state.usage || !state.finished)) {
    events.push({ type: 'usage', usage })
  }
  return [{ ...state, started, calls, usage, finished }, events]
}
