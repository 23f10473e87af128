import type { ChatEvent, Signature } from '../domain/chat.ts'
import { sealed } from './anthropic-parse-blocks.ts'
import { explanationOf, readAnthropicUsage, unifyAnthropicFinish } from './anthropic-reply.ts'
import { errorEvent, NOT_JSON } from './error.ts'
import { numberOf, objectOf, parseObject, textOf, type Foreign } from './read.ts'
import { parseSignature } from './signature.ts'
import type { ChatStream, StreamFrame } from './wire.ts'

/** A stream of Messages events. */
export const openAnthropicStream = (): ChatStream =>
  stream({ started: false, usage: {}, tools: [], callSignature: undefined })

type State = {
  readonly started: boolean
  /** Figures so far: later ones replace earlier ones. */
  readonly usage: Foreign
  readonly tools: readonly Tool[]
  /** What a sealed thought before a call holds, if it is Gemini's signature of that call. */
  readonly callSignature: Signature | undefined
}

/** A `tool_use` block; `block` is its place among all blocks. */
type Tool = { readonly block: number; readonly hasArguments: boolean }

const stream = (state: State): ChatStream => ({
  push: (frame) => {
    const [next, events] = push(state, frame)
    return [stream(next), events]
  },
})

function push(state: State, frame: StreamFrame): readonly [State, readonly ChatEvent[]] {
  const data = parseObject(frame.data)
  if (data === undefined) return [state, [NOT_JSON]]
  switch (textOf(data['type']) ?? frame.event) {
    case 'message_start':
      return start(state, objectOf(data['message']))
    case 'content_block_start':
      return startBlock(state, blockOf(data), objectOf(data['content_block']))
    case 'content_block_delta':
      return readDelta(state, blockOf(data), objectOf(data['delta']))
    case 'content_block_stop':
      return stopBlock(state, blockOf(data))
    case 'message_delta':
      return finish(state, data)
    case 'error':
      return [state, [errorEvent(data)]]
    default:
      return [state, []] // ping, message_stop, and whatever is added
  }
}

const blockOf = (data: Foreign): number => numberOf(data['index']) ?? 0

/** Some gateways send it twice. */
function start(state: State, message: Foreign): readonly [State, readonly ChatEvent[]] {
  const next = { ...state, started: true, usage: merge(state.usage, message['usage']) }
  if (state.started) return [next, []]
  return [next, [{ type: 'start', id: textOf(message['id']), model: textOf(message['model']) }]]
}

const merge = (usage: Foreign, update: unknown): Foreign => ({
  ...usage,
  ...Object.fromEntries(Object.entries(objectOf(update)).filter(([, value]) => value !== null)),
})

function startBlock(
  state: State,
  block: number,
  content: Foreign,
): readonly [State, readonly ChatEvent[]] {
  if (content['type'] === 'text') return [state, textEvents('text', content['text'])]
  if (content['type'] === 'thinking') return [state, textEvents('reasoning', content['thinking'])]
  if (content['type'] === 'redacted_thinking') return sealedThought(state, content)
  if (content['type'] !== 'tool_use') return [state, []]
  const index = state.tools.length
  const input = objectOf(content['input'])
  const hasArguments = Object.keys(input).length > 0
  const events: ChatEvent[] = [
    {
      type: 'tool-start',
      choice: 0,
      index,
      id: textOf(content['id']) ?? '',
      name: textOf(content['name']) ?? '',
      ...(state.callSignature === undefined ? {} : { signature: state.callSignature }),
    },
  ]
  if (hasArguments) {
    events.push({ type: 'tool-arguments', choice: 0, index, text: JSON.stringify(input) })
  }
  const tools = [...state.tools, { block, hasArguments }]
  return [{ ...state, tools, callSignature: undefined }, events]
}

/** Gemini signs calls, for which we wrote a sealed thought before the call. */
function sealedThought(state: State, content: Foreign): readonly [State, readonly ChatEvent[]] {
  const signature = sealed(textOf(content['data']) ?? '')
  return signature.maker === 'gemini'
    ? [{ ...state, callSignature: signature }, []]
    : [state, [{ type: 'reasoning', choice: 0, text: '', signature }]]
}

const textEvents = (type: 'text' | 'reasoning', value: unknown): ChatEvent[] => {
  const text = textOf(value) ?? ''
  return text === '' ? [] : [{ type, choice: 0, text }]
}

const signatureEvents = (signature: string): ChatEvent[] =>
  signature === ''
    ? []
    : [
        {
          type: 'reasoning',
          choice: 0,
          text: '',
          signature: parseSignature(signature, 'anthropic'),
        },
      ]

function readDelta(
  state: State,
  block: number,
  delta: Foreign,
): readonly [State, readonly ChatEvent[]] {
  switch (delta['type']) {
    case 'text_delta':
      return [state, textEvents('text', delta['text'])]
    case 'thinking_delta':
      return [state, textEvents('reasoning', delta['thinking'])]
    case 'input_json_delta':
      return addArguments(state, block, textOf(delta['partial_json']) ?? '')
    case 'signature_delta':
      return [state, signatureEvents(textOf(delta['signature']) ?? '')]
    default:
      return [state, []] // citations have no place in other dialects
  }
}

function addArguments(
  state: State,
  block: number,
  text: string,
): readonly [State, readonly ChatEvent[]] {
  const index = state.tools.findIndex((tool) => tool.block === block)
  if (index < 0 || text === '') return [state, []] // a server's tool, or nothing yet
  const tools = state.tools.with(index, { block, hasArguments: true })
  return [{ ...state, tools }, [{ type: 'tool-arguments', choice: 0, index, text }]]
}

/** A call without arguments streams none; other dialects want an empty object. */
function stopBlock(state: State, block: number): readonly [State, readonly ChatEvent[]] {
  const tool = state.tools.find((each) => each.block === block)
  return tool === undefined || tool.hasArguments ? [state, []] : addArguments(state, block, '{}')
}

/** Usage is told only here: what `message_start` says of the output is not the bill. */
function finish(state: State, data: Foreign): readonly [State, readonly ChatEvent[]] {
  const delta = objectOf(data['delta'])
  const usage = merge(state.usage, data['usage'])
  const events: ChatEvent[] = []
  const read = readAnthropicUsage(usage)
  if (read !== undefined) events.push({ type: 'usage', usage: read })
  const explanation = explanationOf(delta)
  if (explanation !== undefined) events.push({ type: 'refusal', choice: 0, text: explanation })
  const rawFinish = textOf(delta['stop_reason'])
  if (rawFinish !== undefined) {
    events.push({ type: 'finish', choice: 0, finish: unifyAnthropicFinish(rawFinish), rawFinish })
  }
  return [{ ...state, usage }, events]
}
