import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import { vectorOf } from './embeddings.ts'
import { fields, isFields, list, parseFields, text, tokensOf, type Fields } from './read.ts'
import {
  idFor,
  jsonReply,
  SIMULATION_HEADERS,
  type Quirks,
  type Received,
  type Reply,
  type Simulation,
} from './simulation.ts'

const PATHS = new Set(['/api/chat', '/api/generate', '/api/embed'])

/** Ollama with its own API beside `/v1`: an object a line, streaming unless told not to, calls whole, errors a sentence. */
export const withOllamaNative = (simulation: Simulation): Simulation => ({
  ...simulation,
  answer: (request, quirks) =>
    request.method === 'POST' && PATHS.has(request.path)
      ? native(request, quirks)
      : simulation.answer(request, quirks),
})

const CREATED_AT = '2026-11-01T00:00:00Z'

function native(request: Received, quirks: Quirks): Reply {
  const body = parseFields(request.body)
  if (body === undefined) return jsonReply(400, { error: 'invalid character' })
  const model = text(body['model'])
  if (model === undefined || model === '') return jsonReply(400, { error: 'model is required' })
  if (request.path === '/api/embed') return embed(body, model, quirks)
  const form = request.path === '/api/chat' ? 'chat' : 'generate'
  const ask = askOf(body, model, form)
  if (typeof ask === 'string') return jsonReply(400, { error: ask })
  const answer = answerTo(ask)
  return body['stream'] === false
    ? jsonReply(200, { ...whole(answer, request, form), ...ending(answer, model, quirks) })
    : lines([
        ...parts(answer, request, form).map((part) => ({
          model,
          created_at: CREATED_AT,
          ...part,
          done: false,
        })),
        { ...said(form, ''), ...ending(answer, model, quirks) },
      ])
}

type Form = 'chat' | 'generate'

const lines = (objects: readonly Fields[]): Reply => ({
  status: 200,
  headers: { ...SIMULATION_HEADERS, 'content-type': 'application/x-ndjson' },
  frames: objects.map((object) => `${JSON.stringify(object)}\n`),
})

const said = (form: Form, content: string, calls: readonly unknown[] = []): Fields =>
  form === 'generate'
    ? { response: content }
    : {
        message: { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) },
      }

const callsOf = ({ calls }: Answer, { order }: Received) =>
  calls.map(({ name, args }, index) => ({
    id: idFor(order * 10 + index, 'call_'),
    function: { index, name, arguments: args },
  }))

const whole = (answer: Answer, request: Received, form: Form): Fields =>
  said(form, answer.text, callsOf(answer, request))

const parts = (answer: Answer, request: Received, form: Form): Fields[] => [
  ...pieces(answer.text).map((piece) => said(form, piece)),
  ...callsOf(answer, request).map((call) => said(form, '', [call])),
]

const ending = ({ usage, isCut }: Answer, model: string, quirks: Quirks): Fields => ({
  model,
  created_at: CREATED_AT,
  done: true,
  done_reason: isCut ? 'length' : 'stop',
  total_duration: 30_000_000,
  load_duration: 1_000_000,
  ...(quirks.withoutUsage === true
    ? {}
    : {
        prompt_eval_count: usage.input,
        prompt_eval_duration: 10_000_000,
        eval_count: usage.output,
        eval_duration: 19_000_000,
      }),
})

/** What is asked, or what is wrong with it. */
function askOf(body: Fields, model: string, form: Form): Ask | string {
  const messages =
    form === 'chat'
      ? list(body['messages']).map(fields)
      : [{ role: 'user', content: body['prompt'], images: body['images'] }]
  const images = messages.flatMap(({ images: given }) => list(given))
  if (!images.every((image) => /^[\w+/]+={0,2}$/.test(text(image) ?? ''))) {
    return 'illegal base64 data at input byte 0'
  }
  const wrong = messages
    .flatMap((message) => list(message['tool_calls']))
    .some((call) => !isFields(fields(fields(call)['function'])['arguments']))
  if (wrong) return 'Value looks like object, but can’t find closing }'
  const last = messages.findLast(({ role }) => role !== 'system') ?? {}
  const { role } = last
  const limit = fields(body['options'])['num_predict']
  const format = body['format']
  return {
    provider: 'ollama',
    model,
    messages: messages.length,
    last: {
      role: role === 'user' || role === 'tool' ? role : 'other',
      text: text(last['content']) ?? '',
    },
    toolResults: messages.filter((message) => message['role'] === 'tool').length,
    tools: list(body['tools'])
      .map((tool) => fields(fields(tool)['function']))
      .map((of) => ({ name: text(of['name']) ?? 'tool', parameters: fields(of['parameters']) })),
    choice: 'auto',
    parallel: true,
    format: format === 'json' ? 'json' : isFields(format) ? { schema: format } : 'text',
    outputTokensMax: typeof limit === 'number' && limit > 0 ? limit : undefined,
    prompt: JSON.stringify(messages),
    reasoning: 0,
  }
}

function embed(body: Fields, model: string, quirks: Quirks): Reply {
  const given = body['input']
  const inputs = (text(given) === undefined ? list(given) : [given]).map((one) => text(one) ?? '')
  const length = typeof body['dimensions'] === 'number' ? body['dimensions'] : undefined
  const tokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0)
  return jsonReply(200, {
    model,
    embeddings: inputs.map((input) => vectorOf(input, length)),
    total_duration: 1_000_000,
    load_duration: 1000,
    ...(quirks.withoutUsage === true ? {} : { prompt_eval_count: tokens }),
  })
}
