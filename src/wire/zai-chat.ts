import type { ChatRequest } from '../domain/chat.ts'
import type { Feature } from '../domain/features.ts'
import type { JsonObject } from '../domain/json.ts'
import { parseUpstreamError } from './error.ts'
import { openDialectStream, parseDialectReply, type FinishWords } from './openai-chat-dialect.ts'
import { renderChatRequest } from './openai-chat-render.ts'
import { defined } from './read.ts'
import type { RenderedRequest, Wire } from './wire.ts'

/** Source: https://docs.z.ai/api-reference/llm/chat-completion. */
const FINISHES: FinishWords = {
  sensitive: 'content-filter',
  model_context_window_exceeded: 'length',
  network_error: 'error',
}

/** Z.ai's chat completions (GLM): a part of OpenAI's, and some fields of its own. */
export const zaiChat: Wire = {
  name: 'zai-chat',
  renderRequest,
  parseReply: (body) => parseDialectReply(body, FINISHES),
  openStream: () => openDialectStream(FINISHES),
  parseError: parseUpstreamError,
}

function renderRequest(chat: ChatRequest, upstreamModel: string): RenderedRequest {
  const offered = usableTools(chat)
  const { body, unsupported } = renderChatRequest(offered, upstreamModel)
  const {
    max_completion_tokens: maxTokens,
    stream_options: _always,
    tool_choice: toolChoice,
    temperature,
    stop,
    reasoning_effort: effort,
    ...rest
  } = body
  const lost = new Set<Feature>(unsupported)
  // Above 1 there is no such temperature.
  const heat = chat.sampling.temperature ?? 0
  if (heat > 1) lost.add('temperature')
  if (chat.stop.length > STOPS_MAX) lost.add('stop')
  const thinking = thinkingOf(chat.reasoningEffort, upstreamModel)
  if (!thinking.exact) lost.add('reasoning-effort')
  if (chat.toolChoice.type === 'required' || chat.toolChoice.type === 'tool')
    lost.add('tool-choice')
  const hasTools = offered.tools.length > 0
  return {
    body: defined({
      ...rest,
      max_tokens: maxTokens,
      temperature: heat > 1 ? undefined : temperature,
      stop: stop === undefined ? undefined : chat.stop.slice(0, STOPS_MAX),
      tool_choice: hasTools && toolChoice !== undefined ? 'auto' : undefined,
      // Else the arguments of a call come in one piece at the end.
      tool_stream: hasTools && chat.stream ? true : undefined,
      thinking: thinking.thinking,
      reasoning_effort: thinking.hasEffort ? effort : undefined,
    }),
    unsupported: [...lost].toSorted(),
  }
}

/** "Currently only one stop word". */
const STOPS_MAX = 1

/** A choice of none cannot be said, so there are no tools then; `strict` is no member of a tool. */
const usableTools = (chat: ChatRequest): ChatRequest =>
  chat.toolChoice.type === 'none'
    ? { ...chat, tools: [], toolChoice: { type: 'unset' } }
    : { ...chat, tools: chat.tools.map((tool) => ({ ...tool, strict: undefined })) }

type Thinking = {
  readonly thinking: JsonObject | undefined
  readonly hasEffort: boolean
  readonly exact: boolean
}

/** The first generation that knows efforts. */
const EFFORT_FROM = 5.2

/** Models that cannot be told not to think. */
const ALWAYS_THINKS_FROM = 5.3

const said = (type: string, exact: boolean, hasEffort = false): Thinking => ({
  thinking: { type },
  hasEffort,
  exact,
})

function thinkingOf(effort: string | undefined, upstreamModel: string): Thinking {
  if (effort === undefined) return { thinking: undefined, hasEffort: false, exact: true }
  const generation = Number(/^glm-(\d+(?:\.\d+)?)/.exec(upstreamModel)?.[1] ?? 0)
  if (effort === 'none') {
    return generation >= ALWAYS_THINKS_FROM
      ? { thinking: undefined, hasEffort: false, exact: false }
      : said('disabled', true)
  }
  const knowsEfforts = generation >= EFFORT_FROM
  return said('enabled', knowsEfforts, knowsEfforts)
}
