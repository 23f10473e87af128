import { rename } from './edits.ts'
import { openaiCompatible } from './openai-compatible.ts'

/** OpenAI's own platform. It states no rule about the cost of failed requests. */
export const openai = openaiCompatible({
  baseUrl: 'https://api.openai.com/v1',
  edits: [rename('max_tokens', 'max_completion_tokens')], // reasoning models refuse the old name
  speaks: {
    'openai-responses': {
      path: () => '/responses',
      edits: [],
      // What a search finds is billed as input, so nothing bounds its cost: it is left out, and named.
      unsupported: ['web-search', 'stored-reasoning'],
    },
  },
  errorReplies: 'unstated',
  source: 'https://github.com/openai/openai-openapi (openapi.json 2.3.0, read 2026-11-23)',
})
