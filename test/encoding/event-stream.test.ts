import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { crc32 } from '../../src/encoding/crc32.ts'
import {
  endEventStream,
  EVENT_STREAM_MESSAGE_MAX,
  openEventStream,
  pushEventStream,
} from '../../src/encoding/event-stream.ts'
import { frameOf, pushAsSse } from '../../src/encoding/event-stream-sse.ts'
import { openSse, pushSse } from '../../src/encoding/sse.ts'
import { packMessage, packSse } from './event-stream-pack.ts'

const FIXTURE = join(import.meta.dirname, '../fixtures/wire/bedrock.tools.sse')
const SSE = readFileSync(FIXTURE, 'utf8')
const PACKED = packSse(SSE)

test.each(['', '123456789', 'Grüße 👋'])('sums as zlib does: %s', (text) => {
  const bytes = new TextEncoder().encode(text)
  expect(crc32(bytes)).toBe(zlibCrc32(bytes))
})

test('reads the same frames, split at every byte', () => {
  for (let at = 0; at <= PACKED.length; at++) {
    const [half, first] = pushAsSse(openEventStream(), PACKED.subarray(0, at))
    const [whole, second] = pushAsSse(half, PACKED.subarray(at))
    expect(first + second).toBe(SSE)
    expect(endEventStream(whole)).toBe(false)
  }
})

test('reads the same frames, byte by byte', () => {
  let state = openEventStream()
  let text = ''
  for (const byte of PACKED) {
    const [next, out] = pushAsSse(state, Uint8Array.of(byte))
    state = next
    text += out
  }
  expect(text).toBe(SSE)
})

test('keeps no hold of the chunk, whose buffer may be used again', () => {
  const chunk = PACKED.slice(0, 50)
  const [half] = pushAsSse(openEventStream(), chunk)
  chunk.fill(0)
  expect(pushAsSse(half, PACKED.subarray(50))[1]).toBe(SSE)
})

test('knows a stream that ended inside a message', () => {
  const [state] = pushEventStream(openEventStream(), PACKED.subarray(0, -1))
  expect(endEventStream(state)).toBe(true)
})

test('finds every byte that was changed, reads nothing after it, and says so once', () => {
  const first = packSse(`${SSE.split('\n\n')[0]}\n\n`)
  for (let at = 0; at < first.length; at++) {
    const bytes = Uint8Array.from([...first, ...PACKED])
    bytes[at] = (bytes[at] ?? 0) ^ 0x40
    const [state, text] = pushAsSse(openEventStream(), bytes)
    expect(state.isDamaged).toBe(true)
    expect(pushSse(openSse(), text)[1]).toEqual([
      { event: 'error', data: expect.stringContaining('malformed_frame') },
    ])
    expect(pushAsSse(state, PACKED)[1]).toBe('')
  }
})

describe('refuses lengths that cannot be, without waiting for them', () => {
  test.each([
    ['longer than any message', EVENT_STREAM_MESSAGE_MAX + 1, 0],
    ['shorter than its own frame', 15, 0],
    ['headers that reach past the end', 100, 90],
  ])('%s', (_name, totalBytes, headerBytes) => {
    const prelude = new DataView(new ArrayBuffer(12))
    prelude.setUint32(0, totalBytes)
    prelude.setUint32(4, headerBytes)
    prelude.setUint32(8, zlibCrc32(new Uint8Array(prelude.buffer, 0, 8)))
    const [state] = pushEventStream(openEventStream(), new Uint8Array(prelude.buffer))
    expect(state.isDamaged).toBe(true)
  })
})

test.each([
  ['a name past the end', Uint8Array.of(9, 0x61)],
  ['a value past the end', Uint8Array.of(1, 0x61, 7, 0, 9, 0x62)],
  ['a length past the end', Uint8Array.of(1, 0x61, 7, 0)],
  ['a type that nobody knows', Uint8Array.of(1, 0x61, 10)],
])('does not trust headers with %s', (_name, headers) => {
  const [state] = pushEventStream(openEventStream(), packMessage(headers, new Uint8Array(0)))
  expect(state.isDamaged).toBe(true)
})

test('skips headers that are no texts', () => {
  const headers = Uint8Array.of(1, 0x61, 0, 1, 0x62, 4, 0, 0, 0, 7, 1, 0x63, 7, 0, 1, 0x78)
  const [, messages] = pushEventStream(
    openEventStream(),
    packMessage(headers, new TextEncoder().encode('{}')),
  )
  expect(messages.map((message) => message.headers)).toEqual([{ c: 'x' }])
})

test.each([
  [
    'an exception',
    { ':message-type': 'exception', ':exception-type': 'throttlingException' },
    '{"message":"Too many tokens"}',
    { message: 'Too many tokens', type: 'throttlingException' },
  ],
  [
    'an exception without words',
    { ':message-type': 'exception', ':exception-type': 'internalServerException' },
    '',
    { message: '', type: 'internalServerException' },
  ],
  [
    'an error',
    { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'An error' },
    '',
    { message: 'An error', type: 'InternalError' },
  ],
])('tells %s as an error', (_name, headers, payload, error) => {
  const frame = frameOf({ headers, payload: new TextEncoder().encode(payload) })
  expect(frame).toBe(`event: error\ndata: ${JSON.stringify({ error })}\n\n`)
})

const RECORDED = join(
  import.meta.dirname,
  '../../../shared/data/wire/apisix/t/fixtures/bedrock/bedrock-converse-streaming.bin',
)

test.skipIf(!existsSync(RECORDED))('reads what others have packed', () => {
  const [state, messages] = pushEventStream(openEventStream(), readFileSync(RECORDED))
  expect(endEventStream(state)).toBe(false)
  expect(messages.map(({ headers }) => headers[':event-type'])).toEqual(
    expect.arrayContaining(['messageStart', 'contentBlockDelta', 'messageStop', 'metadata']),
  )
})
