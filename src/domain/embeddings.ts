import type { Usage } from './usage.ts'

/** Texts to embed, in our own words. */
export type EmbeddingsRequest = {
  readonly inputs: readonly string[]
  /** Length of the vectors; undefined for the model's own. */
  readonly dimensions: number | undefined
  /** How the client wants the numbers written. */
  readonly encoding: 'float' | 'base64'
  /** What the vectors are for, in the words of Gemini's `taskType`; undefined if not said. */
  readonly taskType: string | undefined
  readonly user: string | undefined
}

/** One vector for each input, in the same order. */
export type EmbeddingsReply = {
  readonly model: string | undefined
  readonly vectors: readonly (readonly number[])[]
  readonly usage: Usage | undefined
}
