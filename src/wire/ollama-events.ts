import type { ChatChoice, ChatEvent, ChatReply, Finish, ToolCall } from '../domain/chat.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { renderCallSignature } from './call-signature.ts'
import { argsOf } from './gemini-render.ts'
import { defined, jsonObjectsOf, objectOf } from './read.ts'

/** What an answer says of itself, and the client's body, which says whether thoughts are wanted. */
export type OllamaReplyMeta = {
  readonly model: string
  readonly createdS: number
  readonly request: string
}

/** Which of the two forms an answer has: with a message around what is said, or without. */
export type OllamaForm = 'chat' | 'generate'

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type OllamaRenderer = {
  readonly push: (event: ChatEvent) => readonly [OllamaRenderer, string]
  readonly end: () => string
}

/** A reply as one object. */
export function renderOllamaReply(
  { choices, usage }: ChatReply,
  meta: OllamaReplyMeta,
  form: OllamaForm,
): string {
  const choice = choices.find(({ index }) => index === 0) ?? choices[0]
  return JSON.stringify({
    ...headOf(meta),
    ...said(form, {
      content: choice === undefined ? '' : contentOf(choice),
      thinking: wantsThinking(meta.request) ? choice?.reasoning : undefined,
      calls: choice?.toolCalls ?? [],
    }),
    ...tailOf(choice?.finish ?? 'stop', usage),
    ...logprobsOf(objectOf(choice?.logprobs)['content']),
  })
}

/** A refusal has no place of its own. */
const contentOf = ({ text, refusal = '' }: ChatChoice): string => text + refusal

/** Within a string the quotes would be escaped, so only a key can match. */
const NO_THINKING = /"think"\s*:\s*false\b/
const wantsThinking = (request: string): boolean => !NO_THINKING.test(request)

type State = {
  readonly meta: OllamaReplyMeta
  readonly form: OllamaForm
  readonly showsThinking: boolean
  /** This dialect tells calls whole, so they wait until the answer ends. */
  readonly calls: readonly ToolCall[]
  readonly finish: Finish
  readonly usage: Usage | undefined
  readonly failed: boolean
}

/** Writes the events of any upstream as one JSON object a line. */
export const openOllamaRenderer = (meta: OllamaReplyMeta, form: OllamaForm): OllamaRenderer =>
  renderer({
    meta,
    form,
    showsThinking: wantsThinking(meta.request),
    calls: [],
    finish: 'stop',
    usage: undefined,
    failed: false,
  })

const renderer = (state: State): OllamaRenderer => ({
  push: (event) => {
    const [next, text] = push(state, event)
    return [renderer(next), text]
  },
  end: () => end(state),
})

function push(state: State, event: ChatEvent): readonly [State, string] {
  switch (event.type) {
    case 'start':
      return [state, '']
    case 'usage':
      return [{ ...state, usage: event.usage }, '']
    case 'error':
      return [{ ...state, failed: true }, line({ error: event.message })]
    default:
      // There is one answer: nobody can ask for more.
      return event.choice === 0 ? pushAnswer(state, event) : [state, '']
  }
}

type AnswerEvent = Exclude<ChatEvent, { readonly type: 'start' | 'usage' | 'error' }>

function pushAnswer(state: State, event: AnswerEvent): readonly [State, string] {
  switch (event.type) {
    case 'text':
    case 'refusal': {
      const logprobs = event.type === 'text' ? event.logprobs : undefined
      return [state, event.text === '' ? '' : part(state, { content: event.text }, logprobs)]
    }
    case 'reasoning': {
      const isShown = state.showsThinking && event.text !== ''
      return [state, isShown ? part(state, { content: '', thinking: event.text }) : '']
    }
    case 'tool-start': {
      const { type: _type, choice: _choice, index, ...call } = event
      return [{ ...state, calls: withCall(state.calls, index, { ...call, arguments: '' }) }, '']
    }
    case 'tool-arguments': {
      const call = state.calls[event.index]
      if (call === undefined) return [state, '']
      const grown = { ...call, arguments: call.arguments + event.text }
      return [{ ...state, calls: withCall(state.calls, event.index, grown) }, '']
    }
    case 'finish':
      return [{ ...state, finish: event.finish }, '']
  }
}

const withCall = (calls: readonly ToolCall[], index: number, call: ToolCall): ToolCall[] =>
  index < calls.length ? calls.with(index, call) : [...calls, call]

/** The calls, then why it ended and what it took. A stream that broke off with an error is not said to be done. */
function end(state: State): string {
  const { meta, form, calls, finish, usage, failed } = state
  if (failed) return ''
  const called = calls.length === 0 ? '' : part(state, { content: '', calls })
  return (
    called + line({ ...headOf(meta), ...said(form, { content: '' }), ...tailOf(finish, usage) })
  )
}

type Said = {
  readonly content: string
  readonly thinking?: string | undefined
  readonly calls?: readonly ToolCall[]
}

const part = ({ meta, form }: State, words: Said, logprobs?: readonly JsonObject[]): string =>
  line({ ...headOf(meta), ...said(form, words), done: false, ...logprobsOf(logprobs) })

function said(form: OllamaForm, { content, thinking, calls = [] }: Said): JsonObject {
  if (form === 'generate') return defined({ response: content, thinking })
  const tool_calls = calls.length === 0 ? undefined : calls.map(renderCall)
  return { message: defined({ role: 'assistant', content, thinking, tool_calls }) }
}

const renderCall = (call: ToolCall, index: number): JsonObject => ({
  id: call.id,
  function: { index, name: call.name, arguments: argsOf(call) },
  ...renderCallSignature(call.signature),
})

const headOf = ({ model, createdS }: OllamaReplyMeta): JsonObject => ({
  model,
  created_at: new Date(createdS * 1000).toISOString(),
})

/** Calls end an answer like anything else. */
const REASONS: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'stop',
  'content-filter': 'content_filter',
  error: 'error',
}

function tailOf(finish: Finish, usage: Usage | undefined): JsonObject {
  const done = { done: true, done_reason: REASONS[finish] }
  if (usage === undefined) return done
  const { input, cachedInput, cacheWrite5m, cacheWrite1h, output } = usage
  const prompt = input + cachedInput + cacheWrite5m + cacheWrite1h
  return { ...done, prompt_eval_count: prompt, eval_count: output }
}

function logprobsOf(told: unknown): JsonObject {
  const logprobs = jsonObjectsOf(told)
  return logprobs.length === 0 ? {} : { logprobs }
}

const line = (value: JsonObject): string => `${JSON.stringify(value)}\n`
