import type { ChatEvent } from '../domain/chat.ts'
import { readConverseUsage, unifyConverseFinish } from './bedrock-reply.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import { inventedCallId } from './openai-chat-reply.ts'
import { isObject, numberOf, objectOf, parseObject, textOf, type Foreign } from './read.ts'
import type { ChatStream, StreamFrame } from './wire.ts'

/** A stream of ConverseStream's events: named by their frame, or alone in an object under their name. */
export const openConverseStream = (): ChatStream => stream({ started: false, tools: [] })

type State = { readonly started: boolean; readonly tools: readonly Tool[] }

/** A call; `block` is its place among all blocks. */
type Tool = { readonly block: number; readonly hasArguments: boolean }

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

type Step = readonly [State, readonly ChatEvent[]]

function push(state: State, frame: StreamFrame): Step {
  const data = parseObject(frame.data)
  if (data === undefined) return [state, [NOT_JSON]]
  if (data['error'] !== undefined || frame.event === 'error') return [state, [errorEvent(data)]]
  const [only] = Object.keys(data)
  const name = frame.event ?? only ?? ''
  return read(state, name, frame.event === undefined ? objectOf(data[name]) : data)
}

function read(state: State, name: string, data: Foreign): Step {
  const block = numberOf(data['contentBlockIndex']) ?? 0
  switch (name) {
    case 'messageStart':
      return state.started
        ? [state, []]
        : [{ ...state, started: true }, [{ type: 'start', id: undefined, model: undefined }]]
    case 'contentBlockStart':
      return startBlock(state, block, objectOf(objectOf(data['start'])['toolUse']))
    case 'contentBlockDelta':
      return readDelta(state, block, objectOf(data['delta']))
    case 'contentBlockStop': {
      const tool = state.tools.find((each) => each.block === block)
      // A call without arguments streams none; other dialects want an empty object.
      return tool === undefined || tool.hasArguments
        ? [state, []]
        : addArguments(state, block, '{}')
    }
    case 'messageStop': {
      const rawFinish = textOf(data['stopReason'])
      if (rawFinish === undefined) return [state, []]
      const finish = unifyConverseFinish(rawFinish)
      return [state, [{ type: 'finish', choice: 0, finish, rawFinish }]]
    }
    case 'metadata': {
      const usage = readConverseUsage(data['usage'])
      return [state, usage === undefined ? [] : [{ type: 'usage', usage }]]
    }
    default:
      return [state, []]
  }
}

function startBlock(state: State, block: number, call: Foreign): Step {
  const name = textOf(call['name'])
  if (name === undefined) return [state, []]
  const index = state.tools.length
  const id = textOf(call['toolUseId']) ?? inventedCallId(0, index)
  const tools = [...state.tools, { block, hasArguments: false }]
  return [{ ...state, tools }, [{ type: 'tool-start', choice: 0, index, id, name }]]
}

function readDelta(state: State, block: number, delta: Foreign): Step {
  const { text, toolUse, reasoningContent } = delta
  if (typeof text === 'string' && text !== '') return [state, [{ type: 'text', choice: 0, text }]]
  if (isObject(toolUse)) return addArguments(state, block, textOf(toolUse['input']) ?? '')
  return [state, thoughtEvents(objectOf(reasoningContent))]
}

function thoughtEvents(thought: Foreign): ChatEvent[] {
  const text = textOf(thought['text']) ?? ''
  const data = textOf(thought['signature']) ?? textOf(thought['redactedContent']) ?? ''
  const events: ChatEvent[] = text === '' ? [] : [{ type: 'reasoning', choice: 0, text }]
  if (data !== '') {
    const signature = { maker: 'anthropic', data } as const
    events.push({ type: 'reasoning', choice: 0, text: '', signature })
  }
  return events
}

function addArguments(state: State, block: number, text: string): Step {
  const index = state.tools.findIndex((tool) => tool.block === block)
  if (index < 0 || text === '') return [state, []]
  const tools = state.tools.with(index, { block, hasArguments: true })
  return [{ ...state, tools }, [{ type: 'tool-arguments', choice: 0, index, text }]]
}
