import type { Destination } from './destination.ts'
import { gemini } from './gemini.ts'
import { bearer } from './translated.ts'

/**
 * Gemini on Google Cloud (Vertex AI). The URL names project and location,
 * `https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION`, and so decides where data is
 * processed. The credential is an access token, which lives an hour, or an API key, for which the URL ends after `/v1`.
 */
export const vertex: Destination = {
  ...gemini,
  baseUrl: undefined,
  path: (upstreamModel, _operation, stream) => generatePath(upstreamModel, stream),
  // Its countTokens takes another body than the one of the Gemini API, so tokens are counted here.
  speaks: {
    gemini: { path: generatePath, edits: [], unsupported: [] },
  },
  authorize: (credential) =>
    API_KEY.test(credential) ? { 'x-goog-api-key': credential } : bearer(credential),
  errorReplies: 'unstated',
  source: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
}

/** How Google's API keys begin, old and new; access tokens begin with `ya29.`. */
const API_KEY = /^(?:AIza|AQ\.)/

const modelPath = (upstreamModel: string): string =>
  `/publishers/google/models/${encodeURIComponent(upstreamModel)}`

function generatePath(upstreamModel: string, stream: boolean): string {
  return `${modelPath(upstreamModel)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
}
