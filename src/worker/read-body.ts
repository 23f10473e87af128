import type { Refusal } from '../domain/refusal.ts'
import { err, type Result } from '../domain/result.ts'
import { JSON_LIMITS, scanJson, type JsonDocument, type JsonError } from '../encoding/json-scan.ts'

/** Largest body that is accepted. */
const BODY_BYTES_MAX = 10_000_000

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The body of a request as a scanned document, or why it is none. */
export async function readBody(request: Request): Promise<Result<JsonDocument, Refusal>> {
  const type = request.headers.get('content-type') ?? 'application/json'
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    return err({ code: 'media_type_unsupported' })
  }
  if (Number(request.headers.get('content-length') ?? 0) > BODY_BYTES_MAX) return err(TOO_LARGE)
  const bytes = await readBytes(request)
  if (bytes === undefined) return err(TOO_LARGE)
  const text = decode(bytes)
  if (text === undefined) return err(invalid('The body is not valid UTF-8.'))
  const document = scanJson(text)
  return document.ok ? document : err(invalid(explain(document.error)))
}

const TOO_LARGE: Refusal = { code: 'body_too_large', limitBytes: BODY_BYTES_MAX }

const invalid = (message: string): Refusal => ({ code: 'invalid_request', param: null, message })

/** All bytes, or undefined as soon as there are too many: a length in a header need not be true. */
async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  if (request.headers.has('content-length')) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > BODY_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined // the decoder's own message would quote the bytes
  }
}

function explain({ problem, offset }: JsonError): string {
  switch (problem) {
    case 'syntax':
      return `The body is not valid JSON: see character ${offset}.`
    case 'duplicate-key':
      return `The body has a key twice in one object, at character ${offset}. Parsers disagree about which one counts: send it once.`
    case 'too-deep':
      return `The body is nested deeper than ${JSON_LIMITS.depth} levels.`
    case 'too-many-values':
      return `The body holds more than ${JSON_LIMITS.values} values.`
  }
}
