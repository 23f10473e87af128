import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/domain/chat.ts'
import { objectOf } from '../../src/wire/read.ts'
import { replicate } from '../../src/wire/replicate.ts'
import { PLAIN, TOOL_TALK } from '../contract/conversation.ts'
import { readStream } from '../contract/collect.ts'

const MODEL = 'meta/meta-llama-3-70b-instruct'
const TEXT = readFileSync(join(import.meta.dirname, '../fixtures/wire/replicate.text.json'), 'utf8')
const PREDICTION = objectOf(JSON.parse(TEXT))
const changed = (members: object) =>
  replicate.parseReply(JSON.stringify({ ...PREDICTION, ...members }))

const SYSTEM = { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] } as const
const HI = {
  role: 'assistant',
  parts: [{ type: 'text', text: 'Hi.' }],
  reasoning: undefined,
  toolCalls: [],
} as const
const MORE = { role: 'user', parts: [{ type: 'text', text: 'And?' }] } as const

test.each<[string, ChatRequest, object, readonly string[]]>([
  ['a lone question is the prompt', PLAIN, { prompt: 'hello', max_tokens: 2048 }, []],
  [
    'system messages have a place of their own',
    { ...PLAIN, messages: [SYSTEM, ...PLAIN.messages] },
    { prompt: 'hello', system_prompt: 'Be brief.' },
    [],
  ],
  [
    'a conversation is written down',
    { ...PLAIN, messages: [...PLAIN.messages, HI, MORE] },
    { prompt: 'User: hello\n\nAssistant: Hi.\n\nUser: And?\n\nAssistant:' },
    [],
  ],
  [
    'so are calls of before, while tools cannot be offered',
    TOOL_TALK,
    { prompt: expect.stringContaining('call_a1: get_weather({"city":"Köln"})') },
    ['tools'],
  ],
  ['stop words stand in one text', { ...PLAIN, stop: ['a', 'b'] }, { stop_sequences: 'a,b' }, []],
  ['so a comma cannot be one', { ...PLAIN, stop: ['a,b'] }, {}, ['stop']],
  [
    'pictures are named, not dropped in silence',
    {
      ...PLAIN,
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'see' },
            {
              type: 'image',
              source: { type: 'url', url: 'https://x.example/a.png' },
              detail: undefined,
            },
          ],
        },
      ],
    },
    { prompt: 'see' },
    ['vision'],
  ],
])('%s', (_name, chat, input, unsupported) => {
  const out = replicate.renderRequest(chat, MODEL)
  expect(out.body).toMatchObject({ input })
  expect(out.body).not.toHaveProperty('version')
  expect(out.unsupported).toEqual(unsupported)
})

test('names the version of a model that is no official one', () => {
  const { body } = replicate.renderRequest(PLAIN, `a/b:${'0'.repeat(64)}`)
  expect(body).toMatchObject({ version: '0'.repeat(64) })
})

test('reads a text in pieces or in one, and what was counted', () => {
  const usage = {
    input: 25,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 12,
    reasoning: 0,
  }
  const choices = [{ text: 'Grüße 👋 aus dem Netz.', finish: 'stop', toolCalls: [] }]
  expect(replicate.parseReply(TEXT)).toMatchObject({ ok: true, value: { choices, usage } })
  const whole = changed({ output: 'Grüße 👋 aus dem Netz.' })
  expect(whole).toMatchObject({ ok: true, value: { choices, usage } })
})

test('takes no seconds for tokens', () => {
  expect(changed({ metrics: { predict_time: 1.2 } })).toMatchObject({
    ok: true,
    value: { usage: undefined },
  })
})

describe('a prediction that is not done is no answer', () => {
  test.each(['starting', 'processing', 'failed', 'canceled', 'aborted', null])('%s', (status) => {
    expect(changed({ status })).toMatchObject({ ok: false })
  })
  test.each(['', '{', '[]', '{}', '{"status":"succeeded"}', '{"status":"succeeded","output":{}}'])(
    'nor is %s',
    (body) => expect(replicate.parseReply(body)).toMatchObject({ ok: false }),
  )
})

const read = (text: string) => readStream(replicate, new TextEncoder().encode(text))

test('reads a recorded stream', () => {
  const text =
    'event: output\nid: 1\ndata: Once\n\nevent: output\ndata:  upon\n\nevent: done\ndata: {}\n\n'
  expect(read(text)).toMatchObject({ text: 'Once upon', finish: 'stop', errors: [] })
})

test.each([
  ['that was cut', 'event: output\ndata: Once\n\n', 0],
  ['that failed', 'event: error\ndata: {"detail":"out of memory"}\n\n', 1],
  ['that was cancelled', 'event: done\ndata: {"reason":"canceled"}\n\n', 1],
])('takes no stream for whole %s', (_name, text, errors) => {
  const stream = read(text)
  expect(stream.finish).toBeUndefined()
  expect(stream.errors).toHaveLength(errors)
})
