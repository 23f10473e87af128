import type { Destination } from './destination.ts'
import { ONLY_RESPONSES } from './openai-compatible.ts'

/**
 * Cloudflare Workers AI through the Worker's own binding. Ids outside `@cf/` are other providers' models, reached
 * through Cloudflare: a third party more than the one that was judged.
 */
export const workersAi: Destination = {
  wire: 'workers-ai',
  transport: 'binding',
  baseUrl: undefined,
  path: (upstreamModel) => upstreamModel,
  speaks: {
    'workers-ai-embeddings': {
      path: (upstreamModel) => upstreamModel,
      edits: [],
      unsupported: ['user', 'dimensions'],
    },
  },
  authorize: () => ({}),
  edits: [],
  unsupported: [
    'audio-input',
    'audio-output',
    'file-input',
    'custom-tools',
    'n',
    'logprobs',
    'logit-bias',
    'verbosity',
    'prediction',
    'service-tier',
    'user',
    'metadata',
    'store',
    'web-search',
    'image-url',
    'prompt-cache',
    'safety-identifier',
    'moderation',
    'message-name',
    ...ONLY_RESPONSES,
  ],
  acceptsModel: (upstreamModel) => upstreamModel.startsWith('@cf/'),
  usageInStream: 'always',
  errorReplies: 'unstated',
  source: 'https://developers.cloudflare.com/workers-ai/ (read 2026-11-23)',
}
