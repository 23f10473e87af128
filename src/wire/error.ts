import type { ChatEvent } from '../domain/chat.ts'
import { isObject, listOf, objectOf, textOf, type Foreign } from './read.ts'
import type { UpstreamError } from './wire.ts'

/** Longest message that is passed on, in UTF-16 code units. */
const MESSAGE_MAX = 2000

/**
 * Reads an error body of any dialect that we know: OpenAI's and Anthropic's `{error:{message,type,code}}`, Google's (also
 * in a list), `{detail}`, `{message}`, `{fault:{faultstring}}`, Cloudflare's `{errors:[{code,message}]}` or plain text.
 */
export function parseUpstreamError(body: string): UpstreamError {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    const text = body.trim()
    return error(text.startsWith('<') ? '' : text, undefined, undefined)
  }
  return errorOf(Array.isArray(value) ? value[0] : value)
}

/** The same for a value that is already parsed. */
export function errorOf(value: unknown): UpstreamError {
  if (typeof value === 'string') return error(value, undefined, undefined)
  const body = objectOf(value)
  const inner = body['error'] ?? listOf(body['errors'])[0] ?? body
  if (!isObject(inner))
    return error(textOf(inner) ?? '', wordOf(body['type']), wordOf(body['code']))
  return error(
    messageOf(inner) ?? messageOf(body) ?? '',
    wordOf(inner['type'] ?? inner['status']),
    wordOf(inner['code']),
  )
}

/** An error inside a stream. The code is a word if there is one, else the number. */
export function errorEvent(value: unknown): ChatEvent {
  const { message, code, type } = errorOf(value)
  const isNumber = code !== undefined && /^\d+$/.test(code)
  return { type: 'error', message, code: isNumber ? (type ?? code) : (code ?? type) }
}

/** What came before may still be whole: what to make of it is the caller's to decide. */
export const NOT_JSON: ChatEvent = {
  type: 'error',
  message: 'the upstream sent a frame that is not a JSON object',
  code: 'malformed_frame',
}

function messageOf(value: Foreign): string | undefined {
  const detail = value['detail']
  return (
    textOf(value['message']) ??
    textOf(detail) ??
    textOf(objectOf(listOf(detail)[0])['msg']) ??
    textOf(objectOf(value['fault'])['faultstring'])
  )
}

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

const error = (
  message: string,
  type: string | undefined,
  code: string | undefined,
): UpstreamError => ({
  message: message === '' ? 'the upstream gave no reason' : message.slice(0, MESSAGE_MAX),
  type,
  code,
})
