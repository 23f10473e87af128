import type { ChatEvent, Finish, Signature } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import {
  messageHead,
  renderAnthropicUsage,
  stopOf,
  thinkingBlock,
  toolHead,
  USAGE_HEAD,
  wantsThinking,
  type AnthropicReplyMeta,
} from './anthropic-reply-render.ts'
import { renderSignature } from './signature.ts'

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type AnthropicRenderer = {
  readonly push: (event: ChatEvent) => readonly [AnthropicRenderer, string]
  readonly end: () => string
}

type Block =
  | { readonly type: 'text' | 'thinking' }
  /** `written` is what there is of the arguments so far; of a custom tool they are free text. */
  | {
      readonly type: 'tool'
      readonly call: number
      readonly written: string
      readonly isCustom: boolean
    }

type State = {
  readonly meta: AnthropicReplyMeta
  readonly showsThinking: boolean
  readonly started: boolean
  /** The block that is open. Its index is `blockCount - 1`. */
  readonly open: Block | undefined
  readonly blockCount: number
  /** What came while a call's arguments were still incomplete: blocks never overlap. */
  readonly waiting: readonly ChatEvent[]
  readonly hasCalls: boolean
  readonly refusal: string | undefined
  readonly finish: Finish | undefined
  readonly usage: Usage | undefined
  readonly failed: boolean
}

/** Writes the events of any upstream as events of a Messages stream. */
export const openAnthropicRenderer = (meta: AnthropicReplyMeta): AnthropicRenderer =>
  renderer({
    meta,
    showsThinking: wantsThinking(meta.request),
    started: false,
    open: undefined,
    blockCount: 0,
    waiting: [],
    hasCalls: false,
    refusal: undefined,
    finish: undefined,
    usage: undefined,
    failed: false,
  })

const renderer = (state: State): AnthropicRenderer => ({
  push: (event) => {
    const [next, text] = push(state, event)
    return [renderer(next), text]
  },
  end: () => end(state),
})

type Step = readonly [State, string]

/** This dialect has one answer: what belongs to others is left out, and nobody can have asked for them. */
function push(state: State, event: ChatEvent): Step {
  if ('choice' in event && event.choice !== 0) return [state, '']
  switch (event.type) {
    case 'start':
      return start(state)
    case 'usage':
      return [{ ...state, usage: event.usage }, '']
    case 'error':
      return [{ ...state, failed: true }, frame('error', renderError(event.message, event.code))]
    case 'refusal':
      return [{ ...state, refusal: (state.refusal ?? '') + event.text }, '']
    case 'finish':
      return [{ ...state, finish: event.finish }, '']
    default:
      return content(state, event)
  }
}

const renderError = (message: string, code: string | undefined): JsonObject => ({
  error: { type: code === 'overloaded_error' ? code : 'api_error', message },
})

function start(state: State): Step {
  if (state.started) return [state, '']
  const message = {
    ...messageHead(state.meta),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: { ...USAGE_HEAD, ...renderAnthropicUsage(undefined) },
  }
  return [{ ...state, started: true }, frame('message_start', { message }) + frame('ping', {})]
}

type Content = Extract<
  ChatEvent,
  { readonly type: 'text' | 'reasoning' | 'tool-start' | 'tool-arguments' }
>

function content(state: State, event: Content): Step {
  if (!state.started) return then(start(state), (next) => content(next, event))
  if (event.type === 'reasoning' && !state.showsThinking) return [state, '']
  const { open } = state
  if (open?.type === 'tool') {
    if (event.type === 'tool-arguments' && event.index === open.call)
      return addArguments(state, open, event.text)
    if (state.waiting.length > 0 || !isWhole(open))
      return [{ ...state, waiting: [...state.waiting, event] }, '']
  }
  return write(state, event)
}

function write(state: State, event: Content): Step {
  switch (event.type) {
    case 'text':
      return event.text === ''
        ? [state, '']
        : inBlock(state, { type: 'text' }, { type: 'text_delta', text: event.text })
    case 'reasoning':
      return reasoning(state, event.text, event.signature)
    case 'tool-start':
      return startCall(state, event)
    case 'tool-arguments':
      return [state, ''] // of a call that was whole, or of none
  }
}

function reasoning(state: State, text: string, signature: Signature | undefined): Step {
  const isThinking = state.open?.type === 'thinking'
  const told: Step =
    text === ''
      ? [state, '']
      : inBlock(state, { type: 'thinking' }, { type: 'thinking_delta', thinking: text })
  if (signature === undefined) return told
  if (isThinking || text !== '') {
    const delta = { type: 'signature_delta', signature: renderSignature(signature, 'anthropic') }
    return then(
      then(told, (next) => inBlock(next, { type: 'thinking' }, delta)),
      close,
    )
  }
  return then(close(state), (next) => wholeBlock(next, thinkingBlock({ text: '', signature })))
}

function startCall(state: State, event: Extract<Content, { type: 'tool-start' }>): Step {
  const { signature } = event
  const signed: Step =
    signature === undefined || !state.showsThinking
      ? close(state)
      : then(close(state), (next) => wholeBlock(next, thinkingBlock({ text: '', signature })))
  return then(signed, (next) => {
    const isCustom = event.isCustom === true
    const block: Block = { type: 'tool', call: event.index, written: '', isCustom }
    const [opened, text] = openBlock(next, block, { ...toolHead(event), input: {} })
    return [
      { ...opened, hasCalls: true },
      isCustom ? text + inputDelta(opened, `{"input":"`) : text,
    ]
  })
}

/** A call's arguments; once they are whole, what waited for them follows. */
function addArguments(state: State, open: Extract<Block, { type: 'tool' }>, text: string): Step {
  if (text === '') return [state, '']
  const next = { ...open, written: open.written + text }
  const json = open.isCustom ? JSON.stringify(text).slice(1, -1) : text
  const added: Step = [{ ...state, open: next }, inputDelta(state, json)]
  return state.waiting.length > 0 && isWhole(next) ? then(added, release) : added
}

function release(state: State): Step {
  const step: Step = [{ ...state, waiting: [] }, '']
  return state.waiting.reduce((before, event) => then(before, (next) => push(next, event)), step)
}

/** Whether arguments are complete JSON: only then may another block begin. */
function isWhole({ written, isCustom }: Extract<Block, { type: 'tool' }>): boolean {
  if (isCustom) return true
  try {
    JSON.parse(written)
    return true
  } catch {
    return false // the rest may still come
  }
}

/** Writes a delta of a block, closing the one that is open if it is of another kind. */
function inBlock(
  state: State,
  block: Block & { type: 'text' | 'thinking' },
  fields: JsonObject,
): Step {
  if (state.open?.type === block.type) return [state, delta(state, fields)]
  const empty =
    block.type === 'text'
      ? { type: 'text', text: '', citations: null }
      : { type: 'thinking', thinking: '', signature: '' }
  return then(
    then(close(state), (next) => openBlock(next, block, empty)),
    (next) => [next, delta(next, fields)],
  )
}

const wholeBlock = (state: State, block: JsonObject): Step =>
  then(openBlock(state, { type: 'thinking' }, block), close)

function openBlock(state: State, open: Block, block: JsonObject): Step {
  const text = frame('content_block_start', { index: state.blockCount, content_block: block })
  return [{ ...state, open, blockCount: state.blockCount + 1 }, text]
}

/** A call without arguments gets the empty object that it means. */
function close(state: State): Step {
  const { open, blockCount } = state
  if (open === undefined) return [state, '']
  const json = open.type === 'tool' ? endingOf(open) : ''
  const rest = json === '' ? '' : inputDelta(state, json)
  const stop = frame('content_block_stop', { index: blockCount - 1 })
  return [{ ...state, open: undefined }, rest + stop]
}

function endingOf({ written, isCustom }: Extract<Block, { type: 'tool' }>): string {
  if (isCustom) return '"}'
  return written.trim() === '' ? '{}' : ''
}

/** What never became whole is closed as it is, and what waited for it follows. */
function closeAll(state: State): Step {
  if (state.waiting.length === 0) return close(state)
  return then(then(close(state), release), closeAll)
}

/** A stream that broke off with an error is not said to be done. */
function end(state: State): string {
  if (state.failed) return ''
  const [closed, text] = then(start(state), closeAll)
  const stop = stopOf(closed.finish ?? 'stop', closed.hasCalls, closed.refusal)
  const usage = { server_tool_use: null, ...renderAnthropicUsage(closed.usage) }
  return (
    text +
    frame('message_delta', { delta: { ...stop, container: null }, usage }) +
    frame('message_stop', {})
  )
}

const then = ([state, text]: Step, next: (state: State) => Step): Step => {
  const [last, more] = next(state)
  return [last, text + more]
}

const inputDelta = (state: State, json: string): string =>
  delta(state, { type: 'input_json_delta', partial_json: json })

const delta = ({ blockCount }: State, fields: JsonObject): string =>
  frame('content_block_delta', { index: blockCount - 1, delta: fields })

const frame = (type: string, fields: Readonly<Record<string, Json>>): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
