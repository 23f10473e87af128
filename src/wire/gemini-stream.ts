import type { ChatEvent } from '../domain/chat.ts'
import type { Usage } from '../domain/usage.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import {
  blockReasonOf,
  callOf,
  partsOf,
  readGeminiUsage,
  unifyGeminiFinish,
} from './gemini-reply.ts'
import { isObject, numberOf, objectsOf, parseObject, textOf, type Foreign } from './read.ts'
import type { ChatStream, StreamFrame } from './wire.ts'

/** A stream of generateContent responses, each with what is new. There is no last frame: a reason to stop ends it. */
export const openGeminiStream = (): ChatStream =>
  stream({ started: false, usage: undefined, callCounts: new Map(), finished: new Set() })

type State = {
  readonly started: boolean
  /** The running figure: told when the answer is over, because a stream that is cut is billed for more. */
  readonly usage: Usage | undefined
  /** Calls so far, by choice. */
  readonly callCounts: ReadonlyMap<number, number>
  readonly finished: ReadonlySet<number>
}

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

function push(state: State, frame: StreamFrame): readonly [State, readonly ChatEvent[]] {
  const data = parseObject(frame.data)
  if (data === undefined) return [state, [NOT_JSON]]
  if (isObject(data['error'])) return [state, [errorEvent(data)]]
  const events: ChatEvent[] = []
  if (!state.started) {
    events.push({
      type: 'start',
      id: textOf(data['responseId']),
      model: textOf(data['modelVersion']),
    })
  }
  const callCounts = new Map(state.callCounts)
  const finished = new Set(state.finished)
  for (const candidate of objectsOf(data['candidates'])) {
    readCandidate(candidate, callCounts, finished, events)
  }
  const blocked = blockReasonOf(data)
  if (blocked !== undefined && !finished.has(0)) {
    finished.add(0)
    events.push({ type: 'finish', choice: 0, finish: 'content-filter', rawFinish: blocked })
  }
  const usage = readGeminiUsage(data['usageMetadata']) ?? state.usage
  if (finished.size > 0 && usage !== undefined) events.push({ type: 'usage', usage })
  return [{ started: true, usage, callCounts, finished }, events]
}

function readCandidate(
  candidate: Foreign,
  callCounts: Map<number, number>,
  finished: Set<number>,
  events: ChatEvent[],
): void {
  const choice = numberOf(candidate['index']) ?? 0
  for (const part of partsOf(candidate)) {
    const text = textOf(part['text']) ?? ''
    if (text !== '')
      events.push({ type: part['thought'] === true ? 'reasoning' : 'text', choice, text })
    const called = part['functionCall']
    if (!isObject(called) || textOf(called['name']) === undefined) continue
    const index = callCounts.get(choice) ?? 0
    callCounts.set(choice, index + 1)
    const call = callOf(called, choice, index)
    events.push(
      { type: 'tool-start', choice, index, id: call.id, name: call.name },
      { type: 'tool-arguments', choice, index, text: call.arguments },
    )
  }
  const rawFinish = textOf(candidate['finishReason'])
  if (rawFinish === undefined || finished.has(choice)) return
  finished.add(choice)
  const finish = unifyGeminiFinish(rawFinish, (callCounts.get(choice) ?? 0) > 0)
  events.push({ type: 'finish', choice, finish, rawFinish })
}
