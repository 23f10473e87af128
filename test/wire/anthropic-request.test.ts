import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { anthropicMessages } from '../../src/wire/anthropic-messages.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'

const render = (change: Partial<ChatRequest>, model = 'claude-haiku-4-5') =>
  anthropicMessages.renderRequest({ ...PLAIN, ...change }, model)
const user = (...parts: Extract<ChatRequest['messages'][number], { role: 'user' }>['parts']) => ({
  messages: [{ role: 'user' as const, parts }],
})
const TOOLS = { tools: TOOL_TALK.tools }

/** The members that are named are these, absent ones undefined. */
function expectRendered(
  { body, unsupported }: ReturnType<typeof render>,
  expected: object,
  features: readonly string[],
): void {
  const named = Object.fromEntries(Object.keys(expected).map((key) => [key, body[key]]))
  expect(named).toMatchObject(expected)
  expect(unsupported).toEqual(features)
}

describe('a request', () => {
  test('puts the system in front and all results of parallel calls in one turn', () => {
    expect(render(TOOL_TALK).body).toMatchObject({
      model: 'claude-haiku-4-5',
      max_tokens: 2048,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        { role: 'user', content: [{ type: 'text' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_a1', name: 'get_weather', input: { city: 'Köln' } },
            { type: 'tool_use', id: 'call_b2' },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'call_a1',
              content: [{ type: 'text', text: 'rain-7' }],
            },
            { type: 'tool_result', tool_use_id: 'call_b2' },
            { type: 'text', text: 'Thanks. So?' },
          ],
        },
      ],
      tools: [
        { name: 'get_weather', input_schema: { type: 'object', required: ['city'] } },
        { name: 'get_time', input_schema: { type: 'object' } },
      ],
    })
  })

  test.each<[string, Partial<ChatRequest>, object]>([
    ['no choice', TOOLS, { tool_choice: undefined }],
    ['auto', { ...TOOLS, toolChoice: { type: 'auto' } }, { tool_choice: { type: 'auto' } }],
    ['none', { ...TOOLS, toolChoice: { type: 'none' } }, { tool_choice: { type: 'none' } }],
    ['required', { ...TOOLS, toolChoice: { type: 'required' } }, { tool_choice: { type: 'any' } }],
    [
      'a named tool',
      { ...TOOLS, toolChoice: { type: 'tool', name: 'get_time' } },
      { tool_choice: { type: 'tool', name: 'get_time' } },
    ],
    [
      'one call at a time',
      { ...TOOLS, parallelToolCalls: false },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    ['a choice without tools', { toolChoice: { type: 'auto' } }, { tool_choice: undefined }],
    ['stops', { stop: ['a'] }, { stop_sequences: ['a'] }],
    ['the user', { user: 'u1' }, { metadata: { user_id: 'u1' } }],
    [
      'a schema',
      {
        responseFormat: {
          type: 'json-schema',
          name: 's',
          schema: { type: 'object' },
          strict: true,
        },
      },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    ],
    ['no limit', { outputTokensMax: undefined }, { max_tokens: 4096 }],
    [
      'an image in the body',
      user({
        type: 'image',
        source: { type: 'base64', mediaType: 'image/png', data: 'AAA=' },
        detail: undefined,
      }),
      {
        messages: [
          {
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAA=' } },
            ],
          },
        ],
      },
    ],
    [
      'an image elsewhere',
      user({
        type: 'image',
        source: { type: 'url', url: 'https://x.test/a.png' },
        detail: undefined,
      }),
      {
        messages: [
          { content: [{ type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } }] },
        ],
      },
    ],
    [
      'a PDF',
      user({
        type: 'file',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AAA=' },
        name: 'a.pdf',
      }),
      {
        messages: [
          {
            content: [
              { type: 'document', title: 'a.pdf', source: { media_type: 'application/pdf' } },
            ],
          },
        ],
      },
    ],
    [
      'empty texts, which are refused',
      user({ type: 'text', text: '' }, { type: 'text', text: 'a' }),
      { messages: [{ content: [{ type: 'text', text: 'a' }] }] },
    ],
  ])('says %s', (_name, change, expected) => expectRendered(render(change), expected, []))

  test.each<[string, string, unknown]>([
    ['an object', '{"a":1}', { a: 1 }],
    ['nothing', '', {}],
    ['broken JSON', '{"a":', { invalid_arguments: '{"a":' }],
    ['a list', '[1]', { invalid_arguments: '[1]' }],
  ])('gives a call whose arguments are %s an object', (_name, text, input) => {
    const messages = [
      {
        role: 'assistant' as const,
        parts: [],
        reasoning: undefined,
        toolCalls: [{ id: 'a:1', name: 'f', arguments: text }],
      },
    ]
    expect(render({ messages }).body).toMatchObject({
      messages: [{ content: [{ type: 'tool_use', id: 'a_1', input }] }],
    })
  })

  test.each<[string, Partial<ChatRequest>, string[]]>([
    ['several choices', { sampling: { choices: 2 } }, ['n']],
    [
      'a seed, penalties and logprobs',
      { sampling: { seed: 1, presencePenalty: 1, logprobs: true } },
      ['logprobs', 'penalties', 'seed'],
    ],
    ['JSON without a schema', { responseFormat: { type: 'json-object' } }, ['json-object']],
    [
      'sound',
      user({ type: 'audio', format: 'wav', base64: '' }, { type: 'text', text: 'a' }),
      ['audio-input'],
    ],
    [
      'a file kept elsewhere',
      user({ type: 'file', source: { type: 'id', id: 'file-1' }, name: undefined }),
      ['file-input'],
    ],
    ['a temperature above 1', { sampling: { temperature: 1.4 } }, ['temperature']],
    ['a temperature and top-p together', { sampling: { temperature: 0.4, topP: 0.5 } }, ['top-p']],
    [
      'nothing that means nothing',
      { sampling: { choices: 1, presencePenalty: 0, logprobs: false, temperature: 0 } },
      [],
    ],
  ])('names %s', (_name, change, unsupported) =>
    expect(render(change).unsupported).toEqual(unsupported),
  )
})
