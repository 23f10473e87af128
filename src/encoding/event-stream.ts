import { crc32 } from './crc32.ts'

/**
 * AWS's event stream (`application/vnd.amazon.eventstream`): messages of a prelude (total length, length of the headers,
 * CRC-32 of these two), headers, a payload, and a CRC-32 of all that. All numbers are big-endian.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html and
 * https://smithy.io/2.0/aws/amazon-eventstream.html.
 */
export type EventStreamMessage = {
  /** Headers whose value is a text; those of other types are skipped. */
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

/** A stream being read. Nothing is mutated: `pushEventStream` answers the next state. */
export type EventStreamState = {
  /** The message that has not ended yet. */
  readonly held: Uint8Array
  /** A checksum or a length was wrong: nothing after it can be trusted, so it is not read any further. */
  readonly isDamaged: boolean
}

/** Bytes of one message: more than the format allows (payload 16 MiB), so larger means damaged. */
export const EVENT_STREAM_MESSAGE_MAX = 24 * 1024 * 1024

const PRELUDE_BYTES = 12
const CRC_BYTES = 4
const OVERHEAD_BYTES = PRELUDE_BYTES + CRC_BYTES

export const openEventStream = (): EventStreamState => ({
  held: new Uint8Array(0),
  isDamaged: false,
})

/** Reads on, and answers the messages that ended, each checked against its sums. */
export function pushEventStream(
  state: EventStreamState,
  chunk: Uint8Array,
): readonly [EventStreamState, readonly EventStreamMessage[]] {
  if (state.isDamaged) return [state, []]
  const bytes = joined(state.held, chunk)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const messages: EventStreamMessage[] = []
  let at = 0
  while (bytes.length - at >= PRELUDE_BYTES) {
    const totalBytes = view.getUint32(at)
    const headerBytes = view.getUint32(at + 4)
    const isSound =
      crc32(bytes.subarray(at, at + 8)) === view.getUint32(at + 8) &&
      totalBytes <= EVENT_STREAM_MESSAGE_MAX &&
      totalBytes >= OVERHEAD_BYTES + headerBytes
    if (!isSound) return [DAMAGED, messages]
    const end = at + totalBytes
    if (bytes.length < end) break
    const sumAt = end - CRC_BYTES
    if (crc32(bytes.subarray(at, sumAt)) !== view.getUint32(sumAt)) return [DAMAGED, messages]
    const payloadAt = at + PRELUDE_BYTES + headerBytes
    const headers = readHeaders(bytes.subarray(at + PRELUDE_BYTES, payloadAt))
    if (headers === undefined) return [DAMAGED, messages]
    messages.push({ headers, payload: bytes.slice(payloadAt, sumAt) })
    at = end
  }
  // A copy: the owner of the chunk may use its buffer again.
  return [{ held: bytes.slice(at), isDamaged: false }, messages]
}

/** True if the stream ended inside a message: what was left of it is lost. */
export const endEventStream = ({ held, isDamaged }: EventStreamState): boolean =>
  isDamaged || held.length > 0

const DAMAGED: EventStreamState = { held: new Uint8Array(0), isDamaged: true }
const UTF8 = new TextDecoder()

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return chunk
  const all = new Uint8Array(held.length + chunk.length)
  all.set(held)
  all.set(chunk, held.length)
  return all
}

/** Bytes of a value by its type; the two that tell their own length are 6 (bytes) and 7 (text). */
const VALUE_BYTES: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16]
const TEXT = 7

/** Undefined if they do not add up. */
function readHeaders(bytes: Uint8Array): Record<string, string> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headers: Record<string, string> = {}
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + view.getUint8(at)
    if (nameEnd + 1 > bytes.length) return undefined
    const name = UTF8.decode(bytes.subarray(at + 1, nameEnd))
    const type = view.getUint8(nameEnd)
    let length = VALUE_BYTES[type]
    let valueAt = nameEnd + 1
    if (length === undefined) return undefined
    if (length < 0) {
      if (valueAt + 2 > bytes.length) return undefined
      length = view.getUint16(valueAt)
      valueAt += 2
    }
    at = valueAt + length
    if (at > bytes.length) return undefined
    if (type === TEXT) headers[name] = UTF8.decode(bytes.subarray(valueAt, at))
  }
  return headers
}
