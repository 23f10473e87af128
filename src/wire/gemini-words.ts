import { Buffer } from 'node:buffer'
import type { Signature } from '../domain/chat.ts'
import { isForeignSignature, parseSignature, renderSignature } from './signature.ts'
import type { Foreign } from './read.ts'

/** A member by its name in camel case, or by the same in snake case: Google's servers read both. */
export function memberOf(object: Foreign, name: string): unknown {
  return object[name] ?? object[snakeCase(name)]
}

export const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * From Gemini 3 on, a call that comes back must carry the signature of the thought behind it. This is the word that
 * Google documents for calls that come without.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures (read 2026-11-23).
 */
export const NO_SIGNATURE = 'skip_thought_signature_validator'

/** What our marks look like in base64, in which this dialect writes signatures. */
const MARK = Buffer.from('demarc').toString('base64')

export function renderGeminiSignature(signature: Signature): string {
  const written = renderSignature(signature, 'gemini')
  return isForeignSignature(written) ? Buffer.from(written).toString('base64') : written
}

export function parseGeminiSignature(text: string): Signature | undefined {
  if (text === '' || text === NO_SIGNATURE) return undefined
  return parseSignature(
    text.startsWith(MARK) ? Buffer.from(text, 'base64').toString() : text,
    'gemini',
  )
}

const STORED = /^gs:|^https:\/\/generativelanguage\.googleapis\.com\//

/** Files that Google keeps are named by addresses that only Google can open. */
export const isStoredFile = (uri: string): boolean => STORED.test(uri)
