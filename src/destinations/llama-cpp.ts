import { rename } from './edits.ts'
import { ONLY_OPENAI, openaiCompatible } from './openai-compatible.ts'

/** llama.cpp's server on own hardware. */
export const llamaCpp = openaiCompatible({
  baseUrl: undefined,
  edits: [rename('max_completion_tokens', 'max_tokens')], // every version reads the older name
  // n: its usage counts one answer of several, so the ledger would be wrong.
  // tool_choice: a named tool is read as auto, and required is not enforced since PR 22654.
  unsupported: [...ONLY_OPENAI, 'n', 'tool-choice', 'reasoning-effort', 'user'],
  errorReplies: 'free',
  healthPath: '/health', // 503 while it loads its model
  source: 'https://github.com/ggml-org/llama.cpp tools/server/README.md (0.7.0, tried 2026-11-23)',
})
