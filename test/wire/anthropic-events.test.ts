import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent, ChatReply, Finish } from '../../src/domain/chat.ts'
import { openAnthropicRenderer } from '../../src/wire/anthropic-events.ts'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { renderAnthropicReply } from '../../src/wire/anthropic-reply-render.ts'
import { objectOf, objectsOf, parseObject, textOf } from '../../src/wire/read.ts'
import { collect, readStream } from '../contract/collect.ts'
import { eventsOf, replies } from './spoken-replies.ts'

const META = { id: 'msg_1', model: 'm', request: '{"thinking":{"type":"adaptive"}}' }

const render = (reply: ChatReply, request = META.request): string =>
  renderAnthropicReply(reply, { ...META, request })

const start: ChatEvent = { type: 'start', id: 'x', model: 'y' }
const toolStart = (index: number): ChatEvent => ({
  type: 'tool-start',
  choice: 0,
  index,
  id: `t${index}`,
  name: `f${index}`,
})
const args = (index: number, text: string): ChatEvent => ({
  type: 'tool-arguments',
  choice: 0,
  index,
  text,
})
const ends: ChatEvent = { type: 'finish', choice: 0, finish: 'stop', rawFinish: 'stop' }
const says = (text: string): ChatEvent => ({ type: 'text', choice: 0, text })
const thinks = (text: string): ChatEvent => ({ type: 'reasoning', choice: 0, text })

describe('an answer for an Anthropic client', () => {
  test('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(replies('anthropic'), (reply) => {
        const read = anthropicMessages.parseReply(render(reply))
        expect(read).toMatchObject({ ok: true, value: written(reply) })
      }),
      { numRuns: 300 },
    )
  })

  test('shows thinking only to those who ask for it', () => {
    const reply = { id: 'x', model: 'y', usage: undefined, choices: [THINKING] }
    const typesOf = (request: string) =>
      objectsOf(parseObject(render(reply, request))?.['content']).map(({ type }) => type)
    expect(typesOf('{"messages":"\\"thinking\\":{\\"type\\":\\"enabled\\"}"}')).toEqual(['text'])
    expect(typesOf('{"thinking": { "budget_tokens": 1024, "type": "enabled" }}')).toEqual([
      'thinking',
      'text',
    ])
  })
})

/** What is left of a reply: this dialect has no word for failing, and calls are always what an answer ends for. */
function written({ choices, usage }: ChatReply) {
  return {
    usage,
    choices: choices.map(({ finish, rawFinish: _raw, ...choice }) => ({
      ...choice,
      finish: finishOf(finish, choice.toolCalls.length),
    })),
  }
}

function finishOf(finish: Finish, calls: number): Finish {
  if (finish === 'error') return 'length'
  return finish === 'stop' && calls > 0 ? 'tool-calls' : finish
}

const THINKING = {
  index: 0,
  text: 'so',
  refusal: undefined,
  reasoning: 'hm',
  toolCalls: [],
  finish: 'stop' as const,
  rawFinish: 'stop',
}

/** Writes events and reads the frames back. */
function write(events: readonly ChatEvent[], request = META.request): string {
  let renderer = openAnthropicRenderer({ ...META, request })
  let text = ''
  for (const event of events) {
    const [next, out] = renderer.push(event)
    renderer = next
    text += out
  }
  return text + renderer.end()
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Event names, each with the index and kind of block that it is about. */
function outline(stream: string): string[] {
  return [...stream.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, event, json]) => {
    const data = parseObject(json ?? '') ?? {}
    expect(data['type']).toBe(event)
    const kind =
      textOf(objectOf(data['content_block'])['type']) ?? textOf(objectOf(data['delta'])['type'])
    const index = typeof data['index'] === 'number' ? ` ${data['index']}` : ''
    return `${event}${index}${kind === undefined ? '' : ` ${kind}`}`
  })
}

describe('a stream for an Anthropic client', () => {
  test('has one block after another, each begun and ended', () => {
    const stream = write([
      start,
      thinks('h'),
      thinks('m'),
      says('a'),
      says('b'),
      toolStart(0),
      ends,
    ])
    expect(outline(stream)).toEqual([
      'message_start',
      'ping',
      'content_block_start 0 thinking',
      'content_block_delta 0 thinking_delta',
      'content_block_delta 0 thinking_delta',
      'content_block_stop 0',
      'content_block_start 1 text',
      'content_block_delta 1 text_delta',
      'content_block_delta 1 text_delta',
      'content_block_stop 1',
      'content_block_start 2 tool_use',
      'content_block_delta 2 input_json_delta',
      'content_block_stop 2',
      'message_delta',
      'message_stop',
    ])
    expect(stream).toContain('"stop_reason":"tool_use"')
  })

  test.each<[string, readonly ChatEvent[]]>([
    ['one after the other', [toolStart(0), args(0, '{"a":1}'), toolStart(1), args(1, '{"b":2}')]],
    ['both begun first', [toolStart(0), toolStart(1), args(0, '{"a":1}'), args(1, '{"b":2}')]],
    [
      'in turns',
      [
        toolStart(0),
        args(0, '{"a"'),
        toolStart(1),
        args(1, '{"b"'),
        args(0, ':1}'),
        args(1, ':2}'),
      ],
    ],
  ])('never lets the arguments of two calls overlap: %s', (_name, events) => {
    const stream = write([start, ...events, says('end'), ends])
    const blocks = outline(stream).filter((line) => /block_(?:start|stop)/.test(line))
    expect(blocks).toEqual([
      'content_block_start 0 tool_use',
      'content_block_stop 0',
      'content_block_start 1 tool_use',
      'content_block_stop 1',
      'content_block_start 2 text',
      'content_block_stop 2',
    ])
    const read = readStream(anthropicMessages, bytesOf(stream))
    expect(read.calls.map((call) => call.arguments)).toEqual(['{"a":1}', '{"b":2}'])
    expect(read.text).toBe('end')
  })

  test('tells an error as one, and does not say that the message has ended', () => {
    const stream = write([start, says('a'), { type: 'error', message: 'broke', code: undefined }])
    expect(outline(stream).at(-1)).toBe('error')
    expect(stream).toContain('"error":{"type":"api_error","message":"broke"}')
  })

  test('holds what a reply holds', () => {
    fc.assert(
      fc.property(replies('anthropic'), fc.nat(7), (reply, cut) => {
        const [choice] = reply.choices
        const stream = write(eventsOf(reply, cut))
        const read = readStream(anthropicMessages, bytesOf(stream))
        const expected = written(reply)
        expect(read).toMatchObject({
          text: choice?.text,
          reasoning: choice?.reasoning ?? '',
          calls: choice?.toolCalls.map(({ signature: _signature, ...call }) => call),
          finish: expected.choices[0]?.finish,
          usage: reply.usage,
          errors: [],
          leftover: false,
        })
        const signatures = read.events.flatMap((event) =>
          event.type === 'reasoning' && event.signature !== undefined ? [event.signature] : [],
        )
        expect(signatures).toEqual((choice?.thoughts ?? []).map(({ signature }) => signature))
      }),
      { numRuns: 300 },
    )
  })
})

test('the events of a reply amount to it', () => {
  const reply = { id: 'x', model: 'y', usage: undefined, choices: [THINKING] }
  expect(collect(eventsOf(reply, 1), false)).toMatchObject({ text: 'so', reasoning: 'hm' })
})
