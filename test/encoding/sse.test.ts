import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  endSse,
  openSse,
  pushSse,
  renderSse,
  SSE_FRAME_MAX,
  type SseFrame,
} from '../../src/encoding/sse.ts'

function read(chunks: readonly string[]): { frames: SseFrame[]; leftover: boolean } {
  let state = openSse()
  const frames: SseFrame[] = []
  for (const chunk of chunks) {
    const [next, found] = pushSse(state, chunk)
    state = next
    frames.push(...found)
  }
  return { frames, leftover: endSse(state) }
}

const frame = (data: string, event?: string): SseFrame => ({ event, data })

describe('an event stream', () => {
  test.each<[string, string, SseFrame[]]>([
    ['reads one line of data', 'data: a\n\n', [frame('a')]],
    [
      'takes one space after the colon, not two',
      'data:  a\n\ndata:b\n\n',
      [frame(' a'), frame('b')],
    ],
    ['joins several lines of data', 'data: a\ndata: b\n\n', [frame('a\nb')]],
    [
      'reads the event, for this frame only',
      'event: x\ndata: a\n\ndata: b\n\n',
      [frame('a', 'x'), frame('b')],
    ],
    [
      'ends lines with CRLF',
      'event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n',
      [frame('a', 'x'), frame('b')],
    ],
    ['ends lines with CR', 'data: a\r\rdata: b\r\r', [frame('a'), frame('b')]],
    ['ignores comments and pings', ': ping\n\ndata: a\n: more\n\n:\n\n', [frame('a')]],
    ['ignores a byte order mark at the start', '\uFEFFdata: a\n\n', [frame('a')]],
    ['keeps a byte order mark inside', 'data: \uFEFFa\n\n', [frame('\uFEFFa')]],
    [
      'ignores fields that it does not know',
      'id: 1\nretry: 3\ndatabase: x\neventual: y\ndata: a\n\n',
      [frame('a')],
    ],
    ['gives no frame for an event without data', 'event: x\n\ndata\n\n', []],
    ['reads a colon inside the value', 'data: {"a":1}\n\n', [frame('{"a":1}')]],
  ])('%s', (_name, text, frames) => {
    expect(read([text])).toEqual({ frames, leftover: false })
    expect(read(text.split(''))).toEqual({ frames, leftover: false })
  })

  test.each([
    ['an unfinished line', 'data: a\n\ndata: {"b'],
    ['a line without the blank one', 'data: a\n\ndata: b\n'],
  ])('says that something is left after %s', (_name, text) => {
    expect(read([text])).toEqual({ frames: [frame('a')], leftover: true })
  })

  test('stops at a frame that is too long, and gives what came before', () => {
    const piece = 'x'.repeat(64 * 1024)
    const chunks = [
      'data: a\n\ndata: ',
      ...Array.from({ length: SSE_FRAME_MAX / piece.length + 1 }, () => piece),
    ]
    expect(read([...chunks, '\n\ndata: b\n\n'])).toEqual({ frames: [frame('a')], leftover: true })
  })

  test('gives the same frames however it is cut', () => {
    const piece = fc.constantFrom(
      'data',
      'event',
      ':',
      ' ',
      '\n',
      '\r',
      '\r\n',
      'x',
      'é',
      '\n\n',
      'data: y\n',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        (pieces, cuts) => {
          const text = pieces.join('')
          const at = [...cuts.filter((cut) => cut <= text.length), text.length].toSorted(
            (a, b) => a - b,
          )
          const chunks = at.map((end, index) => text.slice(at[index - 1] ?? 0, end))
          expect(read(chunks)).toEqual(read([text]))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('reads what it writes', () => {
    const data = fc.string().filter((text) => text !== '' && !text.includes('\r'))
    fc.assert(
      fc.property(data, (text) => {
        expect(read([renderSse(text), renderSse(text, 'x')]).frames).toEqual([
          frame(text),
          frame(text, 'x'),
        ])
      }),
    )
  })
})
