import { expect, test } from 'vitest'
import { endLines, openLines, pushLines } from '../../src/encoding/lines.ts'
import { SSE_FRAME_MAX } from '../../src/encoding/sse.ts'

/** All frames of a stream that comes in these pieces. */
function read(pieces: readonly string[]): string[] {
  let state = openLines()
  const data: string[] = []
  for (const piece of pieces) {
    const [next, frames] = pushLines(state, piece)
    state = next
    data.push(...frames.map((frame) => frame.data))
  }
  return [...data, ...endLines(state).map((frame) => frame.data)]
}

test.each<[string, string, string[]]>([
  ['ends with LF', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
  ['ends with CRLF', '{"a":1}\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']],
  ['ends with nothing', '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
  ['holds empty lines', '\n{"a":1}\n\n \r\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
  ['begins with a byte order mark', '\uFEFF{"a":"é😀"}\n', ['{"a":"é😀"}']],
])('a stream that %s is read, wherever it is cut', (_name, stream, expected) => {
  expect(read([stream])).toEqual(expected)
  expect(read(Array.from(stream))).toEqual(expected)
  for (let at = 0; at <= stream.length; at++)
    expect(read([stream.slice(0, at), stream.slice(at)])).toEqual(expected)
})

test('a line without end is not kept for ever', () => {
  const piece = 'x'.repeat(1024 * 1024)
  let state = openLines()
  for (let size = 0; size <= SSE_FRAME_MAX; size += piece.length) [state] = pushLines(state, piece)
  expect(state).toEqual({ line: '', overflowed: true })
  expect(pushLines(state, '\n{"a":1}\n')[1]).toEqual([])
})
