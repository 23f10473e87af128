import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type {
  ChatEvent,
  ChatMessage,
  ChatReply,
  ChatRequest,
  Finish,
} from '../../src/domain/chat.ts'
import { openAnthropicRenderer } from '../../src/wire/anthropic-events.ts'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { parseAnthropicRequest } from '../../src/wire/anthropic-parse.ts'
import { renderAnthropicReply } from '../../src/wire/anthropic-reply-render.ts'
import { objectOf, objectsOf, parseObject, textOf } from '../../src/wire/read.ts'
import { collect, readStream } from '../contract/collect.ts'
import { eventsOf, replies, spokenConversations } from './spoken.ts'

const META = { id: 'msg_1', model: 'm', request: '{"thinking":{"type":"adaptive"}}' }

const parse = (body: object): ChatRequest =>
  parseAnthropicRequest(JSON.stringify({ model: 'm', max_tokens: 9, messages: [], ...body }))

const firstOf = (content: unknown, role = 'user'): readonly ChatMessage[] =>
  parse({ messages: [{ role, content }] }).messages

describe('a request of an Anthropic client', () => {
  test.each<[string, unknown, readonly unknown[]]>([
    ['text as a string', 'hi', [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]],
    [
      'an image as base64',
      [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }],
      [{ parts: [{ type: 'image', source: { mediaType: 'image/png', data: 'AA==' } }] }],
    ],
    [
      'an image by its address',
      [{ type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } }],
      [{ parts: [{ type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } }] }],
    ],
    [
      'a stored image',
      [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }],
      [{ parts: [{ type: 'image', source: { type: 'id', id: 'file_1' } }] }],
    ],
    [
      'a PDF under its title',
      [
        {
          type: 'document',
          title: 'T',
          source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
        },
      ],
      [{ parts: [{ type: 'file', name: 'T', source: { mediaType: 'application/pdf' } }] }],
    ],
    [
      'a document that is text, as text',
      [
        {
          type: 'document',
          title: 'T',
          context: 'C',
          source: { type: 'text', media_type: 'text/plain', data: 'D' },
        },
      ],
      [{ parts: [{ type: 'text', text: 'T\n\nC\n\nD' }] }],
    ],
    [
      'a document of blocks',
      [
        {
          type: 'document',
          source: { type: 'content', content: [{ type: 'text', text: 'D' }] },
        },
      ],
      [{ parts: [{ type: 'text', text: 'D' }] }],
    ],
    [
      'a search result',
      [
        {
          type: 'search_result',
          title: 'T',
          source: 'S',
          content: [{ type: 'text', text: 'C' }],
        },
      ],
      [{ parts: [{ type: 'text', text: 'T\nS\nC' }] }],
    ],
    [
      'results before anything else that the user says',
      [
        { type: 'tool_result', tool_use_id: 'a', content: 'one' },
        { type: 'tool_result', tool_use_id: 'b', is_error: true },
        { type: 'text', text: 'so?' },
      ],
      [
        { role: 'tool', callId: 'a', parts: [{ type: 'text', text: 'one' }] },
        { role: 'tool', callId: 'b', parts: [{ type: 'text', text: 'Error' }], isError: true },
        { role: 'user', parts: [{ type: 'text', text: 'so?' }] },
      ],
    ],
    [
      'media of a result, as what the user says after it',
      [
        {
          type: 'tool_result',
          tool_use_id: 'a',
          content: [
            { type: 'text', text: 'here' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
          ],
        },
      ],
      [
        { role: 'tool', callId: 'a', parts: [{ type: 'text', text: 'here' }] },
        { role: 'user', parts: [{ type: 'image' }] },
      ],
    ],
  ])('holds %s', (_name, content, expected) => {
    const messages = firstOf(content)
    expect(messages).toHaveLength(expected.length)
    expect(messages).toMatchObject(expected)
  })

  test('keeps thoughts with their signatures, sealed ones too, and whose they are', () => {
    const [message] = firstOf(
      [
        { type: 'thinking', thinking: 'a', signature: 'sig' },
        { type: 'redacted_thinking', data: 'sealed' },
        { type: 'thinking', thinking: 'b', signature: '' },
        { type: 'text', text: 'c' },
        { type: 'redacted_thinking', data: 'demarc.gemini.ours' },
        { type: 'tool_use', id: 't', name: 'f', input: { x: 1 } },
      ],
      'assistant',
    )
    expect(message).toEqual({
      role: 'assistant',
      parts: [{ type: 'text', text: 'c' }],
      reasoning: 'ab',
      thoughts: [
        { text: 'a', signature: { maker: 'anthropic', data: 'sig' } },
        { text: '', signature: { maker: 'anthropic', data: 'redacted.sealed' } },
      ],
      toolCalls: [
        {
          id: 't',
          name: 'f',
          arguments: '{"x":1}',
          signature: { maker: 'gemini', data: 'ours' },
        },
      ],
    })
  })

  test.each<[string, object, Partial<ChatRequest>]>([
    [
      'a system text',
      { system: 's' },
      { messages: [{ role: 'system', parts: [{ type: 'text', text: 's' }] }] },
    ],
    [
      'an effort',
      { output_config: { effort: 'high' }, thinking: { type: 'adaptive' } },
      { reasoningEffort: 'high' },
    ],
    [
      'a small budget',
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      { reasoningEffort: 'low' },
    ],
    [
      'a large budget',
      { thinking: { type: 'enabled', budget_tokens: 20_000 } },
      { reasoningEffort: 'high' },
    ],
    ['no thinking', { thinking: { type: 'disabled' } }, { reasoningEffort: 'none' }],
    [
      'thinking as the model likes',
      { thinking: { type: 'adaptive' } },
      { reasoningEffort: undefined },
    ],
    ['who asks', { metadata: { user_id: 'u' } }, { user: 'u' }],
    [
      'candidates',
      { top_k: 5, top_p: 0.5, temperature: 1 },
      { sampling: { topK: 5, topP: 0.5, temperature: 1 } },
    ],
    [
      'any tool, one at a time',
      { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
    ],
    [
      'a schema',
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      {
        responseFormat: {
          type: 'json-schema',
          name: 'response',
          schema: { type: 'object' },
          strict: true,
        },
      },
    ],
    [
      'only tools with a schema of their own',
      {
        tools: [
          { type: 'web_search_20250305', name: 'web_search' },
          { name: 'f', input_schema: { type: 'object' } },
        ],
      },
      {
        tools: [
          { name: 'f', description: undefined, parameters: { type: 'object' }, strict: undefined },
        ],
      },
    ],
  ])('says %s', (_name, body, expected) => expect(parse(body)).toMatchObject(expected))

  test('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(spokenConversations('anthropic'), (chat) => {
        const { body, unsupported } = anthropicMessages.renderRequest(chat, 'claude-opus-4-6')
        expect(unsupported).toEqual([])
        expect(parseAnthropicRequest(JSON.stringify(body))).toEqual(chat)
      }),
      { numRuns: 300 },
    )
  })
})

describe('an answer for an Anthropic client', () => {
  const render = (reply: ChatReply, request = META.request): string =>
    renderAnthropicReply(reply, { ...META, request })

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
    return [event, data['index'], kind].filter((each) => each !== undefined).join(' ')
  })
}

describe('a stream for an Anthropic client', () => {
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
  const finish: ChatEvent = { type: 'finish', choice: 0, finish: 'stop', rawFinish: 'stop' }
  const says = (text: string): ChatEvent => ({ type: 'text', choice: 0, text })
  const thinks = (text: string): ChatEvent => ({ type: 'reasoning', choice: 0, text })

  test('has one block after another, each begun and ended', () => {
    const stream = write([
      start,
      thinks('h'),
      thinks('m'),
      says('a'),
      says('b'),
      toolStart(0),
      finish,
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
    const stream = write([start, ...events, says('end'), finish])
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
