import type { Destination } from './destination.ts'
import { bearer, NOT_TRANSLATED } from './translated.ts'

/** Z.ai's own platform (GLM). It takes a part of OpenAI's fields, so requests are always translated. */
export const zai: Destination = {
  wire: 'zai-chat',
  transport: 'http',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  path: () => '/chat/completions',
  authorize: bearer,
  edits: [],
  unsupported: [
    ...NOT_TRANSLATED,
    'audio-input',
    'file-input',
    'json-schema',
    'n',
    'seed',
    'logprobs',
    'penalties',
    'tool-choice', // auto only
    'parallel-tool-calls',
    'top-k',
    'user',
  ],
  acceptsModel: () => true,
  usageInStream: 'always',
  errorReplies: 'unstated',
  source: 'https://docs.z.ai/api-reference/llm/chat-completion',
}
