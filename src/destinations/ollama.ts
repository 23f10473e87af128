import { rename } from './edits.ts'
import { ONLY_OPENAI, openaiCompatible } from './openai-compatible.ts'

/** Ollama on own hardware, without its cloud: those ids are answered at ollama.com. */
export const ollama = openaiCompatible({
  baseUrl: undefined,
  edits: [rename('max_completion_tokens', 'max_tokens')], // it ignores the newer name
  unsupported: [
    ...ONLY_OPENAI,
    'tool-choice',
    'parallel-tool-calls',
    'n',
    'logit-bias',
    'image-url',
    'user',
  ],
  acceptsModel: (upstreamModel) => !/[:-]cloud$/i.test(upstreamModel.trim()),
  errorReplies: 'free',
  source: 'https://docs.ollama.com/api/openai-compatibility (read 2026-11-23)',
})
