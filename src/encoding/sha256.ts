import { hash } from 'node:crypto'

/** Bytes that one UTF-16 code unit takes in UTF-8, at most. */
const UTF8_BYTES_MAX = 3
const encoder = new TextEncoder()
/** Encoding into the same memory and hashing in one call takes 4.8 µs for 1.2 KB in workerd; `createHash` takes 8.9. */
const scratch = new Uint8Array(96 * 1024)

/** SHA-256 of a text in UTF-8, as lower-case hex. */
export function sha256Hex(text: string): string {
  const fits = text.length * UTF8_BYTES_MAX <= scratch.length
  const bytes = fits
    ? scratch.subarray(0, encoder.encodeInto(text, scratch).written)
    : encoder.encode(text)
  return hash('sha256', bytes, 'hex')
}
