import type { Endpoint } from './destination.ts'
import { rename } from './edits.ts'
import { ONLY_OPENAI, openaiCompatible } from './openai-compatible.ts'

/** Its own API stands beside `/v1`, where the URL of a connection ends. */
const native = (name: string, unsupported: Endpoint['unsupported'] = []): Endpoint => ({
  path: () => `/../api/${name}`,
  edits: [],
  unsupported,
})

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
  speaks: {
    ollama: native('chat'),
    'ollama-generate': native('generate'),
    'ollama-embeddings': native('embed', ['user']),
  },
  acceptsModel: (upstreamModel) => !/[:-]cloud$/i.test(upstreamModel.trim()),
  errorReplies: 'free',
  healthPath: '/api/version',
  source:
    'https://docs.ollama.com/api/openai-compatibility (read 2026-11-23), https://docs.ollama.com/api',
})
