import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { surfaces } from '../../src/surfaces/index.ts'
import { wires } from '../../src/wire/index.ts'
import type { Wire } from '../../src/wire/wire.ts'
import { readingRelay, translatingRelay } from '../../src/worker/relay.ts'

const META = { id: 'r', model: 'm', createdS: 1, wantsUsage: true, request: '{}' }
const UTF8 = new TextEncoder()

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures/wire', name), 'utf8')

/** What a client of OpenAI's chat gets of a stream that comes in these pieces. */
function relayed(wire: Wire, pieces: readonly Uint8Array[]): string {
  const relay = translatingRelay(wire, surfaces['openai-chat'].openStream(META))
  const out = pieces.map((piece) => relay.push(piece))
  return Buffer.concat([...out, relay.end()].map((each) => each ?? new Uint8Array())).toString()
}

const LINES =
  '\uFEFF{"model":"q","message":{"role":"assistant","content":"Grüße "},"done":false}\r\n\n' +
  '{"model":"q","message":{"role":"assistant","content":"👋"},"done":false}\n' +
  '{"model":"q","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":2}'

const withCrlf = (stream: string): string => stream.replaceAll('\n', '\r\n')
const withComments = (stream: string): string =>
  `\uFEFF: hello\n\n${stream.replaceAll('\n\n', '\n\n: ping\n\nevent: nothing\n\n')}`
const withoutEnd = (stream: string): string => stream.trimEnd()
/** The JSON of each frame over several lines. */
const overLines = (stream: string): string => stream.replaceAll(',"delta"', ',\ndata: "delta"')

describe('a stream means the same, wherever its bytes are cut', () => {
  test.each<[string, Wire, string]>([
    ['as it is', wires.gemini, fixture('gemini.text.sse')],
    ['with CRLF', wires['anthropic-messages'], withCrlf(fixture('anthropic.text.sse'))],
    [
      'with comments, and events that are nothing',
      wires['mistral-chat'],
      withComments(fixture('mistral.text.sse')),
    ],
    [
      'without its last line’s end',
      wires['deepseek-chat'],
      withoutEnd(fixture('deepseek.text.sse')),
    ],
    ['with data over several lines', wires['mistral-chat'], overLines(fixture('mistral.text.sse'))],
    ['of lines', wires.ollama, LINES],
  ])('%s', (_name, wire, stream) => {
    const bytes = UTF8.encode(stream)
    const whole = relayed(wire, [bytes])
    expect(whole).toContain('Grü')
    expect(whole).toMatch(/\[DONE\]\n\n$/)
    for (let at = 1; at < bytes.length; at++) {
      const cut = relayed(wire, [bytes.subarray(0, at), bytes.subarray(at)])
      if (said(cut) !== said(whole)) throw new Error(`cut at byte ${at} it is another`)
    }
  })
})

/** The deltas of a stream, put together: pieces may be cut otherwise. */
const said = (stream: string): string =>
  [...stream.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join('') +
  stream.slice(stream.lastIndexOf('"finish_reason":"stop"'))

const text = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
const end = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

describe('a stream with something wrong in it', () => {
  test('is read on past bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from(text('a')),
      Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"'),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from('"}}]}\n\n'),
      Buffer.from(text('z') + end),
    ])
    const out = relayed(wires['openai-chat'], [bytes])
    expect(out).toContain('"content":"\uFFFD\uFFFD("')
    expect(out).toContain('"content":"z"')
    expect(out).toContain('[DONE]')
  })

  test('is read past an event of more than a megabyte', () => {
    const large = 'x'.repeat(1_200_000)
    const out = relayed(wires['openai-chat'], [UTF8.encode(text(large) + text('z') + end)])
    expect(out).toContain(large)
    expect(out).toContain('"content":"z"')
  })

  test('is not said to be whole after an event without end', () => {
    const relay = readingRelay(surfaces['anthropic-messages'], wires['anthropic-messages'])
    const piece = UTF8.encode('x'.repeat(1024 * 1024))
    relay.push(UTF8.encode('event: message_start\ndata: '))
    for (let count = 0; count < 10; count++) relay.push(piece)
    relay.push(UTF8.encode('\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'))
    relay.end()
    expect(relay.seen()).toMatchObject({ complete: false, firstToken: false })
  })
})
