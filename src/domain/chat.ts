import type { Json, JsonObject } from './json.ts'
import type { Usage } from './usage.ts'

/** A conversation in our own words: what every dialect is translated by way of. */
export type ChatRequest = {
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly ChatTool[]
  readonly toolChoice: ToolChoice
  readonly parallelToolCalls: boolean | undefined
  readonly responseFormat: ResponseFormat
  readonly sampling: Sampling
  readonly outputTokensMax: number | undefined
  readonly stop: readonly string[]
  readonly stream: boolean
  readonly reasoningEffort: string | undefined
  readonly user: string | undefined
}

export type ChatMessage =
  | { readonly role: 'system'; readonly parts: readonly TextPart[] }
  | { readonly role: 'user'; readonly parts: readonly ChatPart[] }
  | {
      readonly role: 'assistant'
      readonly parts: readonly (TextPart | RefusalPart)[]
      readonly reasoning: string | undefined
      readonly toolCalls: readonly ToolCall[]
      readonly thoughts?: readonly Thought[]
    }
  | {
      readonly role: 'tool'
      readonly callId: string
      readonly parts: readonly TextPart[]
      /** The tool failed; the parts say how. */
      readonly isError?: boolean
    }

export type TextPart = { readonly type: 'text'; readonly text: string }
export type RefusalPart = { readonly type: 'refusal'; readonly text: string }
export type ChatPart =
  | TextPart
  /** `source` is a data URL's content as base64, or a remote URL. */
  | {
      readonly type: 'image'
      readonly source: MediaSource
      readonly detail: string | undefined
    }
  | { readonly type: 'audio'; readonly format: string; readonly base64: string }
  | { readonly type: 'file'; readonly source: MediaSource; readonly name: string | undefined }

export type MediaSource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'id'; readonly id: string }

/** `arguments` is the JSON text as the model wrote it: it need not be valid JSON. */
export type ToolCall = {
  readonly id: string
  readonly name: string
  readonly arguments: string
  /** The tool takes free text: `arguments` is that text. */
  readonly isCustom?: true
  readonly signature?: Signature
}

/** Something of a model's thinking that only the API of its maker can read, and that some of them demand back. */
export type Signature = { readonly maker: SignatureMaker; readonly data: string }
export type SignatureMaker = 'anthropic' | 'gemini' | 'openai'

/** A signed thought. Its text is part of `reasoning`, too; it is empty if all of the thought is sealed. */
export type Thought = { readonly text: string; readonly signature: Signature }

export type ChatTool = {
  readonly name: string
  readonly description: string | undefined
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject | undefined
  readonly strict: boolean | undefined
  /** The tool takes free text of this format, in OpenAI's words, rather than JSON of a schema. */
  readonly custom?: { readonly format: JsonObject | undefined }
}

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' | 'unset' }
  | { readonly type: 'tool'; readonly name: string }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json-object' }
  | {
      readonly type: 'json-schema'
      readonly name: string
      readonly schema: JsonObject
      readonly strict: boolean | undefined
    }

export type Sampling = {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly choices?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly logprobs?: boolean
  readonly topLogprobs?: number
}

/** Why a model stopped, unified; the upstream's own word stays beside it. */
export type Finish = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'error'

export type ChatReply = {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly choices: readonly ChatChoice[]
  readonly usage: Usage | undefined
}

export type ChatChoice = {
  readonly index: number
  readonly text: string
  readonly refusal: string | undefined
  readonly reasoning: string | undefined
  readonly toolCalls: readonly ToolCall[]
  readonly thoughts?: readonly Thought[]
  readonly finish: Finish
  readonly rawFinish: string
  readonly logprobs?: Json
}

/** One step of a streamed reply. A stream that ends without `finish` was cut off. */
export type ChatEvent =
  | { readonly type: 'start'; readonly id: string | undefined; readonly model: string | undefined }
  | {
      readonly type: 'text'
      readonly choice: number
      readonly text: string
      /** Of its tokens, in OpenAI's words. */
      readonly logprobs?: readonly JsonObject[]
    }
  /** A signature ends the thought that it signs, and comes with an empty text after the thought's own. */
  | {
      readonly type: 'reasoning'
      readonly choice: number
      readonly text: string
      readonly signature?: Signature
    }
  | { readonly type: 'refusal'; readonly choice: number; readonly text: string }
  | {
      readonly type: 'tool-start'
      readonly choice: number
      /** Position among the calls of this choice, from 0. */
      readonly index: number
      readonly id: string
      readonly name: string
      readonly isCustom?: true
      readonly signature?: Signature
    }
  | {
      readonly type: 'tool-arguments'
      readonly choice: number
      readonly index: number
      readonly text: string
    }
  | {
      readonly type: 'finish'
      readonly choice: number
      readonly finish: Finish
      readonly rawFinish: string
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The upstream reported an error inside the stream. The message goes to the caller only. */
  | { readonly type: 'error'; readonly message: string; readonly code: string | undefined }
