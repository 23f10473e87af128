import type { Json } from '../domain/json.ts'
import type { Feature } from '../domain/features.ts'
import type { DialectName, Operation, WireName } from '../domain/request.ts'

/** What a provider is, as data: its wire format, where it lives, and the edits that its dialect of the format needs. */
export type Destination = {
  readonly wire: WireName
  /** `binding` is a Worker binding that is called by name, `http` a URL. */
  readonly transport: 'http' | 'binding'
  /** Where it lives unless configured; undefined for what every organisation hosts itself. */
  readonly baseUrl: string | undefined
  readonly path: (upstreamModel: string, operation: Operation, stream: boolean) => string
  /**
   * What it speaks besides `wire`, and how: other dialects for conversations, which are used for clients that speak them,
   * embeddings, counting tokens. `wire` itself is listed where a client's own body may ask for more than what
   * translation has words for.
   */
  readonly speaks?: Readonly<Partial<Record<DialectName, Endpoint>>>
  /** Headers that carry the credential. */
  readonly authorize: (credential: string) => Readonly<Record<string, string>>
  /** Applied to the client's own body, in order, when its dialect is the upstream's. */
  readonly edits: readonly Edit[]
  /** What a request may ask for and this destination silently ignores or rejects. */
  readonly unsupported: readonly Feature[]
  /** False for ids that this destination would pass on to somebody else. */
  readonly acceptsModel: (upstreamModel: string) => boolean
  /** Whether a stream tells its usage only when asked by `stream_options.include_usage`, or of itself. */
  readonly usageInStream: 'asked' | 'always'
  /** Whether an error reply costs money, by the provider's own statement; `unstated` accrues at the bound. */
  readonly errorReplies: 'free' | 'billed' | 'unstated'
  /** Beside `/v1`: answers 2xx while the server can serve, and takes nothing. Only what organisations host themselves has one. */
  readonly healthPath?: string
  /** Where that, and the dialect, is documented. */
  readonly source: string
}

/** How one dialect is spoken at a destination. */
export type Endpoint = {
  readonly path: (upstreamModel: string, stream: boolean) => string
  readonly edits: readonly Edit[]
  /** Of what a client's own body may ask for. */
  readonly unsupported: readonly Feature[]
}

/** A change of a top-level field of the body. */
export type Edit =
  /** Sets the field, whether or not the client did. */
  | { readonly op: 'set'; readonly field: string; readonly value: Json }
  /** Moves the value; the old field is gone. */
  | { readonly op: 'rename'; readonly from: string; readonly to: string }
  | { readonly op: 'remove'; readonly field: string }
  /** Sets the field where the client left it out or null: always, or only in a request with tools. */
  | {
      readonly op: 'default'
      readonly field: string
      readonly value: Json
      readonly when: 'always' | 'tools'
    }
