import { Buffer } from 'node:buffer'
import type { Endpoint } from './endpoints.ts'
import { fields, list, parseFields, text, tokensOf } from './read.ts'
import { jsonReply, type Reply, type Simulation } from './simulation.ts'

const DIMENSIONS = 8

/** Numbers that differ with the text and have nothing to do with what it says. */
export function vectorOf(input: string, dimensions = DIMENSIONS): number[] {
  let state = Buffer.from(input).reduce((sum: number, byte: number) => (sum * 31 + byte) >>> 0, 7)
  return Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.fround(state / 2 ** 31 - 1)
  })
}

const badRequest = (message: string): Reply =>
  jsonReply(400, { error: { message, type: 'invalid_request_error', param: null, code: null } })

type Ways = {
  /** Top-level fields that are accepted; any others are refused. */
  readonly known: readonly string[]
  /** Answers in base64 when asked to. */
  readonly hasBase64: boolean
}

export const OPENAI_WAYS: Ways = {
  known: ['model', 'input', 'dimensions', 'encoding_format', 'user'],
  hasBase64: true,
}
export const PLAIN_WAYS: Ways = { known: ['model', 'input', 'dimensions'], hasBase64: false }

/** `POST /embeddings` as OpenAI has it. */
export const embeddingsEndpoint =
  ({ known, hasBase64 }: Ways): Endpoint =>
  (request, quirks) => {
    const body = parseFields(request.body) ?? {}
    const unknown = Object.keys(body).find((name) => !known.includes(name))
    if (unknown !== undefined) return badRequest(`Unknown parameter: '${unknown}'.`)
    const given = body['input']
    const inputs = (text(given) === undefined ? list(given) : [given]).map((one) => text(one) ?? '')
    const dimensions = typeof body['dimensions'] === 'number' ? body['dimensions'] : DIMENSIONS
    const isPacked = hasBase64 && body['encoding_format'] === 'base64'
    const tokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0)
    return jsonReply(200, {
      object: 'list',
      data: inputs.map((input, index) => {
        const vector = vectorOf(input, dimensions)
        const packed = Buffer.from(Float32Array.from(vector).buffer).toString('base64')
        return { object: 'embedding', index, embedding: isPacked ? packed : vector }
      }),
      model: body['model'],
      ...(quirks.withoutUsage === true
        ? {}
        : { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    })
  }

/** Gemini with `batchEmbedContents`, which tells no usage. */
export const withGeminiEmbeddings = (simulation: Simulation): Simulation => ({
  ...simulation,
  answer: (request, quirks) =>
    request.path.endsWith(':batchEmbedContents')
      ? geminiReply(request.body)
      : simulation.answer(request, quirks),
})

const geminiReply = (body: string): Reply =>
  jsonReply(200, {
    embeddings: list(parseFields(body)?.['requests'])
      .map(fields)
      .map(({ content, outputDimensionality: asked }) => {
        const said = list(fields(content)['parts']).map((part) => text(fields(part)['text']) ?? '')
        return { values: vectorOf(said.join(''), typeof asked === 'number' ? asked : DIMENSIONS) }
      }),
  })

/** Workers AI with models that turn `{text}` into `{shape, data}`. */
export const withWorkersAiEmbeddings = (simulation: Simulation): Simulation => ({
  ...simulation,
  answer: (request, quirks) => {
    const texts = list(fields(parseFields(request.body)?.['inputs'])['text'])
    if (texts.length === 0) return simulation.answer(request, quirks)
    const data = texts.map((one) => vectorOf(text(one) ?? '', DIMENSIONS))
    return jsonReply(200, { shape: [data.length, DIMENSIONS], data, pooling: 'cls' })
  },
})
