import type { Destination } from './destination.ts'
import { bearer, NOT_TRANSLATED } from './translated.ts'

/**
 * Replicate, predictions. It holds a request open for a minute at most; a prediction that is not done by then is cancelled
 * by its deadline and fails here, because asking again would be a request that no permit covers. So answers come whole.
 */
export const replicate: Destination = {
  wire: 'replicate',
  transport: 'http',
  baseUrl: 'https://api.replicate.com/v1',
  path: (upstreamModel) =>
    upstreamModel.includes(':') ? '/predictions' : `/models/${upstreamModel}/predictions`,
  authorize: (credential) => ({ ...bearer(credential), prefer: 'wait=60', 'cancel-after': '60s' }),
  edits: [],
  unsupported: [
    ...NOT_TRANSLATED,
    'tools',
    'vision',
    'audio-input',
    'file-input',
    'json-schema',
    'json-object',
    'n',
    'seed',
    'logprobs',
    'tool-choice',
    'parallel-tool-calls',
    'reasoning-effort',
    'user',
  ],
  acceptsModel: (upstreamModel) =>
    /^[\w-][\w.-]*\/[\w-][\w.-]*(?::[0-9a-f]{64})?$/.test(upstreamModel),
  usageInStream: 'always',
  errorReplies: 'unstated',
  source:
    'https://replicate.com/docs/topics/predictions/create-a-prediction, https://replicate.com/changelog/2025-10-16-prediction-deadlines',
}
