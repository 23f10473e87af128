import { packSse } from '../encoding/event-stream-pack.ts'
import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import { count, fields, isFields, list, parseFields, text, type Fields } from './read.ts'
import {
  bearer,
  eventFrame,
  idFor,
  jsonReply,
  SIMULATION_HEADERS,
  type Quirks,
  type Received,
  type Reply,
  type Simulation,
} from './simulation.ts'

const PATH = /^\/model\/([^/]+)\/(converse|converse-stream)$/

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
}

/** Amazon Bedrock's Converse, whose streams are AWS event streams: binary messages, each with its checksums. */
export const bedrockSimulation: Simulation = {
  basePath: '',
  credential: bearer,
  unauthorized: () => problem(403, 'The security token included in the request is invalid.'),
  isPublic: () => false,
  answer: handle,
  trouble: ({ status, message }) => problem(status, message),
}

const problem = (status: number, message: string): Reply =>
  jsonReply(
    status,
    { message },
    { 'x-amzn-errortype': ERROR_TYPES[status] ?? 'InternalServerException' },
  )

function handle(request: Received, quirks: Quirks): Reply {
  const [, model, verb] = PATH.exec(decodeURIComponent(request.path)) ?? []
  if (model === undefined || request.method !== 'POST') return problem(404, 'UnknownOperation')
  const body = parseFields(request.body)
  if (body === undefined) return problem(400, 'The body is not JSON.')
  const messages = list(body['messages']).map(fields)
  const wrong = refuse(body, messages)
  if (wrong !== undefined) return problem(400, wrong)
  const turn = { answer: answerTo(askOf(model, body, messages)), order: request.order }
  return verb === 'converse'
    ? jsonReply(200, wholeOf(turn, quirks))
    : {
        status: 200,
        headers: {
          ...SIMULATION_HEADERS,
          'content-type': 'application/vnd.amazon.eventstream',
        },
        frames: streamOf(turn, quirks).map(packSse),
      }
}

const FIELDS = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
])

function refuse(body: Fields, messages: readonly Fields[]): string | undefined {
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) return `Unknown field: ${unknown}`
  if (messages[0]?.['role'] !== 'user') return 'A conversation must start with a user message.'
  const isTurnAbout = messages.every(
    ({ role }, at) => role === (at % 2 === 0 ? 'user' : 'assistant'),
  )
  if (!isTurnAbout) return 'Roles must alternate between user and assistant.'
  const blocks = messages.flatMap(blocksOf)
  if (blocks.length === 0) return 'The content field is empty.'
  const usesTools = blocks.some(({ toolUse, toolResult }) => isFields(toolUse ?? toolResult))
  return usesTools && !isFields(body['toolConfig'])
    ? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
    : undefined
}

const blocksOf = (message: Fields): Fields[] => list(message['content']).map(fields)

function askOf(model: string, body: Fields, messages: readonly Fields[]): Ask {
  const last = blocksOf(messages.at(-1) ?? {})
  const results = messages.flatMap(blocksOf).filter(({ toolResult }) => isFields(toolResult))
  const config = fields(body['toolConfig'])
  const choice = fields(config['toolChoice'])
  const name = text(fields(choice['tool'])['name'])
  return {
    provider: 'bedrock',
    model,
    messages: messages.length,
    last: {
      role: last.some(({ toolResult }) => isFields(toolResult)) ? 'tool' : 'user',
      text: last.map((block) => text(block['text']) ?? '').join('\n'),
    },
    toolResults: results.length,
    tools: list(config['tools'])
      .map((tool) => fields(fields(tool)['toolSpec']))
      .map((spec) => ({
        name: text(spec['name']) ?? 'tool',
        parameters: fields(fields(spec['inputSchema'])['json']),
      })),
    choice: name === undefined ? (isFields(choice['any']) ? 'required' : 'auto') : { name },
    parallel: true,
    format: 'text',
    outputTokensMax: count(fields(body['inferenceConfig'])['maxTokens']),
    prompt: JSON.stringify([body['system'], body['messages']]),
    reasoning: 0,
  }
}

type Turn = { readonly answer: Answer; readonly order: number }

function stopReason({ calls, isCut }: Answer): string {
  if (calls.length > 0) return 'tool_use'
  return isCut ? 'max_tokens' : 'end_turn'
}

const usageOf = ({ usage: { input, output } }: Answer): Fields => ({
  inputTokens: input,
  outputTokens: output,
  totalTokens: input + output,
})

const callsOf = ({ answer: { calls }, order }: Turn) =>
  calls.map(({ name, args }, index) => ({
    toolUseId: idFor(order * 10 + index, 'tooluse_'),
    name,
    input: args,
  }))

const wholeOf = (turn: Turn, quirks: Quirks): Fields => ({
  output: {
    message: {
      role: 'assistant',
      content:
        turn.answer.text === ''
          ? callsOf(turn).map((toolUse) => ({ toolUse }))
          : [{ text: turn.answer.text }],
    },
  },
  stopReason: stopReason(turn.answer),
  metrics: { latencyMs: 30 },
  ...(quirks.withoutUsage === true ? {} : { usage: usageOf(turn.answer) }),
})

function streamOf(turn: Turn, quirks: Quirks): string[] {
  const { answer } = turn
  const deltas = pieces(answer.text).map((piece) =>
    eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: piece } }),
  )
  const calls = callsOf(turn).flatMap(({ input, ...start }, contentBlockIndex) => [
    eventFrame('contentBlockStart', { contentBlockIndex, start: { toolUse: start } }),
    eventFrame('contentBlockDelta', {
      contentBlockIndex,
      delta: { toolUse: { input: JSON.stringify(input) } },
    }),
    eventFrame('contentBlockStop', { contentBlockIndex }),
  ])
  return [
    eventFrame('messageStart', { role: 'assistant' }),
    ...(answer.text === ''
      ? calls
      : [...deltas, eventFrame('contentBlockStop', { contentBlockIndex: 0 })]),
    eventFrame('messageStop', { stopReason: stopReason(answer) }),
    ...(quirks.withoutUsage === true
      ? []
      : [eventFrame('metadata', { usage: usageOf(answer), metrics: { latencyMs: 30 } })]),
  ]
}
