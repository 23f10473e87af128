import { describe, expect, test } from 'vitest'
import { gemini } from '../../src/wire/gemini.ts'
import { readStream } from '../contract/collect.ts'

const reply = (body: object) => gemini.parseReply(JSON.stringify(body))
const candidate = (parts: object[], finishReason?: string) => ({
  candidates: [{ content: { parts }, finishReason, index: 0 }],
})
const CALL = { functionCall: { name: 'f', args: { a: 1 } } }

describe('a reply', () => {
  test.each<[string, object[], string, string]>([
    ['STOP', [{ text: 'a' }], 'STOP', 'stop'],
    ['STOP with calls', [CALL], 'STOP', 'tool-calls'],
    ['MAX_TOKENS', [{ text: 'a' }], 'MAX_TOKENS', 'length'],
    ['SAFETY', [], 'SAFETY', 'content-filter'],
    ['RECITATION', [], 'RECITATION', 'content-filter'],
    ['PROHIBITED_CONTENT', [], 'PROHIBITED_CONTENT', 'content-filter'],
    ['SPII', [], 'SPII', 'content-filter'],
    ['BLOCKLIST', [], 'BLOCKLIST', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', [], 'MALFORMED_FUNCTION_CALL', 'error'],
    ['OTHER', [], 'OTHER', 'error'],
  ])('that stops for %s', (_name, parts, raw, finish) => {
    expect(reply(candidate(parts, raw))).toMatchObject({
      ok: true,
      value: { choices: [{ finish, rawFinish: raw }] },
    })
  })

  test('gives calls without an id one that is the same every time', () => {
    const ids = [reply(candidate([CALL, CALL])), reply(candidate([CALL, CALL]))].map(
      (each) => each.ok && each.value.choices[0]?.toolCalls.map(({ id }) => id),
    )
    expect(ids).toEqual([
      ['call_0_0', 'call_0_1'],
      ['call_0_0', 'call_0_1'],
    ])
  })

  test('reads several candidates', () => {
    const two = {
      candidates: [
        { content: { parts: [{ text: 'a' }] }, finishReason: 'STOP', index: 0 },
        { content: { parts: [{ text: 'b' }] }, finishReason: 'STOP', index: 1 },
      ],
    }
    expect(reply(two)).toMatchObject({
      value: {
        choices: [
          { index: 0, text: 'a' },
          { index: 1, text: 'b' },
        ],
      },
    })
  })

  test('takes a blocked prompt for an answer that the filter cut', () => {
    const body = {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 },
    }
    expect(reply(body)).toMatchObject({
      value: {
        choices: [{ finish: 'content-filter', rawFinish: 'SAFETY', text: '' }],
        usage: { input: 12, output: 0 },
      },
    })
  })

  test.each<[string, object, object | undefined]>([
    [
      'adds thoughts to the output',
      {
        promptTokenCount: 29,
        candidatesTokenCount: 15,
        thoughtsTokenCount: 893,
        totalTokenCount: 937,
      },
      { input: 29, output: 908, reasoning: 893 },
    ],
    [
      'adds the prompt of tools to the input',
      {
        promptTokenCount: 29,
        toolUsePromptTokenCount: 11,
        candidatesTokenCount: 15,
        totalTokenCount: 55,
      },
      { input: 40, output: 15 },
    ],
    [
      'takes what was cached out of the prompt',
      { promptTokenCount: 29, cachedContentTokenCount: 20, candidatesTokenCount: 1 },
      { input: 9, cachedInput: 20 },
    ],
    [
      'takes what only the total holds',
      { promptTokenCount: 10, totalTokenCount: 30 },
      { input: 10, output: 20 },
    ],
    ['has none without a prompt', { trafficType: 'ON_DEMAND' }, undefined],
    [
      'has none that makes no sense',
      { promptTokenCount: 2, cachedContentTokenCount: 3 },
      undefined,
    ],
  ])('%s', (_name, usageMetadata, usage) => {
    const read = reply({ ...candidate([{ text: 'a' }], 'STOP'), usageMetadata })
    if (usage === undefined) expect(read).toMatchObject({ value: { usage: undefined } })
    else expect(read).toMatchObject({ value: { usage } })
  })
})

const stream = (...frames: object[]) =>
  readStream(
    gemini,
    new TextEncoder().encode(
      frames.map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`).join(''),
    ),
  )

describe('a stream', () => {
  test('tells the running usage only when the answer is over', () => {
    const running = {
      ...candidate([{ text: 'a' }]),
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1 },
    }
    expect(stream(running).usage).toBeUndefined()
    const last = {
      ...candidate([{ text: 'b' }], 'STOP'),
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2 },
    }
    expect(stream(running, last)).toMatchObject({
      text: 'ab',
      usage: { input: 5, output: 2 },
      finish: 'stop',
    })
  })

  test('knows at the end that there were calls before', () => {
    expect(
      stream(candidate([CALL]), candidate([CALL]), candidate([{ text: '' }], 'STOP')),
    ).toMatchObject({
      finish: 'tool-calls',
      calls: [{ id: 'call_0_0', arguments: '{"a":1}' }, { id: 'call_0_1' }],
    })
  })

  test('takes a blocked prompt for an answer that the filter cut', () => {
    expect(stream({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })).toMatchObject({
      finish: 'content-filter',
      rawFinish: 'PROHIBITED_CONTENT',
    })
  })

  test('reports an error by its word', () => {
    expect(
      stream({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }).events,
    ).toEqual([{ type: 'error', message: 'overloaded', code: 'UNAVAILABLE' }])
  })
})

test('reads an error that comes in a list', () => {
  expect(
    gemini.parseError('[{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}]'),
  ).toEqual({ message: 'no', type: 'INVALID_ARGUMENT', code: '400' })
})
