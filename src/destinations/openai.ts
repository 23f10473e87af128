import { rename } from './edits.ts'
import { openaiCompatible } from './openai-compatible.ts'

/** OpenAI's own platform. It states no rule about the cost of failed requests. */
export const openai = openaiCompatible({
  baseUrl: 'https://api.openai.com/v1',
  edits: [rename('max_tokens', 'max_completion_tokens')], // reasoning models refuse the old name
  errorReplies: 'unstated',
  source: 'https://github.com/openai/openai-openapi (openapi.json 2.3.0, read 2026-11-23)',
})
