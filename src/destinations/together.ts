import { remove, rename } from './edits.ts'
import { ONLY_OPENAI, openaiCompatible } from './openai-compatible.ts'

/** Together AI, serverless. */
export const together = openaiCompatible({
  baseUrl: 'https://api.together.ai/v1',
  edits: [rename('max_completion_tokens', 'max_tokens')], // only the older name is documented; the bound rests on it
  // logprobs: a number there, true or false at OpenAI.
  unsupported: [...ONLY_OPENAI, 'parallel-tool-calls', 'logprobs', 'user'],
  embeddings: { edits: [remove('encoding_format')], unsupported: ['user'] }, // both are undocumented
  errorReplies: 'unstated',
  source: 'https://docs.together.ai/reference/chat-completions-1 (read 2026-11-23)',
})
