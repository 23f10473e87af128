import { isThinking, refuseThoughts, SIGNATURE, THOUGHT } from './anthropic-thinking.ts'
import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import { count, fields, isFields, list, parseFields, text, tokensOf, type Fields } from './read.ts'
import {
  bearer,
  eventFrame,
  idFor,
  jsonReply,
  retryAfter,
  streamReply,
  type Quirks,
  type Received,
  type Reply,
  type Simulation,
} from './simulation.ts'

const PROVIDER = 'anthropic'

/** Error types by status. Source: https://docs.anthropic.com/en/api/errors. */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Anthropic's Messages API, version 2023-06-01. */
export const anthropicSimulation: Simulation = {
  basePath: '/v1',
  credential: (headers) => headers['x-api-key'] ?? bearer(headers),
  unauthorized: (isMissing) =>
    problem(401, isMissing ? 'x-api-key header is required' : 'invalid x-api-key'),
  isPublic: () => false,
  answer: handle,
  trouble: (trouble) => {
    const reply = problem(trouble.status, trouble.message)
    return { ...reply, headers: { ...reply.headers, ...retryAfter(trouble) } }
  },
}

function problem(status: number, message: string, order = 0): Reply {
  const id = idFor(order, 'req_')
  const type = ERROR_TYPES[status] ?? 'api_error'
  return jsonReply(
    status,
    { type: 'error', error: { type, message }, request_id: id },
    { 'request-id': id },
  )
}

function handle(request: Received, quirks: Quirks): Reply {
  const { order } = request
  const isCount = request.path === '/v1/messages/count_tokens'
  if (request.method !== 'POST' || (request.path !== '/v1/messages' && !isCount)) {
    return problem(404, 'Not Found', order)
  }
  if (request.headers['anthropic-version'] === undefined) {
    return problem(400, 'anthropic-version: header is required', order)
  }
  const body = parseFields(request.body)
  if (body === undefined) return problem(400, 'The request body is not valid JSON', order)
  const wrong = refuse(isCount ? { max_tokens: 1, ...body } : body)
  if (wrong !== undefined) return problem(400, wrong, order)
  const headers = { 'request-id': idFor(order, 'req_') }
  if (isCount) return jsonReply(200, { input_tokens: tokensOf(askOf(body).prompt) }, headers)
  const turn = { body, answer: answerTo(askOf(body)), order }
  return body['stream'] === true
    ? streamReply(streamOf(turn, quirks), headers)
    : jsonReply(200, wholeOf(turn, quirks), headers)
}

/** Top-level fields of the Messages API. Source: the official SDK's MessageCreateParams. */
const FIELDS = new Set(
  (
    'model max_tokens messages system tools tool_choice thinking cache_control output_config metadata inference_geo ' +
    'service_tier speed stop_sequences stream temperature top_k top_p container context_management mcp_servers'
  ).split(' '),
)

function refuse(body: Fields): string | undefined {
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) return `${unknown}: Extra inputs are not permitted`
  if (text(body['model']) === undefined) return 'model: Field required'
  if (count(body['max_tokens']) === undefined) return 'max_tokens: Field required'
  const messages = list(body['messages']).map(fields)
  if (messages.length === 0) return 'messages: at least one message is required'
  const at = messages.findIndex(
    ({ role }) => !['user', 'assistant', 'system'].includes(text(role) ?? ''),
  )
  if (at >= 0) return `messages.${at}.role: Input should be 'user', 'assistant' or 'system'`
  return danglingToolUse(messages) ?? refuseThoughts(messages)
}

/** Every tool use must be answered in the next message. */
function danglingToolUse(messages: readonly Fields[]): string | undefined {
  for (const [at, message] of messages.entries()) {
    const uses = blocks(message, 'tool_use').map((block) => block['id'])
    const results = blocks(messages[at + 1] ?? {}, 'tool_result').map(
      (block) => block['tool_use_id'],
    )
    if (uses.some((id) => !results.includes(id)) && at + 1 < messages.length) {
      return `messages.${at + 1}: tool_use ids were found without tool_result blocks immediately after`
    }
  }
  return undefined
}

const blocks = (message: Fields, type: string): Fields[] =>
  list(message['content'])
    .map(fields)
    .filter((block) => block['type'] === type)

function askOf(body: Fields): Ask {
  const messages = list(body['messages']).map(fields)
  const last = messages.at(-1) ?? {}
  const choice = fields(body['tool_choice'])
  const schema = fields(fields(body['output_config'])['format'])['schema']
  const results = blocks(last, 'tool_result').length
  return {
    provider: PROVIDER,
    model: text(body['model']) ?? '',
    messages: messages.length,
    last: {
      role: results > 0 ? 'tool' : last['role'] === 'user' ? 'user' : 'other',
      text: wordsOf(last),
    },
    toolResults: messages.flatMap((message) => blocks(message, 'tool_result')).length,
    tools: list(body['tools'])
      .map(fields)
      .map((tool) => ({
        name: text(tool['name']) ?? 'tool',
        parameters: fields(tool['input_schema']),
      })),
    choice: choiceOf(choice),
    parallel: choice['disable_parallel_tool_use'] !== true,
    format: isFields(schema) ? { schema } : 'text',
    outputTokensMax: count(body['max_tokens']),
    prompt: JSON.stringify([body['system'], body['messages'], body['tools']]),
    reasoning: isThinking(body) ? tokensOf(THOUGHT) : 0,
  }
}

const wordsOf = (message: Fields): string =>
  text(message['content']) ??
  blocks(message, 'text')
    .map((block) => text(block['text']) ?? '')
    .join('\n')

function choiceOf(choice: Fields): Ask['choice'] {
  if (choice['type'] === 'any') return 'required'
  if (choice['type'] === 'none') return 'none'
  const name = text(choice['name'])
  return choice['type'] === 'tool' && name !== undefined ? { name } : 'auto'
}

type Turn = { readonly body: Fields; readonly answer: Answer; readonly order: number }

function stopReason({ calls, isCut }: Answer): string {
  if (calls.length > 0) return 'tool_use'
  return isCut ? 'max_tokens' : 'end_turn'
}

const inputUsage = (input: number) => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
})

const fullUsage = (input: number, output: number) => ({
  ...inputUsage(input),
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: output,
  service_tier: 'standard',
  inference_geo: 'not_available',
})

const callBlocks = ({ answer: { calls }, order }: Turn) =>
  calls.map(({ name, args }, index) => ({
    type: 'tool_use',
    id: idFor(order * 10 + index, 'toolu_'),
    name,
    input: args,
  }))

function wholeOf(turn: Turn, quirks: Quirks): unknown {
  const { answer, body, order } = turn
  const { input, output } = answer.usage
  return {
    model: body['model'],
    id: idFor(order, 'msg_'),
    type: 'message',
    role: 'assistant',
    content: [
      ...(isThinking(body) ? [{ type: 'thinking', thinking: THOUGHT, signature: SIGNATURE }] : []),
      ...(answer.text === '' ? callBlocks(turn) : [{ type: 'text', text: answer.text }]),
    ],
    stop_reason: stopReason(answer),
    stop_sequence: null,
    ...(quirks.withoutUsage === true ? {} : { usage: fullUsage(input, output) }),
  }
}

function streamOf(turn: Turn, quirks: Quirks): string[] {
  const { answer, body, order } = turn
  const { input, output } = answer.usage
  const isCounted = quirks.withoutUsage !== true
  const frames: string[] = []
  const push = (type: string, rest: Fields = {}): void => {
    frames.push(eventFrame(type, { type, ...rest }))
  }
  push('message_start', {
    message: {
      model: body['model'],
      id: idFor(order, 'msg_'),
      type: 'message',
      role: 'assistant',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(isCounted ? { usage: fullUsage(input, 1) } : {}),
    },
  })
  const block = (index: number, content_block: Fields, deltas: readonly Fields[]): void => {
    push('content_block_start', { index, content_block })
    if (index === 0) push('ping')
    for (const delta of deltas) push('content_block_delta', { index, delta })
    push('content_block_stop', { index })
  }
  const first = isThinking(body) ? 1 : 0
  if (first > 0) {
    const deltas = pieces(THOUGHT).map((piece) => ({ type: 'thinking_delta', thinking: piece }))
    const signed = { type: 'signature_delta', signature: SIGNATURE }
    block(0, { type: 'thinking', thinking: '', signature: '' }, [...deltas, signed])
  }
  if (answer.text !== '') {
    const deltas = pieces(answer.text).map((piece) => ({ type: 'text_delta', text: piece }))
    block(first, { type: 'text', text: '' }, deltas)
  }
  for (const [index, call] of callBlocks(turn).entries()) {
    const json = JSON.stringify(call.input)
    const middle = Math.ceil(json.length / 2)
    const parts = ['', json.slice(0, middle), json.slice(middle)]
    const deltas = parts.map((part) => ({ type: 'input_json_delta', partial_json: part }))
    block(first + index, { ...call, input: {} }, deltas)
  }
  push('message_delta', {
    delta: { stop_reason: stopReason(answer), stop_sequence: null },
    ...(isCounted ? { usage: { ...inputUsage(input), output_tokens: output } } : {}),
  })
  push('message_stop')
  return frames
}
