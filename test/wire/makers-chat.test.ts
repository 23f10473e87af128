import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { deepseekChat } from '../../src/wire/deepseek-chat.ts'
import { mistralChat } from '../../src/wire/mistral-chat.ts'
import type { Wire } from '../../src/wire/wire.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'
import { readStream } from '../contract/collect.ts'

const said = (text: string, reasoning?: string): ChatRequest['messages'][number] => ({
  role: 'assistant',
  parts: [{ type: 'text', text }],
  reasoning,
  toolCalls: [],
})

const after = (...messages: ChatRequest['messages']): ChatRequest => ({
  ...PLAIN,
  messages: [...PLAIN.messages, ...messages],
})

const TOOLS = TOOL_TALK.tools
const choose = (toolChoice: ChatRequest['toolChoice']): ChatRequest => ({
  ...PLAIN,
  tools: TOOLS,
  toolChoice,
})

type Row = readonly [string, ChatRequest, string, object, readonly string[]]

const rendered = (wire: Wire, chat: ChatRequest, model: string) => wire.renderRequest(chat, model)

const call = (id: string, name: string, args: string) => ({
  id,
  function: { name, arguments: args },
})

describe('mistral', () => {
  test.each<Row>([
    ['calls the limit by its older name', PLAIN, 'm', { max_tokens: 2048 }, []],
    [
      'calls the seed random_seed',
      { ...PLAIN, sampling: { seed: 7 } },
      'm',
      { random_seed: 7 },
      [],
    ],
    ['calls a required tool any', choose({ type: 'required' }), 'm', { tool_choice: 'any' }, []],
    [
      'names a tool as OpenAI does',
      choose({ type: 'tool', name: 'get_time' }),
      'm',
      { tool_choice: { type: 'function', function: { name: 'get_time' } } },
      [],
    ],
    [
      'marks what the assistant is to go on from',
      after(said('It is')),
      'm',
      { messages: [{}, { role: 'assistant', content: 'It is', prefix: true }] },
      [],
    ],
    [
      'puts earlier thoughts into the content for models that read them',
      after(said('Hi', 'greet'), { role: 'user', parts: [{ type: 'text', text: 'ok' }] }),
      'magistral-medium-2509',
      {
        messages: [
          {},
          {
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'greet' }] },
              { type: 'text', text: 'Hi' },
            ],
          },
          {},
        ],
      },
      [],
    ],
    [
      'says an effort it knows',
      { ...PLAIN, reasoningEffort: 'high' },
      'm',
      { reasoning_effort: 'high' },
      [],
    ],
    [
      'names an effort it does not know',
      { ...PLAIN, reasoningEffort: 'low' },
      'm',
      {},
      ['reasoning-effort'],
    ],
    [
      'names an effort that always-thinking models lack',
      { ...PLAIN, reasoningEffort: 'high' },
      'magistral-medium-2509',
      {},
      ['reasoning-effort'],
    ],
  ])('%s', (_name, chat, model, body, unsupported) => {
    expect(rendered(mistralChat, chat, model)).toMatchObject({ body, unsupported })
  })

  test('sends none of the names that it does not know', () => {
    const chat = { ...PLAIN, stream: true, sampling: { seed: 7 } }
    const { body } = rendered(mistralChat, after(said('Hi', 'greet')), 'mistral-small-latest')
    expect(JSON.stringify([body, rendered(mistralChat, chat, 'm').body])).not.toMatch(
      /stream_options|"seed"|max_completion_tokens|reasoning_content|thinking/,
    )
  })

  test('gives calls of other upstreams ids of nine letters and digits, the same for call and result', () => {
    const { body } = rendered(mistralChat, TOOL_TALK, 'm')
    const ids = [...JSON.stringify(body).matchAll(/"(?:id|tool_call_id)":"([^"]*)"/g)].map(
      ([, id]) => id,
    )
    expect(ids).toHaveLength(4)
    expect(ids.slice(0, 2)).toEqual(ids.slice(2))
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/)
    const again = JSON.parse(JSON.stringify(TOOL_TALK).replaceAll('call_a1', 'aB3dE5fG7'))
    expect(JSON.stringify(rendered(mistralChat, again, 'm').body)).toContain('"aB3dE5fG7"')
  })

  test('tells calls apart that have no index', () => {
    const frame = {
      choices: [
        {
          index: 0,
          delta: { tool_calls: [call('aB3dE5fG7', 'a', '{}'), call('hI9jK1lM3', 'b', '{"x":1}')] },
          finish_reason: 'tool_calls',
        },
      ],
    }
    const read = readStream(
      mistralChat,
      new TextEncoder().encode(`data: ${JSON.stringify(frame)}\n\n`),
    )
    expect(read.calls).toEqual([
      { id: 'aB3dE5fG7', name: 'a', arguments: '{}' },
      { id: 'hI9jK1lM3', name: 'b', arguments: '{"x":1}' },
    ])
  })
})

describe('deepseek', () => {
  const thought = TOOL_TALK.messages.map((message) =>
    message.role === 'assistant' ? { ...message, reasoning: 'look it up' } : message,
  )
  test.each<Row>([
    ['calls the limit by its older name', PLAIN, 'deepseek-v4-pro', { max_tokens: 2048 }, []],
    [
      'asks a stream for its usage',
      { ...PLAIN, stream: true },
      'd',
      { stream_options: { include_usage: true } },
      [],
    ],
    [
      'returns what was thought before a call',
      { ...TOOL_TALK, messages: thought },
      'd',
      { messages: [{}, {}, { reasoning_content: 'look it up' }, {}, {}, {}] },
      [],
    ],
    [
      'has the field there for calls whose thoughts are lost',
      TOOL_TALK,
      'd',
      { messages: [{}, {}, { reasoning_content: '' }, {}, {}, {}] },
      [],
    ],
    [
      'says an effort',
      { ...PLAIN, reasoningEffort: 'high' },
      'd',
      { reasoning_effort: 'high' },
      [],
    ],
    [
      'turns thinking off',
      { ...PLAIN, reasoningEffort: 'none' },
      'd',
      { thinking: { type: 'disabled' } },
      [],
    ],
  ])('%s', (_name, chat, model, body, unsupported) => {
    expect(rendered(deepseekChat, chat, model)).toMatchObject({ body, unsupported })
  })

  test('adds no thoughts where no tool was called', () => {
    expect(JSON.stringify(rendered(deepseekChat, after(said('Hi')), 'd').body)).not.toContain(
      'reasoning',
    )
  })

  test('counts what its cache held', () => {
    const usage = {
      prompt_tokens: 30,
      completion_tokens: 4,
      total_tokens: 34,
      prompt_cache_hit_tokens: 20,
      prompt_cache_miss_tokens: 10,
    }
    const reply = deepseekChat.parseReply(JSON.stringify({ choices: [{ message: {} }], usage }))
    expect(reply).toMatchObject({
      ok: true,
      value: { usage: { input: 10, cachedInput: 20, output: 4 } },
    })
  })
})
