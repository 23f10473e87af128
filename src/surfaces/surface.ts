import type { ChatEvent, ChatReply, ChatRequest } from '../domain/chat.ts'
import type { EmbeddingsReply, EmbeddingsRequest } from '../domain/embeddings.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Envelope } from '../domain/leaf.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { RequestFacts, SurfaceName } from '../domain/request.ts'
import type { Result } from '../domain/result.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'
import type { MemberChange } from '../encoding/splice.ts'

/** One operation in one of the dialects that clients speak to us: how its requests are read and its answers written. */
export type Surface = ChatSurface | EmbeddingsSurface | CountSurface

export type ChatSurface = Common & {
  readonly operation: 'chat'
  /** The conversation in our own words, for upstreams of another dialect. */
  readonly parse: (body: string, facts: RequestFacts) => ChatRequest
  readonly renderReply: (reply: ChatReply, meta: ReplyMeta) => string
  readonly openStream: (meta: ReplyMeta) => EventRenderer
  /**
   * The frames that tell of an error after frames of an upstream of the same dialect have passed; absent: the dialect's
   * error frame says it all. `lastData` is the data of the last frame, undefined if none has passed.
   */
  readonly breakOff?: (error: SurfaceError, lastData: string | undefined) => string
}

export type EmbeddingsSurface = Common & {
  readonly operation: 'embeddings'
  readonly parse: (body: string, facts: RequestFacts) => EmbeddingsRequest
  readonly renderReply: (reply: EmbeddingsReply, meta: ReplyMeta) => string
  /** Whether an upstream of the same dialect answered in the form that was asked for; absent: always. */
  readonly passes?: (body: string, meta: ReplyMeta) => boolean
}

export type CountSurface = Common & {
  readonly operation: 'count-tokens'
  /** The conversation whose tokens are to be counted. */
  readonly parse: (body: string, facts: RequestFacts) => ChatRequest
  readonly renderReply: (inputTokens: number, meta: ReplyMeta) => string
}

type Common = {
  /** Also the name of the upstream dialect that is the same, byte for byte. */
  readonly name: SurfaceName
  readonly dialect: Dialect
  /** Whether a POST to this path, without its query, is meant for this surface. */
  readonly serves: (pathname: string) => boolean
  readonly read: (document: JsonDocument, target: Target) => Result<ReadRequest, Refusal>
  /** The client's own body for an upstream of the same dialect: spliced, never re-serialised. */
  readonly pass: (document: JsonDocument, passing: Passing) => string
  /** The top-level fields that ask for one of these features: what a strict refusal names. */
  readonly fieldsAsking: (features: readonly string[]) => readonly string[]
  /** What the ids of answers begin with: `chatcmpl-`. */
  readonly idPrefix: string
  /** Names of client headers that an upstream of the same dialect gets, too. */
  readonly forwardedHeaders: readonly string[]
  /** Names of headers of such an upstream's answer that the client gets. */
  readonly returnedHeaders: readonly string[]
}

/** What the surfaces of one vendor have in common. */
export type Dialect = {
  readonly name: 'openai' | 'anthropic' | 'gemini' | 'ollama'
  /** The response header that names the request. */
  readonly requestIdHeader: 'x-request-id' | 'request-id'
  /** The key that a request presents; undefined if there is none. */
  readonly keyOf: (target: Target) => string | undefined
  /** An error as clients of this dialect know it; they may know another status for it (Anthropic's 529). */
  readonly renderError: (
    error: SurfaceError,
    requestId: string,
  ) => { readonly status: number; readonly body: JsonObject }
  /** The same as a whole frame of an event stream. */
  readonly renderErrorFrame: (error: SurfaceError) => string
}

/** An error before a dialect gives it its shape; `type` and `code` are OpenAI's words or an upstream's own. */
export type SurfaceError = {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly param: string | null
  readonly message: string
  readonly retryAfterS: number | undefined
}

/** What of a request is not in its body: `url` is whole, with path and query. */
export type Target = { readonly url: string; readonly headers: Headers }

/** What an upstream of the client's own dialect is to get other than the client's body. */
export type Passing = {
  readonly facts: RequestFacts
  readonly upstreamModel: string
  /** What the key's own output limit adds to a request that sets none; undefined if nothing. */
  readonly outputTokens: number | undefined
  /** Features that the destination has no words for, and fields that it does not get. */
  readonly leaveOut: readonly string[]
  /** Streams tell their usage only when asked (`stream_options.include_usage`). */
  readonly mustAskForUsage: boolean
  /** What the destination's dialect of the dialect needs. */
  readonly edits: readonly MemberChange[]
}

export type ReadRequest = {
  readonly facts: RequestFacts
  readonly envelope: Envelope
  /**
   * How a stream is framed; absent: as an event stream. A JSON array is made of the data of its frames; lines are written
   * as such by the surface itself.
   */
  readonly framing?: 'json-array' | 'lines'
}

/** What an answer says of itself. */
export type ReplyMeta = {
  readonly id: string
  readonly model: string
  readonly createdS: number
  /** The client asked for the usage chunk. */
  readonly wantsUsage: boolean
  /** The client's body, for answers that repeat what was asked for. */
  readonly request: string
}

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type EventRenderer = {
  readonly push: (event: ChatEvent) => readonly [EventRenderer, string]
  readonly end: () => string
}

const BEARER = /^Bearer ([^\s]{1,512})$/i

/** The key in the `authorization` header. */
export const bearerOf = (headers: Headers): string | undefined =>
  BEARER.exec(headers.get('authorization') ?? '')?.[1]
