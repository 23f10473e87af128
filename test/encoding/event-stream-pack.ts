import { crc32 } from 'node:zlib'
import { openSse, pushSse } from '../../src/encoding/sse.ts'

const UTF8 = new TextEncoder()

/** One message of an AWS event stream. */
export function packMessage(headers: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + headers.length + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length)
  view.setUint32(4, headers.length)
  view.setUint32(8, crc32(bytes.subarray(0, 8)))
  bytes.set(headers, 12)
  bytes.set(payload, 12 + headers.length)
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)))
  return bytes
}

const TEXT = 7

function packHeader(name: string, value: string): number[] {
  const [key, text] = [UTF8.encode(name), UTF8.encode(value)]
  return [key.length, ...key, TEXT, text.length >> 8, text.length & 0xff, ...text]
}

/** A web event stream as Bedrock would send it: each frame a message of the type that the frame is called. */
export function packSse(sse: string): Uint8Array {
  const messages = pushSse(openSse(), sse)[1].map(({ event = '', data }) =>
    packMessage(
      Uint8Array.from([
        ...packHeader(':event-type', event),
        ...packHeader(':content-type', 'application/json'),
        ...packHeader(':message-type', 'event'),
      ]),
      UTF8.encode(data),
    ),
  )
  return Uint8Array.from(messages.flatMap((message) => [...message]))
}
