/** What a request asks of a model beyond text in and text out. The first group decides which models can serve at all. */
export const ESSENTIAL_FEATURES = [
  'tools',
  'vision',
  'audio-input',
  'audio-output',
  'file-input',
  'json-schema',
  'json-object',
  'custom-tools',
  /** Embeddings of another length than the model's own. */
  'dimensions',
] as const

/** What a destination may not express without the request becoming pointless: named in `demarc-unsupported`. */
export const MINOR_FEATURES = [
  'parallel-tool-calls',
  'tool-choice',
  'n',
  'logprobs',
  'logit-bias',
  'seed',
  'stop',
  'penalties',
  'reasoning-effort',
  'verbosity',
  'prediction',
  'service-tier',
  'user',
  'metadata',
  'store',
  'web-search',
  'image-url',
  'prompt-cache',
  'temperature',
  'top-p',
  'top-k',
  'safety-identifier',
  'moderation',
  'message-name',
  /** Tools of a vendor's models that the client runs: shells, patches, a computer. */
  'built-in-tools',
  /** Tools that the provider runs, other than a search of the web. */
  'hosted-tools',
  'context-management',
  'truncation',
  /** References to thoughts that the provider would have had to keep. */
  'stored-reasoning',
] as const

type EssentialFeature = (typeof ESSENTIAL_FEATURES)[number]
export type Feature = EssentialFeature | (typeof MINOR_FEATURES)[number]
