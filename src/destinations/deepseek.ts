import type { Destination } from './destination.ts'
import { bearer, NOT_TRANSLATED } from './translated.ts'

/**
 * DeepSeek's own platform; its host has no version in the path. Always translated: in the dialect as OpenAI's clients
 * speak it, no thinking model could be asked again after it has called a tool.
 */
export const deepseek: Destination = {
  wire: 'deepseek-chat',
  transport: 'http',
  baseUrl: 'https://api.deepseek.com',
  path: () => '/chat/completions',
  authorize: bearer,
  edits: [],
  unsupported: [
    ...NOT_TRANSLATED,
    'vision',
    'audio-input',
    'file-input',
    'json-schema',
    'n',
    'seed',
    'parallel-tool-calls',
    'top-k',
    'user',
  ],
  acceptsModel: () => true,
  usageInStream: 'asked',
  errorReplies: 'unstated',
  source: 'https://api-docs.deepseek.com/api/create-chat-completion',
}
