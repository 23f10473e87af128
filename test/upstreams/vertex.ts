import { anthropicSimulation } from './anthropic.ts'
import { geminiSimulation } from './gemini.ts'
import { parseFields } from './read.ts'
import { bearer, jsonReply, type Received, type Reply, type Simulation } from './simulation.ts'

/** The project and the location in the path, as in the URL of a connection. */
const BASE = '/v1/projects/simulated/locations/europe-west1'

const problem = (status: number, message: string): Reply =>
  jsonReply(status, { error: { code: status, message, status: 'INVALID_ARGUMENT' } })

const GOOGLE = /\/publishers\/google\/models\/([^/]+)$/

/** Gemini on Google Cloud: another path, and an access token. */
export const vertexSimulation: Simulation = {
  ...geminiSimulation,
  basePath: BASE,
  credential: bearer,
  answer: (request, quirks) => {
    const [, call] = GOOGLE.exec(request.path) ?? []
    return call === undefined
      ? problem(404, 'Not Found')
      : geminiSimulation.answer({ ...request, path: `/v1beta/models/${call}` }, quirks)
  },
}

const ANTHROPIC = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/
const VERSION = 'vertex-2023-10-16'

/** Claude on Google Cloud: the model in the path and not in the body, the version in the body and not in a header. */
export const vertexAnthropicSimulation: Simulation = {
  ...anthropicSimulation,
  basePath: BASE,
  credential: bearer,
  answer: (request, quirks) => {
    const translated = asMessages(request)
    return translated === undefined
      ? problem(400, 'The request is not one of Claude on Vertex AI.')
      : anthropicSimulation.answer(translated, quirks)
  },
}

function asMessages(request: Received): Received | undefined {
  const [, model, verb] = ANTHROPIC.exec(decodeURIComponent(request.path)) ?? []
  const body = parseFields(request.body)
  if (model === undefined || body === undefined) return undefined
  const isCount = model === 'count-tokens'
  const { anthropic_version: version, model: named, ...rest } = body
  if (isCount) return counting(request, { ...rest, model: named })
  const streams = body['stream'] === true
  if (version !== VERSION || named !== undefined) return undefined
  if (streams !== (verb === 'streamRawPredict')) return undefined
  return {
    ...request,
    path: '/v1/messages',
    headers: { ...request.headers, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ ...rest, model }),
  }
}

const counting = (request: Received, body: object): Received => ({
  ...request,
  path: '/v1/messages/count_tokens',
  headers: { ...request.headers, 'anthropic-version': '2023-06-01' },
  body: JSON.stringify(body),
})
