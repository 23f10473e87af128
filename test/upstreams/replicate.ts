import { answerTo, pieces } from './answer.ts'
import { count, fields, parseFields, text, type Fields } from './read.ts'
import {
  bearer,
  idFor,
  jsonReply,
  type Quirks,
  type Received,
  type Reply,
  type Simulation,
} from './simulation.ts'

const CREATE = /^\/v1\/models\/([^/]+\/[^/]+)\/predictions$/

/** Members of the input that the official language models share. */
const INPUTS = new Set(
  (
    'prompt system_prompt max_tokens min_tokens temperature top_p top_k presence_penalty frequency_penalty ' +
    'stop_sequences prompt_template seed'
  ).split(' '),
)

/**
 * Replicate's predictions. Who asks to wait (`Prefer: wait`) gets a prediction that is done; anybody else one that has
 * begun, and the address to ask at again.
 */
export const replicateSimulation: Simulation = {
  basePath: '/v1',
  credential: bearer,
  unauthorized: () => problem(401, 'You did not pass a valid authentication token'),
  isPublic: () => false,
  answer: handle,
  trouble: ({ status, message }) => problem(status, message),
}

const problem = (status: number, detail: string): Reply =>
  jsonReply(status, { title: 'Simulated', detail, status })

function handle(request: Received, quirks: Quirks): Reply {
  const model = CREATE.exec(request.path)?.[1]
  if (model === undefined || request.method !== 'POST') return problem(404, 'Not found')
  const input = fields(parseFields(request.body)?.['input'])
  const prompt = text(input['prompt'])
  if (prompt === undefined) return problem(422, '- input: prompt is required')
  const unknown = Object.keys(input).find((name) => !INPUTS.has(name))
  if (unknown !== undefined) return problem(422, `- input: Additional property ${unknown}`)
  const waits = /^wait(?:=\d+)?$/.test(request.headers['prefer'] ?? '')
  return jsonReply(201, waits ? done(request, model, input, quirks) : begun(request, model))
}

const head = ({ order }: Received, model: string): Fields => {
  const id = idFor(order, '').toLowerCase()
  return {
    id,
    model,
    version: 'hidden',
    logs: '',
    error: null,
    created_at: '2026-11-01T00:00:00Z',
    urls: {
      get: `https://api.replicate.com/v1/predictions/${id}`,
      cancel: `https://api.replicate.com/v1/predictions/${id}/cancel`,
      stream: `https://stream.replicate.com/v1/files/${id}`,
    },
  }
}

const begun = (request: Received, model: string): Fields => ({
  ...head(request, model),
  status: 'starting',
  output: null,
})

function done(request: Received, model: string, input: Fields, quirks: Quirks): Fields {
  const prompt = text(input['prompt']) ?? ''
  const { text: said, usage } = answerTo({
    provider: 'replicate',
    model,
    messages: 1,
    last: { role: 'user', text: prompt },
    toolResults: 0,
    tools: [],
    choice: 'none',
    parallel: false,
    format: 'text',
    outputTokensMax: count(input['max_tokens']),
    prompt: JSON.stringify(input),
    reasoning: 0,
  })
  return {
    ...head(request, model),
    status: 'succeeded',
    output: pieces(said),
    metrics: {
      predict_time: 0.03,
      ...(quirks.withoutUsage === true
        ? {}
        : { input_token_count: usage.input, output_token_count: usage.output }),
    },
  }
}
