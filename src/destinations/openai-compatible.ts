import type { Feature } from '../domain/features.ts'
import type { Destination, Edit } from './destination.ts'

type Dialect = {
  /** With the version, as in `https://api.example.com/v1`; undefined for what is self-hosted. */
  readonly baseUrl: string | undefined
  readonly edits?: readonly Edit[]
  readonly unsupported?: readonly Feature[]
  readonly acceptsModel?: (upstreamModel: string) => boolean
  readonly usageInStream?: Destination['usageInStream']
  readonly speaks?: Destination['speaks']
  readonly errorReplies: Destination['errorReplies']
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
  source: dialect.source,
  ...(dialect.speaks === undefined ? {} : { speaks: dialect.speaks }),
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
