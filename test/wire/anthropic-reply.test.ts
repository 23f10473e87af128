import { describe, expect, test } from 'vitest'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { readStream } from '../contract/collect.ts'

const reply = (rest: object) =>
  anthropicMessages.parseReply(
    JSON.stringify({
      type: 'message',
      content: [],
      usage: { input_tokens: 3, output_tokens: 2 },
      ...rest,
    }),
  )

describe('a reply', () => {
  test.each<[string, object, object]>([
    ['end_turn', { stop_reason: 'end_turn' }, { finish: 'stop', rawFinish: 'end_turn' }],
    ['stop_sequence', { stop_reason: 'stop_sequence' }, { finish: 'stop' }],
    ['max_tokens', { stop_reason: 'max_tokens' }, { finish: 'length' }],
    [
      'model_context_window_exceeded',
      { stop_reason: 'model_context_window_exceeded' },
      { finish: 'length' },
    ],
    ['tool_use', { stop_reason: 'tool_use' }, { finish: 'tool-calls' }],
    ['pause_turn', { stop_reason: 'pause_turn' }, { finish: 'stop' }],
    [
      'refusal',
      { stop_reason: 'refusal', stop_details: { explanation: 'no' } },
      { finish: 'content-filter', refusal: 'no' },
    ],
    ['a word that is new', { stop_reason: 'new' }, { finish: 'stop', rawFinish: 'new' }],
  ])('that stops for %s', (_name, rest, expected) => {
    expect(reply(rest)).toMatchObject({ ok: true, value: { choices: [expected] } })
  })

  test('joins its texts and leaves out blocks of the server', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      { type: 'text', text: 'b' },
    ]
    expect(reply({ content })).toMatchObject({
      value: { choices: [{ text: 'ab', toolCalls: [] }] },
    })
  })

  test.each<[string, object, object]>([
    [
      'cache reads and writes',
      {
        input_tokens: 3,
        output_tokens: 2,
        cache_read_input_tokens: 5,
        cache_creation_input_tokens: 7,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 3 },
      },
      { input: 3, cachedInput: 5, cacheWrite5m: 4, cacheWrite1h: 3, output: 2 },
    ],
    [
      'writes without their life',
      { input_tokens: 3, output_tokens: 2, cache_creation_input_tokens: 7 },
      { cacheWrite5m: 7, cacheWrite1h: 0 },
    ],
    [
      'writes of which only a part has a life',
      {
        input_tokens: 3,
        output_tokens: 2,
        cache_creation_input_tokens: 7,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 5 },
      },
      { cacheWrite5m: 2, cacheWrite1h: 5 },
    ],
    [
      'nulls',
      { input_tokens: 3, output_tokens: 2, cache_read_input_tokens: null },
      { input: 3, cachedInput: 0 },
    ],
  ])('counts %s apart from the input', (_name, usage, expected) => {
    expect(reply({ usage })).toMatchObject({ value: { usage: expected } })
  })

  test('has no usage that makes no sense', () => {
    expect(reply({ usage: { input_tokens: -1, output_tokens: 2 } })).toMatchObject({
      value: { usage: undefined },
    })
  })
})

const stream = (...events: object[]) =>
  readStream(
    anthropicMessages,
    new TextEncoder().encode(events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')),
  )
const START = {
  type: 'message_start',
  message: { id: 'm', usage: { input_tokens: 43, output_tokens: 1, cache_read_input_tokens: 5 } },
}
const end = (rest: object = {}, usage: object = { output_tokens: 9 }) => ({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', ...rest },
  usage,
})

const open = (index: number, id: string) => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id, name: id, input: {} },
})
const piece = (index: number, text: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json: text },
})

describe('a stream', () => {
  test('takes later figures for earlier ones', () => {
    expect(stream(START, end({}, { input_tokens: 61, output_tokens: 9 }))).toMatchObject({
      usage: { input: 61, cachedInput: 5, output: 9 },
    })
    expect(stream(START, end())).toMatchObject({ usage: { input: 43, cachedInput: 5, output: 9 } })
  })

  test('tells no usage before the end: a cut stream is billed for more than its start says', () => {
    expect(stream(START).usage).toBeUndefined()
  })

  test('starts once, even if told twice', () => {
    expect(stream(START, START, end()).events.filter(({ type }) => type === 'start')).toHaveLength(
      1,
    )
  })

  test('gives a call without arguments an empty object', () => {
    const block = {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
    }
    const pieces = {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '' },
    }
    const stop = { type: 'content_block_stop', index: 1 }
    expect(stream(START, block, pieces, stop).calls).toEqual([
      { id: 't', name: 'f', arguments: '{}' },
    ])
  })

  test('gives arguments that come whole with the start', () => {
    const block = {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    }
    expect(stream(START, block, { type: 'content_block_stop', index: 0 }).calls).toEqual([
      { id: 't', name: 'f', arguments: '{"a":1}' },
    ])
  })

  test('keeps calls apart whose blocks overlap, as llama.cpp sends them', () => {
    const stops = [0, 1].map((index) => ({ type: 'content_block_stop', index }))
    expect(
      stream(
        START,
        open(0, 'a'),
        open(1, 'b'),
        piece(1, '{"x":1}'),
        piece(0, '{}'),
        ...stops,
        end(),
      ).calls,
    ).toEqual([
      { id: 'a', name: 'a', arguments: '{}' },
      { id: 'b', name: 'b', arguments: '{"x":1}' },
    ])
  })

  test('gives the reason of a refusal', () => {
    const { events } = stream(
      START,
      end({ stop_reason: 'refusal', stop_details: { explanation: 'no' } }),
    )
    expect(events).toContainEqual({ type: 'refusal', choice: 0, text: 'no' })
    expect(events).toContainEqual({
      type: 'finish',
      choice: 0,
      finish: 'content-filter',
      rawFinish: 'refusal',
    })
  })

  test('reports an error and does not end', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    expect(stream(START, error)).toMatchObject({ errors: ['Overloaded'], finish: undefined })
  })

  test('passes over pings and events that are new', () => {
    expect(stream({ type: 'ping' }, { type: 'something_new' }).events).toEqual([])
  })
})
