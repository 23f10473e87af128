import { defaultWithTools } from './edits.ts'
import { ONLY_OPENAI, openaiCompatible } from './openai-compatible.ts'

/** vLLM on own hardware. */
export const vllm = openaiCompatible({
  baseUrl: undefined,
  edits: [defaultWithTools('tool_choice', 'auto')], // its default is none
  unsupported: [...ONLY_OPENAI, 'user'],
  errorReplies: 'free',
  healthPath: '/health',
  source: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html (read 2026-11-23)',
})
