import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SSE_FRAME_MAX } from '../../src/encoding/sse.ts'
import { endTap, openTap, pushTap, type Tap } from '../../src/wire/openai-chat-tap.ts'

const encode = (text: string) => new TextEncoder().encode(text)

function read(chunks: readonly Uint8Array[], stripUsageChunk: boolean): { tap: Tap; text: string } {
  let tap = openTap({ stripUsageChunk })
  const out: Uint8Array[] = []
  for (const chunk of chunks) {
    const [next, bytes] = pushTap(tap, chunk)
    tap = next
    if (bytes !== undefined) out.push(bytes.slice())
    chunk.fill(0) // the upstream's buffer is used again
  }
  const [last, bytes] = endTap(tap)
  if (bytes !== undefined) out.push(bytes)
  return { tap: last, text: Buffer.concat(out).toString() }
}

const chunk = (rest: object): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'm', ...rest })}\n\n`
const delta = (value: object, finish: string | null = null) =>
  chunk({ choices: [{ index: 0, delta: value, finish_reason: finish }], usage: null })
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
const DONE = 'data: [DONE]\n\n'
const ROLE = delta({ role: 'assistant', content: '' })
const HELLO = delta({ content: 'Grüße 👋, "usage":{"prompt_tokens":1} \n\ndata: [DONE]' })
const STOP = delta({}, 'stop')
const USAGE = chunk({ choices: [], usage, service_tier: 'default' })

describe('the tap of a passing stream', () => {
  test('reads usage, finish, model and tier, and strips the chunk that nobody asked for', () => {
    const { tap, text } = read([encode(ROLE + HELLO + STOP + USAGE + DONE)], true)
    expect(text).toBe(ROLE + HELLO + STOP + DONE)
    expect(tap).toMatchObject({
      usage: { input: 5, output: 2 },
      finish: 'stop',
      done: true,
      firstToken: true,
      error: false,
      model: 'm',
      serviceTier: 'default',
    })
  })

  test.each<[string, string, boolean, string, Partial<Tap>]>([
    ['keeps the usage chunk that was asked for', USAGE + DONE, false, USAGE + DONE, { done: true }],
    [
      'keeps usage that comes with the last choice',
      chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }], usage }),
      true,
      chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }], usage }),
      { finish: 'length' },
    ],
    [
      'keeps a chunk without choices that has no usage',
      chunk({ choices: [], prompt_filter_results: [] }),
      true,
      chunk({ choices: [], prompt_filter_results: [] }),
      { usage: undefined },
    ],
    ['sees no token in a role', ROLE, true, ROLE, { firstToken: false }],
    [
      'sees a token in a tool call',
      delta({ tool_calls: [{ index: 0 }] }),
      true,
      delta({ tool_calls: [{ index: 0 }] }),
      { firstToken: true },
    ],
    [
      'sees a token in reasoning',
      delta({ reasoning_content: 'x' }),
      true,
      delta({ reasoning_content: 'x' }),
      { firstToken: true },
    ],
    [
      'sees an error',
      'data: {"error": {"message":"x"}}\n\n',
      true,
      'data: {"error": {"message":"x"}}\n\n',
      { error: true, done: false },
    ],
    [
      'sees an old error object',
      'data: {"object":"error","message":"x"}\n\n',
      true,
      'data: {"object":"error","message":"x"}\n\n',
      { error: true },
    ],
    [
      'takes null for no error',
      `${HELLO}data: {"error": null}\n\n`,
      true,
      `${HELLO}data: {"error": null}\n\n`,
      { error: false },
    ],
    [
      'reads spaces as some servers write them',
      `${HELLO}data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}\n\n`,
      true,
      HELLO,
      {
        usage: {
          input: 3,
          output: 1,
          cachedInput: 0,
          cacheWrite5m: 0,
          cacheWrite1h: 0,
          reasoning: 0,
        },
      },
    ],
    [
      'reads usage in its own place at Groq',
      `${HELLO}${chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { usage } })}`,
      true,
      `${HELLO}${chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { usage } })}`,
      { finish: 'stop' },
    ],
    ['passes comments', `: ping\n\n${HELLO}`, true, `: ping\n\n${HELLO}`, { firstToken: true }],
    [
      'ends what the upstream left open',
      `${HELLO}data: [DONE]`,
      true,
      `${HELLO}data: [DONE]\n\n`,
      { done: true },
    ],
    ['drops a frame that was cut', `${HELLO}data: {"choi`, true, HELLO, { done: false }],
    [
      'forwards what is not JSON',
      'data: <html>\n\n',
      true,
      'data: <html>\n\n',
      { firstToken: false, error: false },
    ],
  ])('%s', (_name, text, strip, expected, state) => {
    const result = read([encode(text)], strip)
    expect(result.text).toBe(expected)
    expect(result.tap).toMatchObject(state)
  })

  test('gives the same bytes and state however the stream is cut', () => {
    const frames = fc.array(
      fc.constantFrom(ROLE, HELLO, STOP, USAGE, DONE, ': ping\n\n', 'event: x\ndata: y\n\n'),
      { minLength: 1, maxLength: 10 },
    )
    const cuts = fc.array(fc.nat(1500), { maxLength: 20 })
    fc.assert(
      fc.property(frames, cuts, fc.boolean(), fc.boolean(), (parts, at, strip, crlf) => {
        const stream = parts.join('')
        const bytes = encode(crlf ? stream.replaceAll('\n', '\r\n') : stream)
        const ends = [...at.filter((cut) => cut < bytes.length), bytes.length].toSorted(
          (a, b) => a - b,
        )
        const chunks = ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end))
        const single = [...bytes].map((byte) => Uint8Array.of(byte))
        const expected = parts.filter((part) => !strip || part !== USAGE).join('')
        const whole = read([bytes], strip)
        expect(whole.text).toBe(crlf ? expected.replaceAll('\n', '\r\n') : expected)
        expect(read(chunks, strip)).toEqual(whole)
        expect(read(single, strip)).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })

  test('passes on a frame that is too large to hold, and reads on after it', () => {
    const piece = encode('x'.repeat(1024 * 1024))
    const pieces = Array.from({ length: SSE_FRAME_MAX / piece.length + 2 }, () => piece.slice())
    const { tap, text } = read([encode('data: "'), ...pieces, encode(`"\n\n${STOP}${USAGE}`)], true)
    expect(text.length).toBe(7 + pieces.length * piece.length + 3 + STOP.length)
    expect(tap).toMatchObject({ finish: 'stop', usage: { input: 5 }, unread: false })
  })
})
