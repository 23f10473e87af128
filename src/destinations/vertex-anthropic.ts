import { anthropic } from './anthropic.ts'
import type { Destination, Edit, Endpoint } from './destination.ts'
import { remove, set } from './edits.ts'
import { bearer } from './translated.ts'

/** The model stands in the path, and the version of the API in the body. */
const EDITS: readonly Edit[] = [remove('model'), set('anthropic_version', 'vertex-2023-10-16')]

const MODELS = '/publishers/anthropic/models'

const MESSAGES: Endpoint = {
  path: (upstreamModel, stream) =>
    `${MODELS}/${encodeURIComponent(upstreamModel)}:${stream ? 'streamRawPredict' : 'rawPredict'}`,
  edits: EDITS,
  unsupported: [],
}

/** Claude on Google Cloud (Vertex AI); the URL is as for Gemini there, the credential an access token. */
export const vertexAnthropic: Destination = {
  ...anthropic,
  baseUrl: undefined,
  path: (upstreamModel, _operation, stream) => MESSAGES.path(upstreamModel, stream),
  speaks: {
    'anthropic-messages': MESSAGES,
    'anthropic-count-tokens': {
      path: () => `${MODELS}/count-tokens:rawPredict`, // here the model stays in the body
      edits: [],
      unsupported: [],
    },
  },
  authorize: bearer,
  edits: EDITS,
  errorReplies: 'unstated',
  source: 'https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai',
}
