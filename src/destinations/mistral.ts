import type { Destination } from './destination.ts'
import { rename } from './edits.ts'
import { bearer, NOT_TRANSLATED } from './translated.ts'

/** Mistral's own platform. Its answers are not quite OpenAI's, so they are always translated. */
export const mistral: Destination = {
  wire: 'mistral-chat',
  transport: 'http',
  baseUrl: 'https://api.mistral.ai/v1',
  path: () => '/chat/completions',
  speaks: {
    'openai-embeddings': {
      path: () => '/embeddings',
      edits: [rename('dimensions', 'output_dimension')],
      unsupported: ['user'],
    },
  },
  authorize: bearer,
  edits: [],
  unsupported: [
    ...NOT_TRANSLATED,
    'audio-input', // its parts have another shape
    'file-input',
    'logprobs',
    'top-k',
    'user',
  ],
  acceptsModel: () => true,
  usageInStream: 'always',
  errorReplies: 'unstated',
  source: 'https://docs.mistral.ai/api/',
}
