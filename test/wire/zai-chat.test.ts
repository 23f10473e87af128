import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { zaiChat } from '../../src/wire/zai-chat.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'
import { readStream } from '../contract/collect.ts'

const TOOLS = TOOL_TALK.tools
const STRICT = TOOLS.map((tool) => ({ ...tool, strict: true }))
const choose = (toolChoice: ChatRequest['toolChoice']): ChatRequest => ({
  ...PLAIN,
  tools: TOOLS,
  toolChoice,
})

type Row = readonly [string, ChatRequest, string, object, readonly string[]]

describe('zai', () => {
  test.each<Row>([
    ['calls the limit by its only name', PLAIN, 'glm-5', { max_tokens: 2048 }, []],
    [
      'knows no choice but auto',
      choose({ type: 'required' }),
      'glm-5',
      { tool_choice: 'auto' },
      ['tool-choice'],
    ],
    [
      'asks for arguments in pieces',
      { ...PLAIN, tools: TOOLS, stream: true },
      'glm-5',
      { tool_stream: true },
      [],
    ],
    [
      'takes one stop word and names the rest',
      { ...PLAIN, stop: ['a', 'b'] },
      'glm-5',
      { stop: ['a'] },
      ['stop'],
    ],
    [
      'leaves out heat that there is not',
      { ...PLAIN, sampling: { temperature: 1.5 } },
      'glm-5',
      {},
      ['temperature'],
    ],
    ['heats up to 1', { ...PLAIN, sampling: { temperature: 1 } }, 'glm-5', { temperature: 1 }, []],
    [
      'turns thinking off',
      { ...PLAIN, reasoningEffort: 'none' },
      'glm-5.2',
      { thinking: { type: 'disabled' } },
      [],
    ],
    [
      'unless it cannot',
      { ...PLAIN, reasoningEffort: 'none' },
      'glm-5.3',
      {},
      ['reasoning-effort'],
    ],
    [
      'says an effort to models that know it',
      { ...PLAIN, reasoningEffort: 'high' },
      'glm-5.2',
      { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
      [],
    ],
    [
      'only thinks in older ones',
      { ...PLAIN, reasoningEffort: 'high' },
      'glm-4.7',
      { thinking: { type: 'enabled' } },
      ['reasoning-effort'],
    ],
  ])('%s', (_name, chat, model, body, unsupported) => {
    expect(zaiChat.renderRequest(chat, model)).toMatchObject({ body, unsupported })
  })

  test.each<[string, ChatRequest]>([
    ['no stream options, no strict tools', { ...PLAIN, tools: STRICT, stream: true }],
    ['no tools where none may be called', { ...choose({ type: 'none' }), stream: true }],
    [
      'no effort to old models, no heat above 1',
      { ...PLAIN, reasoningEffort: 'low', sampling: { temperature: 2 } },
    ],
  ])('sends %s', (name, chat) => {
    const text = JSON.stringify(zaiChat.renderRequest(chat, 'glm-5').body)
    expect(text).not.toMatch(
      /stream_options|strict|max_completion_tokens|reasoning_effort|temperature/,
    )
    if (name.startsWith('no tools')) expect(text).not.toMatch(/tool/)
  })

  test.each([
    ['sensitive', 'content-filter'],
    ['network_error', 'error'],
    ['model_context_window_exceeded', 'length'],
    ['stop', 'stop'],
  ])('understands why it stopped: %s', (word, finish) => {
    const choice = {
      index: 0,
      message: { content: 'x' },
      delta: { content: 'x' },
      finish_reason: word,
    }
    const body = JSON.stringify({ choices: [choice] })
    expect(zaiChat.parseReply(body)).toMatchObject({
      ok: true,
      value: { choices: [{ finish, rawFinish: word }] },
    })
    expect(readStream(zaiChat, new TextEncoder().encode(`data: ${body}\n\n`))).toMatchObject({
      finish,
      rawFinish: word,
    })
  })
})
