import { ApiError, GoogleGenAI, type GenerateContentResponse, type Part } from '@google/genai'
import { fields, list, parseFields, type Fields } from '../upstreams/read.ts'
import type { Stage } from './harness.ts'

/** Google's SDK, which asks under `/v1beta` unless told otherwise. */
export const geminiSdk = ({ local, key }: Stage, apiKey = key, apiVersion?: string): GoogleGenAI =>
  new GoogleGenAI({
    apiKey,
    httpOptions: { baseUrl: local.url },
    ...(apiVersion === undefined ? {} : { apiVersion }),
  })

export const weather = (name: string) => ({
  name,
  description: 'The weather in a city.',
  parametersJsonSchema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
})

/** An answer's content with only what a client sends back: the SDK adds nothing to it. */
export const contentOf = (response: GenerateContentResponse) => {
  const content = response.candidates?.[0]?.content
  if (content === undefined) throw new Error('an answer without content')
  return content
}

export const partsOf = (response: GenerateContentResponse): readonly Part[] =>
  contentOf(response).parts ?? []

/** The status of the error that a call ends with, and the error itself. @throws if it does not end with one. */
export async function errorOf(
  call: Promise<unknown>,
): Promise<{ readonly status: number; readonly error: Fields; readonly reasons: unknown[] }> {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(thrown instanceof ApiError)) {
    throw new Error('the call did not end with an API error', { cause: thrown })
  }
  // Of an error inside a stream, some words of the SDK's stand before it.
  const json = thrown.message.slice(thrown.message.indexOf('{'))
  const error = fields(parseFields(json)?.['error'])
  const reasons = list(error['details']).map((detail) => fields(detail)['reason'])
  return { status: thrown.status, error, reasons }
}
