import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/domain/chat.ts'
import { openaiChat, openChatRenderer } from '../../src/wire/openai-chat.ts'
import { objectsOf, parseObject } from '../../src/wire/read.ts'
import { collect, readStream } from '../contract/collect.ts'

/** The deltas of all chunks, in order. */
const deltasOf = (text: string): unknown[] =>
  [...text.matchAll(/^data: (\{.*\})$/gm)]
    .flatMap(([, json]) => objectsOf(parseObject(json ?? '')?.['choices']))
    .map((choice) => choice['delta'])

describe('a stream for the client', () => {
  const meta = { id: 'id', model: 'm', createdS: 7, wantsUsage: true }
  const usage = {
    input: 3,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 2,
    reasoning: 0,
  }
  const write = (events: readonly ChatEvent[], wantsUsage: boolean): string => {
    let renderer = openChatRenderer({ ...meta, wantsUsage })
    let text = ''
    for (const event of events) {
      const [next, out] = renderer.push(event)
      renderer = next
      text += out
    }
    return text + renderer.end()
  }
  const EVENTS: ChatEvent[] = [
    { type: 'start', id: 'x', model: 'y' },
    { type: 'tool-start', choice: 0, index: 0, id: 'c1', name: 'f' },
    { type: 'tool-arguments', choice: 0, index: 0, text: '{}' },
    { type: 'usage', usage },
    { type: 'finish', choice: 0, finish: 'tool-calls', rawFinish: 'tool_use' },
  ]

  test('keeps log probabilities with the words that they belong to', () => {
    const logprobs = [{ token: 'So', logprob: -0.5, bytes: null, top_logprobs: [] }]
    const stream = write([{ type: 'text', choice: 0, text: 'So', logprobs }], false)
    expect(stream).toContain(`"logprobs":{"content":${JSON.stringify(logprobs)},"refusal":null}`)
    const read = readStream(openaiChat, new TextEncoder().encode(stream))
    expect(read.events).toContainEqual({ type: 'text', choice: 0, text: 'So', logprobs })
  })

  test('gives a call its id, type and name first, then fragments', () => {
    expect(deltasOf(write(EVENTS, true))).toEqual([
      { role: 'assistant', content: '', refusal: null },
      {
        tool_calls: [
          { index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      {},
    ])
  })

  test('ends with usage if it was asked for, and always with [DONE]', () => {
    const asked = write(EVENTS, true)
    expect(asked).toMatch(/"choices":\[\],"usage":\{"prompt_tokens":3.*\n\ndata: \[DONE\]\n\n$/)
    expect(asked.match(/"usage":null/g)).toHaveLength(4)
    const unasked = write(EVENTS, false)
    expect(unasked).not.toContain('usage')
    expect(unasked).toMatch(/\n\ndata: \[DONE\]\n\n$/)
  })

  test('gives each choice a role', () => {
    const events: ChatEvent[] = [
      { type: 'text', choice: 1, text: 'b' },
      { type: 'text', choice: 1, text: 'c' },
    ]
    expect(deltasOf(write(events, false))).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'b' },
      { content: 'c' },
    ])
  })

  test('does not say that a stream is done that broke off with an error', () => {
    const text = write([...EVENTS.slice(0, 2), { type: 'error', message: 'over', code: 'x' }], true)
    expect(text).toMatch(
      /data: \{"error":\{"message":"over","type":"upstream_error","param":null,"code":"x"\}\}\n\n$/,
    )
  })

  test('is read back as the same events', () => {
    const text = write(EVENTS, true)
    const again = readStream(openaiChat, new TextEncoder().encode(text))
    expect(again).toMatchObject({
      ...collect(EVENTS, false),
      events: expect.anything(),
      rawFinish: 'tool_calls',
    })
  })
})
