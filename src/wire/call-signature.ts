import type { Signature } from '../domain/chat.ts'
import type { JsonObject } from '../domain/json.ts'
import { objectOf, textOf, type Foreign } from './read.ts'

/**
 * The signature of a tool call where a dialect has no place for one of its own: as Google's endpoint in OpenAI's dialect
 * has it, which client libraries send back. Source: https://ai.google.dev/gemini-api/docs/thought-signatures, "OpenAI
 * compatibility" (read 2026-11-25). Other makers sign thoughts, not calls.
 */
export const renderCallSignature = (signature: Signature | undefined): JsonObject =>
  signature?.maker === 'gemini'
    ? { [MEMBER]: { google: { thought_signature: signature.data } } }
    : {}

/** The same, read back. */
export function parseCallSignature(call: Foreign): { readonly signature?: Signature } {
  const data = textOf(objectOf(objectOf(call[MEMBER])['google'])['thought_signature']) ?? ''
  return data === '' ? {} : { signature: { maker: 'gemini', data } }
}

const MEMBER = 'extra_content'
