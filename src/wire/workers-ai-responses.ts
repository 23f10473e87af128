import type { ChatEvent } from '../domain/chat.ts'
import { errorEvent } from './error.ts'
import { inventedCallId } from './openai-chat-reply.ts'
import { numberOf, objectOf, parseObject, textOf, type Foreign } from './read.ts'
import { readWorkersAiUsage, responsesFinish } from './workers-ai-reply.ts'
import type { ChatStream } from './wire.ts'

/** Events of the Responses kind, as gpt-oss may stream them: only what a chat answer is made of. */
export const openResponsesStream = (): ChatStream => stream([])

/** Places of the function calls among the output items, in order. */
type State = readonly number[]

const stream = (state: State): ChatStream => ({
  push: ({ data }) => {
    const [next, events] = push(state, parseObject(data) ?? {})
    return [stream(next), events]
  },
})

function push(state: State, data: Foreign): readonly [State, readonly ChatEvent[]] {
  const response = objectOf(data['response'])
  switch (data['type']) {
    case 'response.created':
      return [
        state,
        [{ type: 'start', id: textOf(response['id']), model: textOf(response['model']) }],
      ]
    case 'response.output_text.delta':
      return [state, [{ type: 'text', choice: 0, text: textOf(data['delta']) ?? '' }]]
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      return [state, [{ type: 'reasoning', choice: 0, text: textOf(data['delta']) ?? '' }]]
    case 'response.output_item.added':
      return startCall(state, numberOf(data['output_index']) ?? 0, objectOf(data['item']))
    case 'response.function_call_arguments.delta': {
      const index = state.indexOf(numberOf(data['output_index']) ?? 0)
      const text = textOf(data['delta']) ?? ''
      return [state, index < 0 ? [] : [{ type: 'tool-arguments', choice: 0, index, text }]]
    }
    case 'response.completed':
    case 'response.incomplete':
      return [state, finish(state, response)]
    case 'response.failed':
      return [state, [errorEvent(response)]]
    default:
      return [state, []]
  }
}

function startCall(
  state: State,
  place: number,
  item: Foreign,
): readonly [State, readonly ChatEvent[]] {
  if (item['type'] !== 'function_call') return [state, []]
  const index = state.length
  const id = textOf(item['call_id']) ?? inventedCallId(0, index)
  const name = textOf(item['name']) ?? ''
  return [[...state, place], [{ type: 'tool-start', choice: 0, index, id, name }]]
}

function finish(state: State, response: Foreign): ChatEvent[] {
  const usage = readWorkersAiUsage(response['usage'])
  return [
    ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
    { type: 'finish', choice: 0, ...responsesFinish(response, state.length > 0) },
  ]
}
