import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatMessage, ChatRequest } from '../../src/domain/chat.ts'
import { openaiResponses, parseResponsesRequest } from '../../src/wire/openai-responses.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'
import { conversations } from '../contract/conversations.ts'
import { hasOpenaiSchema, schemaProblem } from '../contract/openai-schema.ts'

const render = (chat: ChatRequest) => openaiResponses.renderRequest(chat, 'gpt-5.2')

/** What of a message this dialect has words for, as it comes back. */
function spoken(message: ChatMessage): ChatMessage[] {
  switch (message.role) {
    case 'user':
      return [
        {
          role: 'user',
          parts: message.parts
            .filter(({ type }) => type !== 'audio')
            .map((part) =>
              part.type === 'image' ? { ...part, detail: part.detail ?? 'auto' } : part,
            ),
        },
      ]
    case 'tool': {
      const text = message.parts.map((part) => part.text).join('\n')
      return [{ ...message, parts: [{ type: 'text', text }] }]
    }
    case 'assistant':
      return message.parts.length + message.toolCalls.length === 0
        ? []
        : [{ ...message, reasoning: undefined }]
    case 'system':
      return [message]
  }
}

/** Turns of the model that follow one another are one turn in a list of items. */
function merged(messages: readonly ChatMessage[]): ChatMessage[] {
  const out: ChatMessage[] = []
  for (const message of messages) {
    const last = out.at(-1)
    if (last?.role !== 'assistant' || message.role !== 'assistant') out.push(message)
    else {
      const parts = [...last.parts, ...message.parts]
      out[out.length - 1] = { ...last, parts, toolCalls: [...last.toolCalls, ...message.toolCalls] }
    }
  }
  return out
}

test('what is written is what is read', () => {
  fc.assert(
    fc.property(conversations(), (chat) => {
      const again = parseResponsesRequest(JSON.stringify(render(chat).body))
      const { temperature, topP, topLogprobs } = again.sampling
      expect(again.messages).toEqual(merged(chat.messages.flatMap(spoken)))
      expect(again.tools).toEqual(
        chat.tools.map((tool) => ({ ...tool, strict: tool.strict ?? false })),
      )
      expect([temperature, topP, topLogprobs ?? 0]).toEqual([
        chat.sampling.temperature,
        chat.sampling.topP,
        chat.sampling.topLogprobs ?? 0,
      ])
      for (const key of [
        'toolChoice',
        'parallelToolCalls',
        'responseFormat',
        'outputTokensMax',
        'stream',
        'reasoningEffort',
        'user',
      ] as const)
        expect(again[key]).toEqual(chat[key])
    }),
    { numRuns: 300 },
  )
})

test('what there are no words for is named', () => {
  const chat: ChatRequest = {
    ...PLAIN,
    messages: [{ role: 'user', parts: [{ type: 'audio', format: 'wav', base64: 'AA' }] }],
    stop: ['END'],
    sampling: { choices: 2, seed: 1, topK: 5, presencePenalty: 1 },
  }
  expect(render(chat).unsupported).toEqual([
    'stop',
    'n',
    'seed',
    'top-k',
    'penalties',
    'audio-input',
  ])
  expect(render(PLAIN).unsupported).toEqual([])
})

test('nothing is to be stored', () => expect(render(PLAIN).body).toMatchObject({ store: false }))

test.skipIf(!hasOpenaiSchema).each([
  ['plain', PLAIN],
  ['with tools', { ...TOOL_TALK, toolChoice: { type: 'tool' as const, name: 'get_time' } }],
])('OpenAI’s own schema accepts it: %s', (_name, chat) =>
  expect(schemaProblem('CreateResponse', render(chat).body)).toBeUndefined(),
)

const parse = (input: unknown, more: object = {}) =>
  parseResponsesRequest(JSON.stringify({ model: 'm', input, ...more }))

describe('items of a client', () => {
  test.each<readonly [string, unknown, readonly ChatMessage[]]>([
    ['a text', 'Hi', [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }]],
    [
      'a thought, a text and calls, which are one turn',
      [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'So' },
            { type: 'summary_text', text: 'then' },
          ],
          encrypted_content: 'gAAA',
        },
        { role: 'assistant', content: 'Well' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'free' },
      ],
      [
        {
          role: 'assistant',
          parts: [{ type: 'text', text: 'Well' }],
          reasoning: 'So\n\nthen',
          thoughts: [{ text: 'So\n\nthen', signature: { maker: 'openai', data: 'gAAA' } }],
          toolCalls: [
            { id: 'c1', name: 'f', arguments: '{}' },
            { id: 'c2', name: 'g', arguments: 'free', isCustom: true },
          ],
        },
      ],
    ],
    [
      'Gemini’s seal, which goes back to its call',
      [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'demarc.gemini.c2ln' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
      ],
      [
        {
          role: 'assistant',
          parts: [],
          reasoning: undefined,
          toolCalls: [
            { id: 'c1', name: 'f', arguments: '{}', signature: { maker: 'gemini', data: 'c2ln' } },
          ],
        },
      ],
    ],
    [
      'a picture among results, which follows all of them',
      [
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: 'see' },
            { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'low' },
          ],
        },
        { type: 'function_call_output', call_id: 'c2', output: 'ok' },
      ],
      [
        { role: 'tool', callId: 'c1', parts: [{ type: 'text', text: 'see' }] },
        { role: 'tool', callId: 'c2', parts: [{ type: 'text', text: 'ok' }] },
        {
          role: 'user',
          parts: [
            {
              type: 'image',
              source: { type: 'base64', mediaType: 'image/png', data: 'AA' },
              detail: 'low',
            },
          ],
        },
      ],
    ],
    [
      'files by data, place and id',
      [
        {
          role: 'user',
          content: [
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,QQ' },
            { type: 'input_file', file_url: 'https://a.test/b.pdf' },
            { type: 'input_file', file_id: 'file-1' },
          ],
        },
      ],
      [
        {
          role: 'user',
          parts: [
            {
              type: 'file',
              name: 'a.pdf',
              source: { type: 'base64', mediaType: 'application/pdf', data: 'QQ' },
            },
            { type: 'file', name: undefined, source: { type: 'url', url: 'https://a.test/b.pdf' } },
            { type: 'file', name: undefined, source: { type: 'id', id: 'file-1' } },
          ],
        },
      ],
    ],
  ])('may be %s', (_name, input, messages) => expect(parse(input).messages).toEqual(messages))

  test('come after the instructions', () =>
    expect(parse('Hi', { instructions: 'Be brief.' }).messages[0]).toEqual({
      role: 'system',
      parts: [{ type: 'text', text: 'Be brief.' }],
    }))

  test('may call tools of a namespace by their own names, and of those only the allowed ones', () => {
    const tools = [
      {
        type: 'namespace',
        name: 'files',
        description: 'Files.',
        tools: [{ type: 'function', name: 'read', parameters: { type: 'object' } }],
      },
      { type: 'custom', name: 'patch', format: { type: 'text' } },
      { type: 'web_search' },
    ]
    expect(parse('Hi', { tools }).tools.map(({ name }) => name)).toEqual(['read', 'patch'])
    const allowed = { type: 'allowed_tools', mode: 'required', tools: [{ name: 'read' }] }
    expect(parse('Hi', { tools, tool_choice: allowed })).toMatchObject({
      tools: [{ name: 'read' }],
      toolChoice: { type: 'required' },
    })
  })
})
