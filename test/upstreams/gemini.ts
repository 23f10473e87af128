import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import { refuseSignatures, showsThoughts, signatureFor, THOUGHT } from './gemini-thinking.ts'
import { count, fields, isFields, list, parseFields, text, tokensOf, type Fields } from './read.ts'
import {
  dataFrame,
  idFor,
  jsonReply,
  streamReply,
  type Quirks,
  type Received,
  type Reply,
  type Simulation,
  type Trouble,
} from './simulation.ts'

/** Names of google.rpc.Code by HTTP status. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

const PATH = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent|countTokens)$/

/** Gemini's own format, which answers under `/v1beta` and `/v1`. It has no end mark: `finishReason` ends a stream. */
export const geminiSimulation: Simulation = {
  basePath: '/v1beta',
  credential: (headers) => headers['x-goog-api-key'],
  // A wrong key is a 400 there, a missing one a 403.
  unauthorized: (isMissing) =>
    isMissing
      ? problem({ status: 403, message: "Method doesn't allow unregistered callers." })
      : problem(
          { status: 400, message: 'API key not valid. Please pass a valid API key.' },
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
        ),
  isPublic: () => false,
  answer: handle,
  trouble: (trouble) =>
    trouble.retryAfterS === undefined
      ? problem(trouble)
      : problem(trouble, {
          '@type': 'type.googleapis.com/google.rpc.RetryInfo',
          retryDelay: `${trouble.retryAfterS}s`,
        }),
}

function problem({ status, message }: Trouble, detail?: Fields): Reply {
  return jsonReply(status, {
    error: {
      code: status,
      message,
      status: STATUS_NAMES[status] ?? 'UNKNOWN',
      ...(detail === undefined ? {} : { details: [detail] }),
    },
  })
}

const FIELDS = new Set([
  'contents',
  'systemInstruction',
  'system_instruction',
  'tools',
  'toolConfig',
  'tool_config',
  'generationConfig',
  'generation_config',
  'safetySettings',
  'cachedContent',
  'serviceTier',
  'store',
])

function handle(request: Received, quirks: Quirks): Reply {
  const [, model, verb] = PATH.exec(decodeURIComponent(request.path)) ?? []
  if (model === undefined || request.method !== 'POST') {
    return problem({ status: 404, message: 'Not Found' })
  }
  const body = parseFields(request.body)
  if (body === undefined) {
    return problem({ status: 400, message: 'Invalid JSON payload received.' })
  }
  if (verb === 'countTokens') return countReply(model, body)
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) {
    const message = `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`
    return problem({ status: 400, message })
  }
  const contents = list(body['contents']).map(fields)
  const wrong = refuseContents(contents) ?? refuseSignatures(model, contents)
  if (wrong !== undefined) return problem({ status: 400, message: wrong })
  const turn = { model, body, answer: answerTo(askOf(model, body)), order: request.order }
  if (verb === 'generateContent') return jsonReply(200, wholeOf(turn, quirks))
  const chunks = streamOf(turn, quirks)
  // Without alt=sse the stream is one JSON array.
  return request.query.get('alt') === 'sse'
    ? streamReply(chunks.map(dataFrame))
    : jsonReply(200, chunks)
}

/** Of contents alone, or of a whole request, which must name the same model. */
function countReply(model: string, body: Fields): Reply {
  const whole = fields(body['generateContentRequest'] ?? body)
  const wrong = refuseContents(list(whole['contents']).map(fields))
  if (wrong !== undefined) return problem({ status: 400, message: wrong })
  if (whole !== body && whole['model'] !== `models/${model}`) {
    return problem({ status: 400, message: 'The model in the request is another one.' })
  }
  const totalTokens = tokensOf(askOf(model, whole).prompt)
  return jsonReply(200, {
    totalTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }],
  })
}

function refuseContents(contents: readonly Fields[]): string | undefined {
  if (contents.length === 0) return '* GenerateContentRequest.contents: contents is not specified'
  const at = contents.findIndex(
    ({ role }) => role !== undefined && role !== 'user' && role !== 'model',
  )
  if (at >= 0) return 'Please use a valid role: user, model.'
  return contents.every(({ parts }) => list(parts).length > 0)
    ? undefined
    : '* GenerateContentRequest.contents.parts: must not be empty'
}

function askOf(model: string, body: Fields): Ask {
  const contents = list(body['contents']).map(fields)
  const last = list(contents.at(-1)?.['parts']).map(fields)
  const config = fields(body['generationConfig'] ?? body['generation_config'])
  const calling = fields(fields(body['toolConfig'] ?? body['tool_config'])['functionCallingConfig'])
  const isResult = last.some((part) => isFields(part['functionResponse']))
  const isUser = contents.at(-1)?.['role'] !== 'model'
  return {
    provider: 'gemini',
    model,
    messages: contents.length,
    last: {
      role: isResult ? 'tool' : isUser ? 'user' : 'other',
      text: last.map((part) => text(part['text']) ?? '').join('\n'),
    },
    toolResults: contents
      .flatMap(({ parts }) => list(parts).map(fields))
      .filter((part) => isFields(part['functionResponse'])).length,
    tools: list(body['tools'])
      .flatMap((tool) => list(fields(tool)['functionDeclarations']).map(fields))
      .map((of) => ({
        name: text(of['name']) ?? 'tool',
        parameters: fields(of['parameters'] ?? of['parametersJsonSchema']),
      })),
    choice: choiceOf(calling),
    parallel: true,
    format: formatOf(config),
    outputTokensMax: count(config['maxOutputTokens']),
    prompt: JSON.stringify([body['systemInstruction'], body['contents'], body['tools']]),
    reasoning: fields(config['thinkingConfig'])['thinkingBudget'] === 0 ? 0 : 24,
  }
}

function choiceOf(calling: Fields): Ask['choice'] {
  const mode = text(calling['mode'])?.toUpperCase()
  if (mode === 'NONE') return 'none'
  const name = text(list(calling['allowedFunctionNames'])[0])
  if (mode === 'ANY') return name === undefined ? 'required' : { name }
  return 'auto'
}

function formatOf(config: Fields): Ask['format'] {
  if (config['responseMimeType'] !== 'application/json') return 'text'
  const schema = config['responseSchema'] ?? config['responseJsonSchema']
  return isFields(schema) ? { schema } : 'json'
}

type Turn = {
  readonly model: string
  readonly body: Fields
  readonly answer: Answer
  readonly order: number
}

const finishReason = (answer: Answer): string => (answer.isCut ? 'MAX_TOKENS' : 'STOP')

/** Thought is counted apart from what is shown, and billed with it. */
function usageOf({ answer: { usage } }: Turn, shown: number): Fields {
  return {
    promptTokenCount: usage.input,
    ...(shown > 0 ? { candidatesTokenCount: shown } : {}),
    totalTokenCount: usage.input + shown + usage.reasoning,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  }
}

const envelope = ({ model, order }: Turn): Fields => ({
  modelVersion: model,
  responseId: idFor(order, ''),
})

const callParts = ({ answer: { calls }, order }: Turn): Fields[] =>
  calls.map(({ name, args }, index) => ({
    functionCall: { name, args },
    ...(index === 0 ? { thoughtSignature: signatureFor(order) } : {}),
  }))

const thoughtParts = ({ body }: Turn): Fields[] =>
  showsThoughts(fields(body['generationConfig'])) ? [{ text: THOUGHT, thought: true }] : []

function wholeOf(turn: Turn, quirks: Quirks): Fields {
  const { answer } = turn
  const parts = [
    ...thoughtParts(turn),
    ...(answer.text === '' ? callParts(turn) : [{ text: answer.text }]),
  ]
  return {
    candidates: [
      { content: { parts, role: 'model' }, finishReason: finishReason(answer), index: 0 },
    ],
    ...(quirks.withoutUsage === true
      ? {}
      : { usageMetadata: usageOf(turn, answer.usage.output - answer.usage.reasoning) }),
    ...envelope(turn),
  }
}

/** Usage is in every chunk and grows; a call comes whole, and an empty text after it carries the end. */
function streamOf(turn: Turn, quirks: Quirks): Fields[] {
  const { answer } = turn
  const shown = answer.usage.output - answer.usage.reasoning
  const parts: Fields[] = [
    ...thoughtParts(turn),
    ...(answer.text === ''
      ? [...callParts(turn), { text: '' }]
      : pieces(answer.text).map((piece) => ({ text: piece }))),
  ]
  return parts.map((part, at) => {
    const isLast = at === parts.length - 1
    return {
      candidates: [
        {
          content: { parts: [part], role: 'model' },
          ...(isLast ? { finishReason: finishReason(answer) } : {}),
          index: 0,
        },
      ],
      ...(quirks.withoutUsage === true
        ? {}
        : { usageMetadata: usageOf(turn, isLast ? shown : Math.min(at, shown)) }),
      ...envelope(turn),
    }
  })
}
