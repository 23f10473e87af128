import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import {
  badRequest,
  CREATED_S,
  type ChatDialect,
  type ChatProblem,
  type ChatTurn,
} from './chat-dialect.ts'
import { fields, isFields, list, parseFields, text, type Fields } from './read.ts'
import {
  bearer,
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
  type Trouble,
} from './simulation.ts'

/** A provider that speaks OpenAI's chat completions, with the ways of `dialect`. */
export function openaiChat(dialect: ChatDialect): Simulation {
  const refusal = (problem: ChatProblem): Reply =>
    jsonReply(problem.status, dialect.error(problem), dialect.headers(0))
  const handle = (request: Received, quirks: Quirks): Reply => {
    const extra = dialect.extraRoutes[`${request.method} ${request.path}`]
    if (extra !== undefined) return extra
    if (request.method === 'GET' && request.path === `${dialect.basePath}/models`) {
      return jsonReply(200, { object: 'list', data: dialect.models.map(modelCard) })
    }
    if (request.path !== `${dialect.basePath}/chat/completions` || request.method !== 'POST') {
      return refusal({ status: 404, message: 'Not Found', type: 'invalid_request_error' })
    }
    const body = parseFields(request.body)
    if (body === undefined) return refusal(badRequest('The body is not a JSON object.'))
    const wrong = checkShape(body) ?? dialect.refuse(body)
    return wrong === undefined ? complete(dialect, body, request, quirks) : refusal(wrong)
  }
  const inTrouble = (trouble: Trouble): Reply => {
    const reply = refusal({ ...trouble, type: typeOf(trouble.status) })
    return { ...reply, headers: { ...reply.headers, ...retryAfter(trouble) } }
  }
  return {
    basePath: dialect.basePath,
    credential: bearer,
    unauthorized: (isMissing) =>
      jsonReply(401, dialect.unauthorized(isMissing), dialect.headers(0)),
    isPublic: (path) => dialect.publicPaths.includes(path),
    answer: handle,
    trouble: inTrouble,
  }
}

const modelCard = (id: string) => ({
  id,
  object: 'model',
  created: CREATED_S,
  owned_by: 'demarc-simulation',
})

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

function checkShape(body: Fields): ChatProblem | undefined {
  if (text(body['model']) === undefined) {
    return badRequest('you must provide a model parameter', 'model')
  }
  const messages = list(body['messages'])
  if (messages.length === 0) {
    return badRequest(
      "Missing required parameter: 'messages'.",
      'messages',
      'missing_required_parameter',
    )
  }
  return messages.every((message) => text(fields(message)['role']) !== undefined)
    ? undefined
    : badRequest(
        "Missing required parameter: 'messages[0].role'.",
        'messages',
        'missing_required_parameter',
      )
}

function complete(dialect: ChatDialect, body: Fields, request: Received, quirks: Quirks): Reply {
  const choices = typeof body['n'] === 'number' && dialect.hasChoices ? body['n'] : 1
  const turn: ChatTurn = {
    id: dialect.id(request.order),
    body,
    answer: answerTo(askOf(dialect, body)),
    choices,
    order: request.order,
  }
  const headers = dialect.headers(request.order)
  return body['stream'] === true
    ? streamReply(streamOf(dialect, turn, quirks), headers)
    : jsonReply(200, wholeOf(dialect, turn, quirks), headers)
}

function askOf(dialect: ChatDialect, body: Fields): Ask {
  const messages = list(body['messages']).map(fields)
  // Some clients end their turn with instructions.
  const last = messages.findLast(({ role }) => role !== 'system' && role !== 'developer') ?? {}
  const tools = list(body['tools'])
    .map((tool) => fields(fields(tool)['function']))
    .map((of) => ({ name: text(of['name']) ?? 'tool', parameters: fields(of['parameters']) }))
  return {
    provider: dialect.provider,
    model: text(body['model']) ?? '',
    messages: messages.length,
    last: { role: roleOf(last), text: contentText(last['content']) },
    toolResults: messages.filter((message) => message['role'] === 'tool').length,
    tools,
    choice: choiceOf(dialect, body['tool_choice']),
    parallel: body['parallel_tool_calls'] !== false,
    format: formatOf(fields(body['response_format'])),
    outputTokensMax: dialect.outputTokensMax(body),
    prompt:
      JSON.stringify(body['messages']) + (tools.length === 0 ? '' : JSON.stringify(body['tools'])),
    reasoning: dialect.reasoning(body),
  }
}

function roleOf(message: Fields): Ask['last']['role'] {
  const role = message['role']
  return role === 'user' || role === 'tool' ? role : 'other'
}

const contentText = (content: unknown): string =>
  text(content) ??
  list(content)
    .map((part) => text(fields(part)['text']) ?? '')
    .join('\n')

function choiceOf(dialect: ChatDialect, choice: unknown): Ask['choice'] {
  if (choice === 'none' || choice === 'auto' || choice === 'required') {
    return dialect.hasToolChoice ? choice : 'auto'
  }
  const name = text(fields(fields(choice)['function'])['name'])
  if (name !== undefined && dialect.hasToolChoice) return { name }
  return dialect.toolChoiceUnset
}

function formatOf(format: Fields): Ask['format'] {
  if (format['type'] === 'json_object') return 'json'
  const schema = fields(format['json_schema'])['schema']
  return format['type'] === 'json_schema' && isFields(schema) ? { schema } : 'text'
}

const finishOf = ({ calls, isCut }: Answer): string => {
  if (calls.length > 0) return 'tool_calls'
  return isCut ? 'length' : 'stop'
}

/** `index` only where the wire has it: in streams. */
const callsOf = (turn: ChatTurn) =>
  turn.answer.calls.map(({ name, args }, index) => ({
    id: idFor(turn.order * 10 + index, 'call_'),
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }))

function wholeOf(dialect: ChatDialect, turn: ChatTurn, quirks: Quirks): unknown {
  const calls = callsOf(turn)
  const content = calls.length > 0 ? null : turn.answer.text
  const choices = Array.from({ length: turn.choices }, (_, index) =>
    dialect.choice({ index, content, calls, finish: finishOf(turn.answer) }),
  )
  const usage = quirks.withoutUsage === true ? {} : { usage: dialect.usage(turn) }
  return {
    ...dialect.envelope(turn, 'chat.completion'),
    choices,
    ...usage,
    ...dialect.bodyExtras(turn),
  }
}

function streamOf(dialect: ChatDialect, turn: ChatTurn, quirks: Quirks): string[] {
  const frames: string[] = [...dialect.opening]
  const asked = fields(turn.body['stream_options'])['include_usage'] === true
  const isCounted = quirks.withoutUsage !== true
  const push = (choices: unknown, rest: Fields = {}): void => {
    frames.push(
      dataFrame({
        ...dialect.envelope(turn, 'chat.completion.chunk'),
        choices,
        ...(asked && dialect.usageWhenAsked === 'own-chunk' ? { usage: null } : {}),
        ...dialect.chunkExtras(turn, frames.length),
        ...(dialect.hasRunningUsage && isCounted
          ? { usage: usageSoFar(dialect, turn, frames) }
          : {}),
        ...rest,
      }),
    )
  }
  const finish = finishOf(turn.answer)
  for (let index = 0; index < turn.choices; index++) {
    const delta = (value: Fields, reason: string | null = null): unknown[] => [
      dialect.chunkChoice({ index, delta: value, finish: reason }),
    ]
    push(delta(dialect.firstDelta))
    for (const piece of pieces(turn.answer.text)) push(delta({ content: piece }))
    for (const call of callDeltas(dialect, turn)) push(delta({ tool_calls: [call] }))
    const isLast = index === turn.choices - 1
    const unasked = isLast && dialect.usageWhenAsked === 'last-chunk' && isCounted
    push(delta(dialect.lastDelta, finish), {
      ...(unasked ? { usage: dialect.usage(turn) } : {}),
      ...(isLast && !asked ? dialect.bodyExtras(turn) : {}),
    })
  }
  if (asked && dialect.usageWhenAsked === 'own-chunk' && isCounted) {
    push([], { usage: dialect.usage(turn), ...dialect.bodyExtras(turn) })
  }
  frames.push(DONE_FRAME)
  return frames
}

function usageSoFar(dialect: ChatDialect, turn: ChatTurn, frames: readonly string[]): Fields {
  const { usage } = turn.answer
  const output = Math.min(frames.length, usage.output)
  return dialect.usage({ ...turn, answer: { ...turn.answer, usage: { ...usage, output } } })
}

/** Id, type and name come first, arguments after them in two parts; Ollama sends a call whole. */
function callDeltas(dialect: ChatDialect, turn: ChatTurn): unknown[] {
  return callsOf(turn).flatMap((call, index): unknown[] => {
    const { name, arguments: args } = call.function
    if (dialect.wholeCalls) return [{ index, ...call }]
    const middle = Math.ceil(args.length / 2)
    return [
      { index, ...call, function: { name, arguments: '' } },
      { index, function: { arguments: args.slice(0, middle) } },
      { index, function: { arguments: args.slice(middle) } },
      ...dialect.callEnding.map((ending) => ({ index, ...ending })),
    ]
  })
}
