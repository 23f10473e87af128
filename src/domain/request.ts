import type { Feature } from './features.ts'

/** What a request asks to be done. Each is classified, decided, reserved and recorded in the same way. */
export const OPERATIONS = ['chat', 'embeddings', 'count-tokens'] as const
export type Operation = (typeof OPERATIONS)[number]

/** Names of upstream dialects for conversations. */
export type WireName =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'ollama'
  | 'ollama-generate'
  | 'workers-ai'
  | PrivateWireName

/** Dialects of one provider each, which no client speaks to us. */
type PrivateWireName =
  | 'mistral-chat'
  | 'deepseek-chat'
  | 'zai-chat'
  | 'replicate'
  | 'bedrock-converse'

/** Names of upstream dialects for embeddings. */
export const EMBEDDINGS_WIRES = [
  'openai-embeddings',
  'gemini-embeddings',
  'workers-ai-embeddings',
  'ollama-embeddings',
] as const
export type EmbeddingsWireName = (typeof EMBEDDINGS_WIRES)[number]

/** Names of upstream dialects for counting tokens. */
export type CountWireName = 'anthropic-count-tokens' | 'gemini-count-tokens'

export type DialectName = WireName | EmbeddingsWireName | CountWireName

/** What clients may speak to us; each is called as the upstream dialect that is the same, byte for byte. */
export type SurfaceName = Exclude<
  DialectName,
  PrivateWireName | 'workers-ai' | 'workers-ai-embeddings'
>

export const QUALITIES = ['basic', 'standard', 'frontier'] as const
export type Quality = (typeof QUALITIES)[number]

/** What a surface reads out of a body before anything is decided. Holds no text of the prompt but the model's name. */
export type RequestFacts = {
  readonly surface: SurfaceName
  readonly operation: Operation
  /** As the client wrote it: `auto`, an alias, `destination/model` or a provider's id. */
  readonly model: string
  readonly stream: boolean
  /** The client asked for the usage chunk itself (`stream_options.include_usage`). */
  readonly wantsUsageChunk: boolean
  /** Sorted, each once. */
  readonly features: readonly Feature[]
  /** Which top-level field asked for a feature, by feature. */
  readonly askedBy?: Readonly<Partial<Record<Feature, string>>>
  /** UTF-8 bytes of everything that becomes prompt (messages, tools, schemas): never fewer than its tokens. */
  readonly promptBytes: number
  /** Messages and tools, each of which a chat template may wrap in tokens of its own. */
  readonly templateParts: number
  /** Parts whose tokens the bytes do not bound (images by URL, audio, files). */
  readonly mediaParts: number
  /** What the caller limits the answer to; undefined if not said. */
  readonly outputTokensMax: number | undefined
  /** Number of answers asked for. */
  readonly choices: number
  readonly handling: Handling
  /** Names of what is asked for that only an upstream of the client's own dialect has words for. */
  readonly onlyOwnDialect?: readonly string[]
  /** Top-level fields that no published schema names: they reach only zone `own`. */
  readonly unknownFields: readonly string[]
}

/** Fields of a request that change who receives or keeps its data. Policy judges them like facts of the destination. */
export type Handling = {
  /** `store: true`: the provider is asked to keep the exchange. */
  readonly stored: boolean
  /** Tools that the provider runs (web search, file search, code, MCP): they send data on. */
  readonly hostedTools: boolean
  /** A cache that outlives the request by more than minutes. */
  readonly longCache: boolean
  /** A service class other than the default. */
  readonly serviceTier: 'default' | 'other'
}

export const PLAIN_HANDLING: Handling = {
  stored: false,
  hostedTools: false,
  longCache: false,
  serviceTier: 'default',
}
