import { remove, set } from './edits.ts'
import { ONLY_OPENAI, openaiCompatible } from './openai-compatible.ts'

/** Fireworks AI, serverless. */
export const fireworks = openaiCompatible({
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  edits: [set('context_length_exceeded_behavior', 'error')], // it would lower max_tokens silently
  unsupported: ONLY_OPENAI,
  usageInStream: 'always',
  embeddings: { edits: [remove('encoding_format')], unsupported: ['user'] }, // both are undocumented
  errorReplies: 'unstated',
  source: 'https://docs.fireworks.ai/api-reference/post-chatcompletions (read 2026-11-23)',
})
