import type { ChatEvent, ToolCall } from '../domain/chat.ts'
import type { JsonObject } from '../domain/json.ts'
import {
  callItem,
  callPrefix,
  echoOf,
  messageItem,
  progressOf,
  reasoningItem,
  refusalPart,
  textPart,
  type ItemStatus,
  type ResponseMeta,
} from './openai-responses-object.ts'
import { Writer, type MessagePart, type Open, type State } from './openai-responses-writer.ts'
import { renderSignature } from './signature.ts'

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type ResponsesRenderer = {
  readonly push: (event: ChatEvent) => readonly [ResponsesRenderer, string]
  readonly end: () => string
}

/** Writes the events of any upstream as OpenAI's response events. */
export const openResponsesRenderer = (meta: ResponseMeta): ResponsesRenderer =>
  renderer({
    meta,
    echo: echoOf(meta.request),
    sequence: 0,
    started: false,
    failed: false,
    output: [],
    open: [],
    finish: 'stop',
    usage: undefined,
  })

const renderer = (state: State): ResponsesRenderer => ({
  push: (event) => {
    const writer = new Writer(state)
    push(writer, event)
    return [renderer(writer.state), writer.text]
  },
  end: () => {
    if (state.failed) return ''
    const writer = new Writer(state)
    end(writer)
    return writer.text
  },
})

function push(writer: Writer, event: ChatEvent): void {
  if ('choice' in event && event.choice !== 0) return // there is one answer only
  if (event.type !== 'usage') start(writer)
  switch (event.type) {
    case 'start':
      return
    case 'usage':
      return writer.set({ usage: event.usage })
    case 'finish':
      return writer.set({ finish: event.finish })
    case 'reasoning':
      return pushReasoning(writer, event)
    case 'text':
    case 'refusal':
      return pushMessage(writer, event)
    case 'tool-start':
      return startCall(writer, event)
    case 'tool-arguments':
      return pushArguments(writer, event)
    case 'error':
      return fail(writer, event)
  }
}

function start(writer: Writer): void {
  if (writer.state.started) return
  writer.set({ started: true })
  const response = writer.response({ status: 'in_progress' })
  writer.emit('response.created', { response })
  writer.emit('response.in_progress', { response })
}

function pushReasoning(writer: Writer, event: Extract<ChatEvent, { type: 'reasoning' }>): void {
  closeAll(writer, 'completed', 'reasoning')
  let open = writer.state.open.find((each) => each.type === 'reasoning')
  if (open === undefined) {
    const place = writer.state.output.length
    open = { type: 'reasoning', place, text: '' }
    writer.add(open, reasoningItem(writer.id('rs', place), ''))
  }
  const at = { item_id: writer.id('rs', open.place), output_index: open.place, summary_index: 0 }
  if (event.text !== '') {
    if (open.text === '') {
      const part = { type: 'summary_text', text: '' }
      writer.emit('response.reasoning_summary_part.added', { ...at, part })
    }
    writer.emit('response.reasoning_summary_text.delta', { ...at, delta: event.text })
    open = { ...open, text: open.text + event.text }
    writer.replace(open)
  }
  if (event.signature !== undefined)
    closeReasoning(writer, open, renderSignature(event.signature, 'openai'))
}

function closeReasoning(
  writer: Writer,
  { place, text }: Extract<Open, { type: 'reasoning' }>,
  sealed?: string,
): void {
  const id = writer.id('rs', place)
  if (text !== '') {
    const at = { item_id: id, output_index: place, summary_index: 0 }
    const part = { type: 'summary_text', text }
    writer.emit('response.reasoning_summary_text.done', { ...at, text })
    writer.emit('response.reasoning_summary_part.done', { ...at, part })
  }
  writer.done(place, reasoningItem(id, text, sealed))
}

function pushMessage(
  writer: Writer,
  event: Extract<ChatEvent, { type: 'text' | 'refusal' }>,
): void {
  const { type, text } = event
  if (text === '') return
  const logprobs = event.type === 'text' ? (event.logprobs ?? []).map(withBytes) : []
  closeAll(writer, 'completed', 'message')
  let open = writer.state.open.find((each) => each.type === 'message')
  if (open === undefined) {
    const place = writer.state.output.length
    open = { type: 'message', place, parts: [] }
    writer.add(open, messageItem(writer.id('msg', place), 'in_progress', []))
  }
  const { place } = open
  const last = open.parts.at(-1)
  let parts = open.parts
  if (last?.type !== type) {
    if (last !== undefined) closePart(writer, place, parts.length - 1, last)
    parts = [...parts, { type, text: '', logprobs: [] }]
    writer.emit('response.content_part.added', {
      ...partAt(writer, place, parts.length - 1),
      part: renderPart({ type, text: '', logprobs: [] }),
    })
  }
  const at = partAt(writer, place, parts.length - 1)
  if (type === 'text') {
    writer.emit('response.output_text.delta', { ...at, delta: text, logprobs })
  } else writer.emit('response.refusal.delta', { ...at, delta: text })
  const { text: said = '', logprobs: told = [] } = parts.at(-1) ?? {}
  const grown = { type, text: said + text, logprobs: told.concat(logprobs) }
  writer.replace({ ...open, parts: [...parts.slice(0, -1), grown] })
}

/** Its schema wants bytes, which others leave out. */
const withBytes = (logprob: JsonObject): JsonObject => ({
  ...logprob,
  bytes: logprob['bytes'] ?? [],
})

const partAt = (writer: Writer, place: number, index: number) => ({
  item_id: writer.id('msg', place),
  output_index: place,
  content_index: index,
})

const renderPart = ({ type, text, logprobs }: MessagePart): JsonObject =>
  type === 'text' ? textPart(text, logprobs) : refusalPart(text)

function closePart(writer: Writer, place: number, index: number, part: MessagePart): void {
  const at = partAt(writer, place, index)
  if (part.type === 'text') {
    writer.emit('response.output_text.done', { ...at, text: part.text, logprobs: part.logprobs })
  } else writer.emit('response.refusal.done', { ...at, refusal: part.text })
  writer.emit('response.content_part.done', { ...at, part: renderPart(part) })
}

function startCall(writer: Writer, event: Extract<ChatEvent, { type: 'tool-start' }>): void {
  closeAll(writer, 'completed', 'call')
  const { index, id, name, isCustom, signature } = event
  if (signature !== undefined)
    pushReasoning(writer, { type: 'reasoning', choice: 0, text: '', signature })
  const place = writer.state.output.length
  const call: ToolCall = { id, name, arguments: '', ...(isCustom === true ? { isCustom } : {}) }
  const item = callItem(writer.id(callPrefix(call), place), call, 'in_progress', writer.state.echo)
  writer.add({ type: 'call', place, index, call }, item)
}

function pushArguments(
  writer: Writer,
  event: Extract<ChatEvent, { type: 'tool-arguments' }>,
): void {
  const open = writer.state.open.find((each) => each.type === 'call' && each.index === event.index)
  if (open?.type !== 'call' || event.text === '') return
  const { place, call } = open
  const at = { item_id: writer.id(callPrefix(call), place), output_index: place }
  writer.emit(`response.${argumentsName(call)}.delta`, { ...at, delta: event.text })
  writer.replace({ ...open, call: { ...call, arguments: call.arguments + event.text } })
}

const argumentsName = ({ isCustom }: ToolCall): string =>
  isCustom === true ? 'custom_tool_call_input' : 'function_call_arguments'

function closeCall(
  writer: Writer,
  { place, call }: Extract<Open, { type: 'call' }>,
  status: ItemStatus,
): void {
  const id = writer.id(callPrefix(call), place)
  const at = { item_id: id, output_index: place }
  if (call.isCustom === true) {
    writer.emit('response.custom_tool_call_input.done', { ...at, input: call.arguments })
  } else {
    const { name } = call
    writer.emit('response.function_call_arguments.done', { ...at, name, arguments: call.arguments })
  }
  writer.done(place, callItem(id, call, status, writer.state.echo))
}

/** Ends every open item but those of one type. */
function closeAll(writer: Writer, status: ItemStatus, except?: Open['type']): void {
  for (const open of writer.state.open) {
    if (open.type === except) continue
    if (open.type === 'reasoning') closeReasoning(writer, open)
    else if (open.type === 'call') closeCall(writer, open, status)
    else {
      const { place, parts } = open
      const last = parts.at(-1)
      if (last !== undefined) closePart(writer, place, parts.length - 1, last)
      writer.done(place, messageItem(writer.id('msg', place), status, parts.map(renderPart)))
    }
  }
}

/** The error itself, flat as the schema has it and nested as OpenAI sends it, then the response that failed. */
function fail(
  writer: Writer,
  { message, code = 'server_error' }: Extract<ChatEvent, { type: 'error' }>,
): void {
  if (writer.state.failed) return
  const error = { type: 'upstream_error', code, message, param: null }
  writer.emit('error', { code, message, param: null, error })
  writer.emit('response.failed', { response: writer.response({ status: 'failed', message, code }) })
  writer.set({ failed: true })
}

function end(writer: Writer): void {
  start(writer)
  const progress = progressOf(writer.state.finish)
  closeAll(writer, progress.status === 'completed' ? 'completed' : 'incomplete')
  writer.emit(`response.${progress.status}`, { response: writer.response(progress) })
}
