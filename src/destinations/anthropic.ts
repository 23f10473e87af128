import type { Destination } from './destination.ts'
import { ONLY_RESPONSES } from './openai-compatible.ts'

/** Anthropic's own platform. It states no rule about the cost of failed requests. */
export const anthropic: Destination = {
  wire: 'anthropic-messages',
  transport: 'http',
  baseUrl: 'https://api.anthropic.com/v1',
  path: () => '/messages',
  speaks: {
    'anthropic-messages': { path: () => '/messages', edits: [], unsupported: [] },
    'anthropic-count-tokens': { path: () => '/messages/count_tokens', edits: [], unsupported: [] },
  },
  authorize: (credential) => ({ 'x-api-key': credential, 'anthropic-version': '2023-06-01' }),
  edits: [],
  unsupported: [
    'json-object',
    'audio-input',
    'audio-output',
    'custom-tools',
    'n',
    'logprobs',
    'logit-bias',
    'seed',
    'penalties',
    'verbosity',
    'prediction',
    'service-tier',
    'metadata',
    'store',
    'web-search',
    'prompt-cache',
    'safety-identifier',
    'moderation',
    'message-name',
    ...ONLY_RESPONSES,
  ],
  acceptsModel: () => true,
  usageInStream: 'always',
  errorReplies: 'unstated',
  source: 'https://platform.claude.com/docs/en/api/messages (read 2026-11-23)',
}
