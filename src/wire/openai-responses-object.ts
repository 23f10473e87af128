import type { ChatReply, ToolCall } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { namespacesOf } from './openai-responses-tools.ts'
import { renderResponsesUsage } from './openai-responses-usage.ts'
import {
  flagOf,
  isJson,
  jsonObjectOf,
  numberOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import { renderSignature } from './signature.ts'

/** What a response says of itself, and the request of which it repeats most fields. */
export type ResponseMeta = {
  /** `resp_` and what makes it unique; the ids of items are made of it. */
  readonly id: string
  readonly model: string
  readonly createdS: number
  /** The client's body. */
  readonly request: string
}

/** What of a response its request determines. */
export type Echo = {
  readonly fields: JsonObject
  /** By the name of the tool. */
  readonly namespaces: ReadonlyMap<string, string>
}

/** The fields of a request that its response repeats, with OpenAI's defaults for what was left out. */
export function echoOf(request: string): Echo {
  const asked = parseObject(request) ?? {}
  const reasoning = objectOf(asked['reasoning'])
  const text = objectOf(asked['text'])
  const fields: JsonObject = {
    background: false,
    instructions: textOf(asked['instructions']) ?? null,
    max_output_tokens: numberOf(asked['max_output_tokens']) ?? null,
    metadata: jsonObjectOf(asked['metadata']) ?? {},
    parallel_tool_calls: flagOf(asked['parallel_tool_calls']) ?? true,
    previous_response_id: null,
    reasoning: {
      effort: textOf(reasoning['effort']) ?? null,
      summary: textOf(reasoning['summary']) ?? null,
    },
    service_tier: 'default',
    store: false,
    temperature: numberOf(asked['temperature']) ?? 1,
    text: { ...jsonObjectOf(text), format: formatOf(text['format']) },
    tool_choice: jsonOf(asked['tool_choice']) ?? 'auto',
    tools: objectsOf(asked['tools']).map(echoTool),
    top_logprobs: numberOf(asked['top_logprobs']) ?? 0,
    top_p: numberOf(asked['top_p']) ?? 1,
    truncation: textOf(asked['truncation']) ?? 'disabled',
  }
  return { fields, namespaces: namespacesOf(asked['tools']) }
}

const jsonOf = (value: unknown): Json | undefined =>
  value !== null && isJson(value) ? value : undefined

const formatOf = (format: unknown): JsonObject => jsonObjectOf(format) ?? { type: 'text' }

/** A function with the two keys that its schema requires. */
function echoTool(tool: Foreign): JsonObject {
  const given = jsonObjectOf(tool) ?? {}
  return given['type'] === 'function' ? { parameters: null, strict: true, ...given } : given
}

/** How far a response is. */
export type Progress =
  | { readonly status: 'in_progress' | 'completed' }
  | { readonly status: 'incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' }
  | { readonly status: 'failed'; readonly message: string; readonly code: string | undefined }

/** A whole Response object, with every key that its schema requires. */
export const responseObject = (
  meta: ResponseMeta,
  echo: Echo,
  progress: Progress,
  output: readonly JsonObject[],
  usage: Usage | undefined,
): JsonObject => ({
  id: meta.id,
  object: 'response',
  created_at: meta.createdS,
  status: progress.status,
  ...(progress.status === 'completed' ? { completed_at: meta.createdS } : {}),
  error: progress.status === 'failed' ? errorOf(progress) : null,
  incomplete_details: progress.status === 'incomplete' ? { reason: progress.reason } : null,
  model: meta.model,
  output,
  ...echo.fields,
  ...(usage === undefined ? {} : { usage: renderResponsesUsage(usage) }),
})

/** Words of OpenAI's schema for what can be wrong; every other becomes the most general of them. */
const CODES = new Set(['server_error', 'rate_limit_exceeded', 'invalid_prompt'])

const errorOf = ({ message, code }: Extract<Progress, { status: 'failed' }>): JsonObject => ({
  code: code !== undefined && CODES.has(code) ? code : 'server_error',
  message,
})

/** Ids of items: `msg_` and the like, the response's own, their place. */
export const itemId = (meta: ResponseMeta, prefix: string, place: number): string =>
  `${prefix}_${meta.id.replace(/^resp_/, '')}_${place}`

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

export const messageItem = (
  id: string,
  status: ItemStatus,
  content: readonly JsonObject[],
): JsonObject => ({ id, type: 'message', status, role: 'assistant', content })

export const textPart = (text: string, logprobs: readonly Json[] = []): JsonObject => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs,
})

export const refusalPart = (refusal: string): JsonObject => ({ type: 'refusal', refusal })

/**
 * Thinking is told as a summary, which every client shows, though it may be the thinking itself. Sealed thoughts come
 * back with the next request.
 */
export const reasoningItem = (id: string, text: string, sealed?: string): JsonObject => ({
  id,
  type: 'reasoning',
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
  ...(sealed === undefined ? {} : { encrypted_content: sealed }),
})

export function callItem(
  id: string,
  call: ToolCall,
  status: ItemStatus,
  { namespaces }: Echo,
): JsonObject {
  const namespace = namespaces.get(call.name)
  const common = { id, call_id: call.id, name: call.name, status }
  return {
    ...(call.isCustom === true
      ? { type: 'custom_tool_call', ...common, input: call.arguments }
      : { type: 'function_call', ...common, arguments: call.arguments }),
    ...(namespace === undefined ? {} : { namespace }),
  }
}

/** The reply as OpenAI's schema wants it. */
export function renderResponsesReply(reply: ChatReply, meta: ResponseMeta): string {
  const echo = echoOf(meta.request)
  const [choice] = reply.choices
  const output: JsonObject[] = []
  const id = (prefix: string): string => itemId(meta, prefix, output.length)
  const isCut = choice?.finish === 'length' || choice?.finish === 'content-filter'
  if (choice !== undefined) {
    const { text, refusal, reasoning, thoughts = [], toolCalls, logprobs } = choice
    // Only the last of them can carry a seal if the texts are not told apart.
    if (thoughts.length === 0 && reasoning !== undefined && reasoning !== '')
      output.push(reasoningItem(id('rs'), reasoning))
    for (const { text: thought, signature } of thoughts)
      output.push(reasoningItem(id('rs'), thought, renderSignature(signature, 'openai')))
    const content = [
      ...(text === '' ? [] : [textPart(text, logprobsOf(logprobs))]),
      ...(refusal === undefined || refusal === '' ? [] : [refusalPart(refusal)]),
    ]
    if (content.length > 0 || (output.length === 0 && toolCalls.length === 0))
      output.push(messageItem(id('msg'), isCut ? 'incomplete' : 'completed', content))
    for (const call of toolCalls) {
      if (call.signature !== undefined)
        output.push(reasoningItem(id('rs'), '', renderSignature(call.signature, 'openai')))
      output.push(callItem(id(callPrefix(call)), call, 'completed', echo))
    }
  }
  const progress = progressOf(choice?.finish ?? 'stop')
  return JSON.stringify(responseObject(meta, echo, progress, output, reply.usage))
}

export const callPrefix = ({ isCustom }: Pick<ToolCall, 'isCustom'>): string =>
  isCustom === true ? 'ctc' : 'fc'

const logprobsOf = (logprobs: Json | undefined): readonly Json[] =>
  objectsOf(objectOf(logprobs)['content']).flatMap((each) => jsonObjectOf(each) ?? [])

/** The state in which an answer leaves its response. */
export function progressOf(finish: ChatReply['choices'][number]['finish']): Progress {
  switch (finish) {
    case 'stop':
    case 'tool-calls':
      return { status: 'completed' }
    case 'length':
      return { status: 'incomplete', reason: 'max_output_tokens' }
    case 'content-filter':
      return { status: 'incomplete', reason: 'content_filter' }
    case 'error':
      return { status: 'failed', message: 'the upstream broke off on an error', code: undefined }
  }
}
