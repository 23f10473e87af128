import type { ChatEvent, ChatReply, ChatRequest } from '../domain/chat.ts'
import type { EmbeddingsReply, EmbeddingsRequest } from '../domain/embeddings.ts'
import type { JsonObject } from '../domain/json.ts'
import type { CountWireName, EmbeddingsWireName, WireName } from '../domain/request.ts'
import type { Result } from '../domain/result.ts'
import type { Feature } from '../domain/features.ts'

/** An upstream's dialect: how a conversation is written for it and how its answers are read. All pure. */
export type Wire = {
  readonly name: WireName
  /** Body for the upstream, and the names of what this dialect has no words for. */
  readonly renderRequest: (chat: ChatRequest, upstreamModel: string) => RenderedRequest
  readonly parseReply: (body: string) => Result<ChatReply, MalformedReply>
  readonly openStream: () => ChatStream
  readonly parseError: (body: string) => UpstreamError
  /** How its streams are framed: one JSON object a line; absent: an event stream. */
  readonly framing?: 'lines'
}

/** An upstream's dialect for embeddings. */
export type EmbeddingsWire = {
  readonly name: EmbeddingsWireName
  readonly renderRequest: (request: EmbeddingsRequest, upstreamModel: string) => RenderedRequest
  readonly parseReply: (body: string) => Result<EmbeddingsReply, MalformedReply>
  readonly parseError: (body: string) => UpstreamError
}

/** An upstream's dialect for counting the tokens of a conversation. */
export type CountWire = {
  readonly name: CountWireName
  readonly renderRequest: (chat: ChatRequest, upstreamModel: string) => RenderedRequest
  /** Tokens of the input. */
  readonly parseReply: (body: string) => Result<number, MalformedReply>
  readonly parseError: (body: string) => UpstreamError
}

export type RenderedRequest = {
  readonly body: JsonObject
  readonly unsupported: readonly Feature[]
}

/** The reply is not what the dialect promises. Names what was expected, never what came. */
export type MalformedReply = { readonly expected: string }

/** The upstream's own words about an error. They may echo the prompt: for the caller only, never logged or stored. */
export type UpstreamError = {
  readonly message: string
  readonly type: string | undefined
  readonly code: string | undefined
}

/** A frame of an event stream, already split; `data` is whole. */
export type StreamFrame = { readonly event: string | undefined; readonly data: string }

/** A stream being read: `push` answers the next state and what the frame meant. Nothing is mutated. */
export type ChatStream = {
  readonly push: (frame: StreamFrame) => readonly [ChatStream, readonly ChatEvent[]]
}
