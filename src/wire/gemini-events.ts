import type { ChatEvent, Finish, ToolCall } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { renderSse } from '../encoding/sse.ts'
import {
  callPart,
  finishOf,
  replyTail,
  thoughtPart,
  wantsThoughts,
  type GeminiReplyMeta,
} from './gemini-reply-render.ts'

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type GeminiRenderer = {
  readonly push: (event: ChatEvent) => readonly [GeminiRenderer, string]
  readonly end: () => string
}

type Choice = {
  /** Calls so far: this dialect tells them whole, so they wait until the answer ends. */
  readonly calls: readonly ToolCall[]
  readonly refusal: string | undefined
  readonly finish: Finish | undefined
}

type State = {
  readonly meta: GeminiReplyMeta
  readonly showsThoughts: boolean
  readonly choices: ReadonlyMap<number, Choice>
  readonly usage: Usage | undefined
  readonly failed: boolean
}

/** Writes the events of any upstream as a stream of generateContent responses. */
export const openGeminiRenderer = (meta: GeminiReplyMeta): GeminiRenderer =>
  renderer({
    meta,
    showsThoughts: wantsThoughts(meta.request),
    choices: new Map(),
    usage: undefined,
    failed: false,
  })

const renderer = (state: State): GeminiRenderer => ({
  push: (event) => {
    const [next, text] = push(state, event)
    return [renderer(next), text]
  },
  end: () => end(state),
})

type Step = readonly [State, string]

function push(state: State, event: ChatEvent): Step {
  switch (event.type) {
    case 'start':
      return [state, '']
    case 'usage':
      return [{ ...state, usage: event.usage }, '']
    case 'error':
      return [{ ...state, failed: true }, renderSse(JSON.stringify(errorOf(event.message)))]
    case 'text':
      return event.text === ''
        ? [state, '']
        : [state, chunk(state, event.choice, { text: event.text })]
    case 'reasoning':
      return [state, thought(state, event)]
    case 'refusal':
      return [
        change(state, event.choice, ({ refusal = '' }) => ({ refusal: refusal + event.text })),
        '',
      ]
    case 'finish':
      return [change(state, event.choice, () => ({ finish: event.finish })), '']
    default:
      return [addCall(state, event), '']
  }
}

const errorOf = (message: string): JsonObject => ({
  error: { code: 500, message, status: 'INTERNAL' },
})

function thought(state: State, event: Extract<ChatEvent, { type: 'reasoning' }>): string {
  if (!state.showsThoughts) return ''
  const { choice, text, signature } = event
  const told = text === '' ? '' : chunk(state, choice, { text, thought: true })
  return signature === undefined
    ? told
    : told + chunk(state, choice, thoughtPart({ text: '', signature }))
}

const NEW_CHOICE: Choice = { calls: [], refusal: undefined, finish: undefined }

function change(state: State, index: number, by: (choice: Choice) => Partial<Choice>): State {
  const choice = state.choices.get(index) ?? NEW_CHOICE
  return { ...state, choices: new Map(state.choices).set(index, { ...choice, ...by(choice) }) }
}

function addCall(
  state: State,
  event: Extract<ChatEvent, { type: 'tool-start' | 'tool-arguments' }>,
): State {
  return change(state, event.choice, ({ calls }) => {
    if (event.type === 'tool-start') {
      const { type: _type, choice: _choice, index: _index, ...call } = event
      return { calls: [...calls, { ...call, arguments: '' }] }
    }
    const call = calls[event.index]
    if (call === undefined) return {}
    return { calls: calls.with(event.index, { ...call, arguments: call.arguments + event.text }) }
  })
}

const chunk = (state: State, index: number, part: JsonObject): string =>
  frame(state, [{ content: { role: 'model', parts: [part] }, index }], undefined)

const frame = (
  { meta }: State,
  candidates: readonly JsonObject[],
  usage: Usage | undefined,
): string =>
  renderSse(
    JSON.stringify({ candidates, ...replyTail(meta, usage) } satisfies Record<string, Json>),
  )

/**
 * The calls, then why it ended and what it took: the last response, for there is no other sign of the end. A stream that
 * broke off with an error is not said to have ended.
 */
function end(state: State): string {
  if (state.failed) return ''
  const choices = state.choices.size === 0 ? [[0, NEW_CHOICE] as const] : [...state.choices]
  const candidates = choices.map(([index, { calls, refusal, finish }]) => ({
    content: { role: 'model', parts: calls.length > 0 ? calls.map(callPart) : [{ text: '' }] },
    ...finishOf(finish ?? 'stop', refusal),
    index,
  }))
  return frame(state, candidates, state.usage)
}
