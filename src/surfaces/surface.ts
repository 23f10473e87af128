import type { ChatEvent, ChatReply, ChatRequest } from '../domain/chat.ts'
import type { Envelope } from '../domain/leaf.ts'
import type { Refusal } from '../domain/refusal.ts'
import type { RequestFacts, SurfaceName, WireName } from '../domain/request.ts'
import type { Result } from '../domain/result.ts'
import type { JsonDocument } from '../encoding/json-scan.ts'

/** A dialect that clients speak to us: how its requests are read and its answers written. */
export type Surface = {
  readonly name: SurfaceName
  /** The upstream dialect that is the same, byte for byte. */
  readonly wire: WireName
  readonly read: (document: JsonDocument) => Result<ReadRequest, Refusal>
  /** The conversation in our own words, for upstreams of another dialect. */
  readonly parse: (body: string) => ChatRequest
  readonly renderReply: (reply: ChatReply, meta: ReplyMeta) => string
  readonly openStream: (meta: ReplyMeta) => EventRenderer
}

export type ReadRequest = { readonly facts: RequestFacts; readonly envelope: Envelope }

/** What an answer says of itself. */
export type ReplyMeta = {
  readonly id: string
  readonly model: string
  readonly createdS: number
  /** The client asked for the usage chunk. */
  readonly wantsUsage: boolean
}

/** A stream being written: `push` answers the next state and the text to send. `end` closes a stream that finished. */
export type EventRenderer = {
  readonly push: (event: ChatEvent) => readonly [EventRenderer, string]
  readonly end: () => string
}
