import { hash } from 'node:crypto'
import { EntryBody, type StoredEntry } from '../journal/entry.ts'
import { err, ok, type Result } from '../domain/result.ts'

/** Why an entry cannot be what the journal wrote. */
export type EntryProblem = 'hash' | 'body'

/** SHA-256 (hex) of the previous hash, a newline and the body: the link of the chain. */
export function entryHash(prevHash: string, body: string): string {
  const text = `${prevHash}\n${body}`
  const fits = text.length * UTF8_BYTES_MAX <= scratch.length
  const bytes = fits
    ? scratch.subarray(0, encoder.encodeInto(text, scratch).written)
    : encoder.encode(text)
  return hash('sha256', bytes, 'hex')
}

/** Bytes that one UTF-16 code unit takes in UTF-8, at most. */
const UTF8_BYTES_MAX = 3
const encoder = new TextEncoder()
/** Encoding into the same memory and hashing in one call takes 4.8 µs for 1.2 KB; `createHash` takes 8.9. */
const scratch = new Uint8Array(96 * 1024)

/** The body of an entry whose hash is right. Never trust a body that has not come through here. */
export function openEntry(entry: StoredEntry): Result<EntryBody, EntryProblem> {
  if (entryHash(entry.prevHash, entry.body) !== entry.hash) return err('hash')
  const body = EntryBody.safeParse(parse(entry.body))
  return body.success && body.data.seq === entry.seq ? ok(body.data) : err('body')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no entry is `undefined`, so this is refused like any other wrong body
  }
}
