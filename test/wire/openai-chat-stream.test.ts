import { describe, expect, test } from 'vitest'
import { openaiChat } from '../../src/wire/openai-chat.ts'
import { readStream } from '../contract/collect.ts'

const sse = (...chunks: object[]) =>
  new TextEncoder().encode(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))
const choice = (delta: object, finish: string | null = null) => ({
  id: 'c',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const calls = (...deltas: object[]) => choice({ tool_calls: deltas })

describe('a stream with the ways of', () => {
  test.each<[string, object[], object]>([
    [
      'Mistral: thinking in a list, and calls without an index',
      [
        choice({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
        calls(
          { id: 'a', function: { name: 'f', arguments: '{}' } },
          { id: 'b', function: { name: 'g', arguments: '{}' } },
        ),
      ],
      {
        reasoning: 'hm',
        calls: [
          { id: 'a', name: 'f', arguments: '{}' },
          { id: 'b', name: 'g', arguments: '{}' },
        ],
      },
    ],
    [
      'servers that number all calls 0',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, id: 'b', function: { name: 'g', arguments: '{}' } }),
      ],
      { calls: [{ id: 'a' }, { id: 'b' }] },
    ],
    [
      'servers that repeat the id',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '}' } }),
      ],
      { calls: [{ id: 'a', arguments: '{}' }] },
    ],
    [
      'servers that interleave calls',
      [
        calls(
          { index: 0, id: 'a', function: { name: 'f', arguments: '' } },
          { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
        ),
        calls({ index: 0, function: { arguments: '{"x":1}' } }),
        calls({ index: 1, function: { arguments: '{}' } }),
      ],
      { calls: [{ arguments: '{"x":1}' }, { arguments: '{}' }] },
    ],
    [
      'servers that tell the name late',
      [
        calls({ index: 0, id: 'a', function: { arguments: '{' } }),
        calls({ index: 0, function: { name: 'f', arguments: '}' } }),
      ],
      { calls: [{ id: 'a', name: 'f', arguments: '{}' }] },
    ],
    [
      'servers that give no id',
      [calls({ index: 0, function: { name: 'f', arguments: '{}' } })],
      { calls: [{ id: 'call_0_0', name: 'f' }] },
    ],
    [
      'servers that send arguments as an object',
      [calls({ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } })],
      { calls: [{ arguments: '{"x":1}' }] },
    ],
    [
      'Workers AI: a call of nulls at the end',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, id: null, function: { name: null, arguments: null } }),
      ],
      { calls: [{ id: 'a', arguments: '{}' }] },
    ],
    [
      'deprecated functions',
      [
        choice({ function_call: { name: 'f', arguments: '{' } }),
        choice({ function_call: { arguments: '}' } }, 'function_call'),
      ],
      { calls: [{ name: 'f', arguments: '{}' }], finish: 'tool-calls' },
    ],
    ['vLLM and Groq: reasoning', [choice({ reasoning: 'hm' })], { reasoning: 'hm' }],
    [
      'Groq: usage in a place of its own',
      [{ ...choice({}, 'stop'), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2 } } }],
      { usage: { input: 3, output: 2 } },
    ],
    [
      'xAI: chunks without finish_reason',
      [{ choices: [{ index: 0, delta: { content: 'a' } }] }, choice({}, 'stop')],
      { text: 'a', finish: 'stop' },
    ],
    [
      'Mistral: a word of its own for the limit',
      [choice({}, 'model_length')],
      { finish: 'length', rawFinish: 'model_length' },
    ],
    [
      'vLLM: an error in the stream',
      [
        choice({ content: 'a' }),
        { error: { message: 'out of memory', type: 'InternalServerError', code: 500 } },
      ],
      { text: 'a', errors: ['out of memory'], finish: undefined },
    ],
    [
      'old vLLM: an error object',
      [{ object: 'error', message: 'no', type: 'x' }],
      { errors: ['no'] },
    ],
    ['a refusal', [choice({ refusal: 'no' }, 'content_filter')], { finish: 'content-filter' }],
  ])('%s', (_name, chunks, expected) =>
    expect(readStream(openaiChat, sse(...chunks))).toMatchObject(expected),
  )

  test('several choices', () => {
    const both = {
      choices: [
        { index: 1, delta: { content: 'b' } },
        { index: 0, delta: { content: 'a' } },
      ],
    }
    const { events } = readStream(openaiChat, sse(both))
    expect(events.slice(1)).toEqual([
      { type: 'text', choice: 1, text: 'b' },
      { type: 'text', choice: 0, text: 'a' },
    ])
  })

  test('states that stay usable: pushing twice from one state gives the same', () => {
    const frame = {
      event: undefined,
      data: JSON.stringify(calls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } })),
    }
    const start = openaiChat.openStream()
    expect(start.push(frame)[1]).toEqual(start.push(frame)[1])
  })
})

test.each<[string, string, object]>([
  [
    'Mistral: text and thinking in a list',
    '{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]},"finish_reason":"stop"}]}',
    { text: 'a', reasoning: 'hm' },
  ],
  [
    'Ollama and llama.cpp: no logprobs, no refusal',
    '{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}',
    { text: 'a', refusal: undefined },
  ],
  [
    'vLLM: no tool_calls',
    '{"choices":[{"message":{"content":"a","tool_calls":null},"finish_reason":"stop"}]}',
    { toolCalls: [] },
  ],
  [
    'no reason to stop',
    '{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}',
    { finish: 'tool-calls', rawFinish: '', text: '' },
  ],
  [
    'a deprecated function call',
    '{"choices":[{"message":{"content":null,"function_call":{"name":"f","arguments":"{}"}},"finish_reason":"function_call"}]}',
    { toolCalls: [{ name: 'f' }], finish: 'tool-calls' },
  ],
  [
    'logprobs',
    '{"choices":[{"message":{"content":"a"},"logprobs":{"content":[]},"finish_reason":"stop"}]}',
    { logprobs: { content: [] } },
  ],
])('reads a reply with the ways of %s', (_name, body, expected) => {
  expect(openaiChat.parseReply(body)).toMatchObject({ ok: true, value: { choices: [expected] } })
})
