import type { ChatEvent } from '../domain/chat.ts'
import type { JsonObject } from '../domain/json.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import { inventedCallId } from './openai-chat-reply.ts'
import { finishOf, reasoningTextOf } from './openai-responses-reply.ts'
import { readResponsesUsage } from './openai-responses-usage.ts'
import { jsonObjectsOf, numberOf, objectOf, parseObject, textOf, type Foreign } from './read.ts'
import { parseSignature } from './signature.ts'
import type { ChatStream, StreamFrame } from './wire.ts'

/** A stream of response events. Servers that leave out `output_index` are followed by the ids of items. */
export const openResponsesStream = (): ChatStream =>
  stream({ calls: [], spoken: NOTHING, failed: false })

type State = {
  readonly calls: readonly Call[]
  /** Keys of items of which something has been told already. */
  readonly spoken: ReadonlySet<string>
  /** An error has been told; that it failed says no more. */
  readonly failed: boolean
}

/** A tool call being streamed; its position among the calls is its index. */
type Call = { readonly itemId: string | undefined; readonly outputIndex: number | undefined }

const NOTHING: ReadonlySet<string> = new Set()

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

type Step = readonly [State, readonly ChatEvent[]]

function push(state: State, frame: StreamFrame): Step {
  if (frame.data.trim() === '[DONE]') return [state, []]
  const data = parseObject(frame.data)
  if (data === undefined) return [state, [NOT_JSON]]
  const text = textOf(data['delta']) ?? ''
  switch (data['type']) {
    case 'response.created': {
      const response = objectOf(data['response'])
      const start = { id: textOf(response['id']), model: textOf(response['model']) }
      return [state, [{ type: 'start', ...start }]]
    }
    case 'response.output_text.delta':
      return [speak(state, data), spoken(text, jsonObjectsOf(data['logprobs']))]
    case 'response.refusal.delta':
      return [speak(state, data), said('refusal', text)]
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      return [speak(state, data), said('reasoning', text)]
    case 'response.reasoning_summary_part.added':
      return [state, (numberOf(data['summary_index']) ?? 0) > 0 ? said('reasoning', '\n\n') : []]
    case 'response.output_item.added':
      return startCall(state, data, objectOf(data['item']))
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      return [speak(state, data), argumentsAt(state, data, text)]
    case 'response.output_item.done':
      return finishItem(state, data, objectOf(data['item']))
    case 'response.completed':
    case 'response.incomplete':
      return [state, finish(state, objectOf(data['response']))]
    case 'response.failed':
      return state.failed ? [state, []] : fail(state, objectOf(data['response']))
    case 'error':
      return fail(state, data['error'] === undefined ? { error: data } : data)
    default:
      // An error that says so only in its body, as compatible servers send it.
      return data['type'] === undefined && data['error'] !== undefined
        ? fail(state, data)
        : [state, []]
  }
}

const spoken = (text: string, logprobs: readonly JsonObject[]): ChatEvent[] =>
  logprobs.length === 0 || text === ''
    ? said('text', text)
    : [{ type: 'text', choice: 0, text, logprobs }]

const said = (type: 'text' | 'refusal' | 'reasoning', text: string): ChatEvent[] =>
  text === '' ? [] : [{ type, choice: 0, text }]

const fail = (state: State, data: Foreign): Step => [{ ...state, failed: true }, [errorEvent(data)]]

const keyOf = (data: Foreign): string =>
  textOf(data['item_id']) ?? textOf(objectOf(data['item'])['id']) ?? String(data['output_index'])

function speak(state: State, data: Foreign): State {
  const key = keyOf(data)
  return state.spoken.has(key) ? state : { ...state, spoken: new Set([...state.spoken, key]) }
}

function startCall(state: State, data: Foreign, item: Foreign): Step {
  const isCustom = item['type'] === 'custom_tool_call'
  if (!isCustom && item['type'] !== 'function_call') return [state, []]
  const index = state.calls.length
  const call: Call = { itemId: textOf(item['id']), outputIndex: numberOf(data['output_index']) }
  const id = textOf(item['call_id']) ?? call.itemId ?? inventedCallId(0, index)
  const name = textOf(item['name']) ?? ''
  const started: ChatEvent = {
    type: 'tool-start',
    choice: 0,
    index,
    id,
    name,
    ...(isCustom ? { isCustom } : {}),
  }
  return [{ ...state, calls: [...state.calls, call] }, [started]]
}

function indexOf({ calls }: State, data: Foreign): number {
  const itemId = textOf(data['item_id']) ?? textOf(objectOf(data['item'])['id'])
  const place = numberOf(data['output_index'])
  const byId = itemId === undefined ? -1 : calls.findIndex((call) => call.itemId === itemId)
  if (byId >= 0) return byId
  const byPlace = place === undefined ? -1 : calls.findIndex((call) => call.outputIndex === place)
  return byPlace >= 0 || place !== undefined ? byPlace : calls.length - 1
}

function argumentsAt(state: State, data: Foreign, text: string): ChatEvent[] {
  const index = indexOf(state, data)
  return index < 0 || text === '' ? [] : [{ type: 'tool-arguments', choice: 0, index, text }]
}

/** What of an item only its end tells: the seal of a thought, and all of an item that came without deltas. */
function finishItem(state: State, data: Foreign, item: Foreign): Step {
  const wasSpoken = state.spoken.has(keyOf(data))
  switch (item['type']) {
    case 'reasoning': {
      const sealed = textOf(item['encrypted_content'])
      const told = wasSpoken ? [] : said('reasoning', reasoningTextOf(item))
      if (sealed === undefined) return [state, told]
      const signature = parseSignature(sealed, 'openai')
      return [state, [...told, { type: 'reasoning', choice: 0, text: '', signature }]]
    }
    case 'function_call':
    case 'custom_tool_call': {
      const isKnown = indexOf(state, data) >= 0
      const [known, started] = isKnown ? [state, []] : startCall(state, data, item)
      if (wasSpoken) return [known, started]
      const written = textOf(item['arguments']) ?? textOf(item['input']) ?? ''
      return [speak(known, data), [...started, ...argumentsAt(known, data, written)]]
    }
    default:
      return [state, []]
  }
}

function finish({ calls }: State, response: Foreign): ChatEvent[] {
  const usage = readResponsesUsage(response['usage'])
  return [
    ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
    { type: 'finish', choice: 0, ...finishOf(response, calls.length > 0) },
  ]
}
