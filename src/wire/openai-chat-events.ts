import type { ChatEvent } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { renderSse } from '../encoding/sse.ts'
import { renderCallSignature } from './call-signature.ts'
import { OPENAI_FINISH, type ChatReplyMeta } from './openai-chat-reply.ts'
import { renderChatUsage } from './openai-chat-usage.ts'

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type ChatRenderer = {
  readonly push: (event: ChatEvent) => readonly [ChatRenderer, string]
  readonly end: () => string
}

type State = {
  readonly meta: ChatReplyMeta
  /** Choices whose first chunk, the one with the role, is written. */
  readonly opened: readonly number[]
  readonly usage: Usage | undefined
  readonly failed: boolean
}

/** Writes the events of any upstream as OpenAI chat completion chunks. */
export const openChatRenderer = (meta: ChatReplyMeta): ChatRenderer =>
  renderer({ meta, opened: [], usage: undefined, failed: false })

const renderer = (state: State): ChatRenderer => ({
  push: (event) => {
    const [next, text] = push(state, event)
    return [renderer(next), text]
  },
  end: () => end(state),
})

function push(state: State, event: ChatEvent): readonly [State, string] {
  switch (event.type) {
    case 'start':
      return [{ ...state, opened: [0] }, chunk(state, 0, ROLE)]
    case 'usage':
      return [{ ...state, usage: event.usage }, '']
    case 'error':
      return [{ ...state, failed: true }, renderSse(renderError(event.message, event.code))]
    case 'text':
      return delta(state, event.choice, { content: event.text }, null, event.logprobs)
    case 'reasoning':
      // The signature of a thought has no place here.
      return event.text === ''
        ? [state, '']
        : delta(state, event.choice, { reasoning_content: event.text })
    case 'refusal':
      return delta(state, event.choice, { refusal: event.text })
    case 'tool-start': {
      const called = { name: event.name, arguments: '' }
      return delta(state, event.choice, {
        tool_calls: [
          {
            index: event.index,
            id: event.id,
            type: 'function',
            function: called,
            ...renderCallSignature(event.signature),
          },
        ],
      })
    }
    case 'tool-arguments':
      return delta(state, event.choice, {
        tool_calls: [{ index: event.index, function: { arguments: event.text } }],
      })
    case 'finish':
      return delta(state, event.choice, {}, OPENAI_FINISH[event.finish])
  }
}

const ROLE: JsonObject = { role: 'assistant', content: '', refusal: null }

function delta(
  state: State,
  choice: number,
  fields: JsonObject,
  finish: string | null = null,
  logprobs?: readonly JsonObject[],
): readonly [State, string] {
  const text = chunk(state, choice, fields, finish, logprobs)
  if (state.opened.includes(choice)) return [state, text]
  return [{ ...state, opened: [...state.opened, choice] }, chunk(state, choice, ROLE) + text]
}

const chunk = (
  state: State,
  choice: number,
  fields: JsonObject,
  finish: string | null = null,
  logprobs?: readonly JsonObject[],
): string =>
  frame(state, {
    choices: [
      {
        index: choice,
        delta: fields,
        logprobs: logprobs === undefined ? null : { content: logprobs, refusal: null },
        finish_reason: finish,
      },
    ],
    ...(state.meta.wantsUsage ? { usage: null } : {}),
  })

const frame = ({ meta }: State, rest: Readonly<Record<string, Json>>): string =>
  renderSse(
    JSON.stringify({
      id: meta.id,
      object: 'chat.completion.chunk',
      created: meta.createdS,
      model: meta.model,
      ...rest,
    }),
  )

const renderError = (message: string, code: string | undefined): string =>
  JSON.stringify({ error: { message, type: 'upstream_error', param: null, code: code ?? null } })

/** A stream that broke off with an error is not said to be done. */
function end(state: State): string {
  if (state.failed) return ''
  const { usage, meta } = state
  const last =
    meta.wantsUsage && usage !== undefined
      ? frame(state, { choices: [], usage: renderChatUsage(usage) })
      : ''
  return `${last}data: [DONE]\n\n`
}
