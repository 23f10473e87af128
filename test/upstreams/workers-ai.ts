import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import { openaiChat } from './openai-chat.ts'
import { plain, type ChatDialect } from './chat-dialect.ts'
import { count, fields, isFields, list, parseFields, text, type Fields } from './read.ts'
import {
  dataFrame,
  DONE_FRAME,
  idFor,
  jsonReply,
  retryAfter,
  streamReply,
  type Quirks,
  type Received,
  type Reply,
  type Simulation,
} from './simulation.ts'

/**
 * What answers behind the Workers AI binding. Miniflare forwards the binding's own request: its URL in `mf-url`, its
 * headers behind `mf-header-`, its body `{inputs, options}` as it is. Two families of models: `native` ones answer
 * `{response, tool_calls, usage}`, the others OpenAI's chat completions.
 */
export const workersAiSimulation: Simulation = {
  basePath: '',
  credential: () => undefined,
  unauthorized: () => problem(403, 5018, 'This account is not allowed to access this model'),
  isPublic: () => true,
  answer: handle,
  trouble: (trouble) => {
    const reply = problem(trouble.status, INTERNAL_CODES[trouble.status] ?? 3000, trouble.message)
    return { ...reply, headers: { ...reply.headers, ...retryAfter(trouble) } }
  },
}

/** One internal code for each status. Source: https://developers.cloudflare.com/workers-ai/platform/errors/. */
const INTERNAL_CODES: Readonly<Record<number, number>> = {
  400: 5004,
  403: 5018,
  404: 3042,
  405: 5019,
  408: 3007,
  413: 3006,
  429: 3040,
}

const NATIVE =
  /^@cf\/(?:meta\/llama-|mistralai\/mistral-small-3|google\/gemma-3-|deepseek-ai\/deepseek-r1-distill)/

function problem(status: number, internalCode: number, description: string): Reply {
  return jsonReply(status, {
    internalCode,
    name: 'InferenceUpstreamError',
    message: `${internalCode}: ${description}`,
    description,
  })
}

function handle(request: Received, quirks: Quirks): Reply {
  const target = request.headers['mf-url'] ?? ''
  const model = request.headers['mf-header-cf-consn-model-id'] ?? ''
  if (target !== 'https://workers-binding.ai/run?version=3') {
    return problem(404, 5007, 'No such route')
  }
  if (!model.startsWith('@cf/')) return problem(400, 5007, 'No such model')
  const envelope = parseFields(request.body)
  const inputs = envelope?.['inputs']
  if (!isFields(inputs)) return problem(400, 5004, 'Invalid data type for input')
  const wrong = refuse(inputs)
  if (wrong !== undefined) return problem(400, 5004, wrong)
  const reply = NATIVE.test(model)
    ? native(
        { model, inputs, answer: answerTo(askOf(model, inputs)), order: request.order },
        quirks,
      )
    : chat.answer(
        {
          ...request,
          path: '/chat/completions',
          body: JSON.stringify({ ...inputs, model }),
        },
        quirks,
      )
  return { ...reply, headers: { ...reply.headers, 'cf-ai-req-id': idFor(request.order, '') } }
}

function refuse(inputs: Fields): string | undefined {
  const messages = list(inputs['messages']).map(fields)
  if (messages.length === 0) return "required properties at '/' are 'messages'"
  // What OpenAI accepts and this does not: null as content.
  return messages.some((message) => message['content'] === null)
    ? "Type mismatch of '/messages/0/content', 'string' not in 'null'"
    : undefined
}

/** Chat models of Workers AI: usage runs along in every chunk, and tool calls end with a chunk of nulls. */
const chatDialect: ChatDialect = {
  ...plain,
  provider: 'workers-ai',
  basePath: '',
  models: [],
  id: (order) => idFor(order, 'chatcmpl-'),
  usageWhenAsked: 'last-chunk',
  hasRunningUsage: true,
  chunkExtras: ({ order }, frame) => ({
    p: idFor(order * 1000 + frame, '').slice(0, 1 + (frame % 8)),
  }),
  callEnding: [{ id: null, type: null, function: { name: null, arguments: null } }],
}
const chat = openaiChat(chatDialect)

function askOf(model: string, inputs: Fields): Ask {
  const messages = list(inputs['messages']).map(fields)
  const last = messages.at(-1) ?? {}
  const format = fields(inputs['response_format'])
  const schema = format['json_schema']
  return {
    provider: 'workers-ai',
    model,
    messages: messages.length,
    last: {
      role: last['role'] === 'user' || last['role'] === 'tool' ? last['role'] : 'other',
      text: text(last['content']) ?? JSON.stringify(last['content'] ?? ''),
    },
    toolResults: messages.filter((message) => message['role'] === 'tool').length,
    tools: list(inputs['tools']).map((tool) => {
      // Flat `{name, parameters}` or OpenAI's `{type, function}`.
      const of = isFields(fields(tool)['function'])
        ? fields(fields(tool)['function'])
        : fields(tool)
      return { name: text(of['name']) ?? 'tool', parameters: fields(of['parameters']) }
    }),
    choice: choiceOf(inputs['tool_choice']),
    parallel: inputs['parallel_tool_calls'] !== false,
    // Here `json_schema` is the bare schema.
    format:
      format['type'] === 'json_schema' && isFields(schema)
        ? { schema }
        : format['type'] === 'json_object'
          ? 'json'
          : 'text',
    // Unset, Workers AI stops after 256 tokens.
    outputTokensMax: count(inputs['max_tokens']) ?? 256,
    prompt: JSON.stringify([inputs['messages'], inputs['tools']]),
    reasoning: 0,
  }
}

/** `required` is advice only; the named form is enforced. */
function choiceOf(choice: unknown): Ask['choice'] {
  if (choice === 'none') return 'none'
  const name = text(fields(fields(choice)['function'])['name'])
  return name === undefined ? 'auto' : { name }
}

type Turn = {
  readonly model: string
  readonly inputs: Fields
  readonly answer: Answer
  readonly order: number
}

const usageOf = ({ answer: { usage } }: Turn): Fields => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
})

function native(turn: Turn, quirks: Quirks): Reply {
  const usage = quirks.withoutUsage === true ? {} : { usage: usageOf(turn) }
  return turn.inputs['stream'] === true
    ? streamReply(nativeFrames(turn, usage), { 'content-type': 'text/event-stream' })
    : jsonReply(200, nativeBody(turn, usage))
}

/** Arguments are objects, calls flat; a JSON answer is an object too. */
function nativeBody({ answer, inputs }: Turn, usage: Fields): Fields {
  const isJson = text(fields(inputs['response_format'])['type'])?.startsWith('json') === true
  const response = isJson ? (parseFields(answer.text) ?? answer.text) : answer.text
  return {
    response: answer.calls.length > 0 ? null : response,
    tool_calls: answer.calls.map(({ name, args }) => ({ name, arguments: args })),
    ...usage,
  }
}

function nativeFrames({ answer, order }: Turn, usage: Fields): string[] {
  const padded = (value: Fields, at: number): string =>
    dataFrame({ ...value, p: idFor(order * 1000 + at, '').slice(0, 1 + (at % 8)) })
  const words = pieces(answer.text).map((piece, at) => padded({ response: piece }, at))
  const calls =
    answer.calls.length === 0
      ? []
      : [
          padded(
            {
              response: '',
              tool_calls: answer.calls.map(({ name, args }) => ({ name, arguments: args })),
            },
            0,
          ),
        ]
  return [...words, ...calls, padded({ response: '', ...usage }, words.length), DONE_FRAME]
}
