import type { Destination } from './destination.ts'
import { ONLY_RESPONSES } from './openai-compatible.ts'

/**
 * Google's Gemini API, in its native format. Failed requests cost nothing: "If your request fails with a 400 or 500
 * error, you won't be charged" (https://ai.google.dev/gemini-api/docs/billing).
 */
export const gemini: Destination = {
  wire: 'gemini',
  transport: 'http',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  path: (upstreamModel, _operation, stream) => generatePath(upstreamModel, stream),
  speaks: {
    gemini: { path: generatePath, edits: [], unsupported: [] },
    'gemini-embeddings': {
      path: (upstreamModel) => `/models/${encodeURIComponent(upstreamModel)}:batchEmbedContents`,
      edits: [],
      unsupported: ['user'],
    },
    'gemini-count-tokens': {
      path: (upstreamModel) => `/models/${encodeURIComponent(upstreamModel)}:countTokens`,
      edits: [],
      unsupported: [],
    },
  },
  authorize: (credential) => ({ 'x-goog-api-key': credential }),
  edits: [],
  unsupported: [
    'audio-output',
    'custom-tools',
    'parallel-tool-calls',
    'logprobs',
    'logit-bias',
    'verbosity',
    'prediction',
    'service-tier',
    'user',
    'metadata',
    'store',
    'web-search',
    'prompt-cache',
    'safety-identifier',
    'moderation',
    'message-name',
    ...ONLY_RESPONSES,
  ],
  acceptsModel: () => true,
  usageInStream: 'always',
  errorReplies: 'free',
  source: 'https://ai.google.dev/api/generate-content (read 2026-11-23)',
}

function generatePath(upstreamModel: string, stream: boolean): string {
  const model = encodeURIComponent(upstreamModel)
  return `/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
}
