import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { openaiChat, parseChatRequest } from '../../src/wire/openai-chat.ts'
import { PLAIN } from '../contract/conversation.ts'
import { conversations } from '../contract/conversations.ts'

const parse = (body: object) => parseChatRequest(JSON.stringify({ messages: [], ...body }))
const parseMessage = (message: object) => parse({ messages: [message] }).messages[0]

describe('a request', () => {
  test.each<[string, object, object]>([
    [
      'a developer is the system',
      { role: 'developer', content: 'x' },
      { role: 'system', parts: [{ type: 'text', text: 'x' }] },
    ],
    [
      'parts of text',
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { parts: [{ text: 'a' }, { text: 'b' }] },
    ],
    [
      'an image in the body',
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAA=', detail: 'low' } },
        ],
      },
      {
        parts: [
          {
            type: 'image',
            source: { type: 'base64', mediaType: 'image/png', data: 'AAA=' },
            detail: 'low',
          },
        ],
      },
    ],
    [
      'an image elsewhere',
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }],
      },
      {
        parts: [
          {
            type: 'image',
            source: { type: 'url', url: 'https://x.test/a.png' },
            detail: undefined,
          },
        ],
      },
    ],
    [
      'a sound',
      {
        role: 'user',
        content: [{ type: 'input_audio', input_audio: { data: 'AAA=', format: 'wav' } }],
      },
      { parts: [{ type: 'audio', format: 'wav', base64: 'AAA=' }] },
    ],
    [
      'a file in the body',
      {
        role: 'user',
        content: [
          {
            type: 'file',
            file: { file_data: 'data:application/pdf;base64,AAA=', filename: 'a.pdf' },
          },
        ],
      },
      {
        parts: [
          {
            type: 'file',
            source: { type: 'base64', mediaType: 'application/pdf', data: 'AAA=' },
            name: 'a.pdf',
          },
        ],
      },
    ],
    [
      'a stored file',
      { role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] },
      { parts: [{ type: 'file', source: { type: 'id', id: 'file-1' }, name: undefined }] },
    ],
    [
      'an assistant without content',
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a"' } }],
      },
      { role: 'assistant', parts: [], toolCalls: [{ id: 'c1', name: 'f', arguments: '{"a"' }] },
    ],
    [
      'a refusal',
      { role: 'assistant', content: null, refusal: 'no' },
      { parts: [{ type: 'refusal', text: 'no' }] },
    ],
    [
      'reasoning that comes back',
      { role: 'assistant', content: 'a', reasoning_content: 'r' },
      { reasoning: 'r' },
    ],
    [
      'a tool result',
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
      { role: 'tool', callId: 'c1', parts: [{ text: 'ok' }] },
    ],
  ])('%s', (_name, message, expected) => expect(parseMessage(message)).toMatchObject(expected))

  test.each<[string, object, Partial<ChatRequest>]>([
    ['no choice of tools', {}, { toolChoice: { type: 'unset' } }],
    [
      'a named tool',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { toolChoice: { type: 'tool', name: 'f' } },
    ],
    [
      'the newer limit before the older',
      { max_tokens: 1, max_completion_tokens: 2 },
      { outputTokensMax: 2 },
    ],
    ['the older limit', { max_tokens: 1 }, { outputTokensMax: 1 }],
    ['one stop', { stop: 'a' }, { stop: ['a'] }],
    [
      'nulls for nothing',
      {
        stop: null,
        temperature: null,
        n: null,
        seed: null,
        user: null,
        tools: null,
        response_format: null,
      },
      { stop: [], sampling: {}, user: undefined, tools: [] },
    ],
    [
      'a schema',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 's', schema: { type: 'object' }, strict: true },
        },
      },
      {
        responseFormat: {
          type: 'json-schema',
          name: 's',
          schema: { type: 'object' },
          strict: true,
        },
      },
    ],
    [
      'only the allowed tools',
      {
        tools: ['f', 'g'].map((name) => ({ type: 'function', function: { name } })),
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'required',
            tools: [{ type: 'function', function: { name: 'g' } }],
          },
        },
      },
      {
        toolChoice: { type: 'required' },
        tools: [{ name: 'g', description: undefined, parameters: undefined, strict: undefined }],
      },
    ],
  ])('reads %s', (_name, body, expected) => expect(parse(body)).toMatchObject(expected))

  test('takes deprecated functions for tools, calls and results matched by their order', () => {
    const chat = parse({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'r' },
      ],
    })
    expect(chat).toMatchObject({ tools: [{ name: 'f' }], toolChoice: { type: 'tool', name: 'f' } })
    const [call, result] = chat.messages
    expect(call?.role === 'assistant' && call.toolCalls[0]?.id).toBe(
      result?.role === 'tool' && result.callId,
    )
  })

  test('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(conversations(), (chat) => {
        const { body, unsupported } = openaiChat.renderRequest(chat, 'm')
        expect(unsupported).toEqual([])
        expect(parseChatRequest(JSON.stringify(body))).toEqual(chat)
      }),
      { numRuns: 500 },
    )
  })
})

test('asks for usage in a stream', () => {
  expect(openaiChat.renderRequest({ ...PLAIN, stream: true }, 'm').body).toMatchObject({
    stream: true,
    stream_options: { include_usage: true },
  })
})

test.each([
  ['deepseek-reasoner', 'hm'],
  ['openai/gpt-oss-20b', 'hm'],
  ['gpt-oss-120b', 'hm'],
  ['gpt-5-nano', undefined],
  ['o4-mini', undefined],
])('shows %s what was thought before: %s', (model, expected) => {
  const thought = { role: 'assistant' as const, parts: [], reasoning: 'hm', toolCalls: [] }
  const { body } = openaiChat.renderRequest({ ...PLAIN, messages: [thought] }, model)
  expect(body['messages']).toEqual([
    {
      role: 'assistant',
      content: null,
      ...(expected === undefined ? {} : { reasoning_content: expected }),
    },
  ])
})
