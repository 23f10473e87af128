import type { ChatEvent } from '../domain/chat.ts'
import type { Usage } from '../domain/usage.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import {
  blockReasonOf,
  partsOf,
  readGeminiUsage,
  refusalOf,
  unifyGeminiFinish,
} from './gemini-reply.ts'
import { readModelParts } from './gemini-parse-parts.ts'
import { inventedCallId } from './openai-chat-reply.ts'
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
    readPart(part, choice, callCounts, events)
  }
  const rawFinish = textOf(candidate['finishReason'])
  if (rawFinish === undefined || finished.has(choice)) return
  finished.add(choice)
  const finish = unifyGeminiFinish(rawFinish, (callCounts.get(choice) ?? 0) > 0)
  const refusal = refusalOf(candidate, finish)
  if (refusal !== undefined) events.push({ type: 'refusal', choice, text: refusal })
  events.push({ type: 'finish', choice, finish, rawFinish })
}

function readPart(
  part: Foreign,
  choice: number,
  callCounts: Map<number, number>,
  events: ChatEvent[],
): void {
  const first = callCounts.get(choice) ?? 0
  const read = readModelParts([part], () => inventedCallId(choice, first))
  for (const { text } of read.texts) events.push({ type: 'text', choice, text })
  if (read.reasoning !== undefined && read.reasoning !== '')
    events.push({ type: 'reasoning', choice, text: read.reasoning })
  for (const { signature } of read.thoughts)
    events.push({ type: 'reasoning', choice, text: '', signature })
  for (const { name, arguments: written, ...call } of read.toolCalls) {
    if (name === '') continue
    callCounts.set(choice, first + 1)
    events.push(
      { type: 'tool-start', choice, index: first, name, ...call },
      { type: 'tool-arguments', choice, index: first, text: written },
    )
  }
}
