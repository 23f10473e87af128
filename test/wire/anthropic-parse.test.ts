import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatMessage, ChatRequest } from '../../src/domain/chat.ts'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { parseAnthropicRequest } from '../../src/wire/anthropic-parse.ts'
import { spokenConversations } from './spoken.ts'

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
