import type { Feature } from '../domain/features.ts'
import type { Destination, Edit, Endpoint } from './destination.ts'

type Dialect = {
  /** With the version, as in `https://api.example.com/v1`; undefined for what is self-hosted. */
  readonly baseUrl: string | undefined
  readonly edits?: readonly Edit[]
  readonly unsupported?: readonly Feature[]
  readonly acceptsModel?: (upstreamModel: string) => boolean
  readonly usageInStream?: Destination['usageInStream']
  readonly speaks?: Destination['speaks']
  /** What its `/embeddings` need otherwise. */
  readonly embeddings?: Partial<Pick<Endpoint, 'edits' | 'unsupported'>>
  readonly errorReplies: Destination['errorReplies']
  readonly healthPath?: string
  readonly source: string
}

/** Anyone who serves `/chat/completions` as OpenAI does, with a bearer key. */
export const openaiCompatible = (dialect: Dialect): Destination => ({
  wire: 'openai-chat',
  transport: 'http',
  baseUrl: dialect.baseUrl,
  path: () => '/chat/completions',
  authorize: (credential) => ({ authorization: `Bearer ${credential}` }),
  edits: dialect.edits ?? [],
  unsupported: [...(dialect.unsupported ?? []), ...ONLY_RESPONSES],
  acceptsModel: dialect.acceptsModel ?? (() => true),
  usageInStream: dialect.usageInStream ?? 'asked',
  errorReplies: dialect.errorReplies,
  ...(dialect.healthPath === undefined ? {} : { healthPath: dialect.healthPath }),
  source: dialect.source,
  speaks: {
    'openai-embeddings': {
      path: () => '/embeddings',
      edits: dialect.embeddings?.edits ?? [],
      unsupported: dialect.embeddings?.unsupported ?? [],
    },
    ...dialect.speaks,
  },
})

/** What only OpenAI's Responses have words for. */
export const ONLY_RESPONSES: readonly Feature[] = [
  'built-in-tools',
  'hosted-tools',
  'context-management',
  'truncation',
  'stored-reasoning',
]

/** What only OpenAI's own platform offers; servers of open models ignore it. */
export const ONLY_OPENAI: readonly Feature[] = [
  'verbosity',
  'prediction',
  'service-tier',
  'metadata',
  'store',
  'web-search',
  'prompt-cache',
  'safety-identifier',
  'moderation',
]
